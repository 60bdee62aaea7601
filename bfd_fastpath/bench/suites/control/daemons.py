# SPDX-License-Identifier: Apache-2.0
"""GoBGP and BIRD, fed with the same octets by the same sender, as far as they are installed."""

import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bfd_fastpath.bench.daemons.bird import Bird
from bfd_fastpath.bench.daemons.daemon import Daemon, DaemonError
from bfd_fastpath.bench.daemons.gobgpd import Gobgpd
from bfd_fastpath.bench.daemons.openbgpd import Openbgpd
from bfd_fastpath.bench.suites.control.feed import Sender, resident
from bfd_fastpath.bench.suites.control.ours import Loaded

_BOUND_S = 150
_SENDER, _SENDER_AS = "127.0.1.1", 64499


NAMES: Final = ("BIRD", "GoBGP", "OpenBGPD")
_PROGRAMS: Final = {
    "BIRD": ("bird", "apt-get install bird2"),
    "GoBGP": ("gobgpd", "apt-get install gobgpd"),
    "OpenBGPD": ("bgpctl", "apt-get install openbgpd"),
}


def missing() -> dict[str, tuple[str, str]]:
    """Who is not installed, or cannot run here: why, and the command that helps."""
    found = {
        name: ("it is not installed", install)
        for name, (program, install) in _PROGRAMS.items()
        if shutil.which(program) is None
    }
    if "OpenBGPD" not in found and os.geteuid() != 0:
        found["OpenBGPD"] = ("it needs root", "sudo")
    return found


def loaded(routes: int, file: Path, names: Sequence[str] = ("BIRD", "GoBGP")) -> list[Loaded]:
    """Until each of these says that it has all routes; it is asked every 20 ms."""
    found = []
    here = set(names) - missing().keys()
    with TemporaryDirectory() as room:
        # OpenBGPD gives up root before it reads what is below.
        Path(room).chmod(0o755)
        if "BIRD" in here:
            with Bird(Path(room) / "bird", 64500, "127.0.0.1", (_SENDER, _SENDER_AS)) as bird:
                found.append(_measure("BIRD", bird, bird.port, file, lambda: f"{routes} of" in _bird(bird)))
        if "GoBGP" in here:
            with Gobgpd(Path(room) / "gobgpd", 64500, "127.0.0.1", [(_SENDER, _SENDER_AS)]) as gobgp:
                found.append(
                    _measure(
                        "GoBGP", gobgp, gobgp.port, file, lambda: f"Destination: {routes}" in _gobgp(gobgp)
                    )
                )
        if "OpenBGPD" in here:
            client, extra = (_SENDER, _SENDER_AS), "enforce neighbor-as no"
            with Openbgpd(Path(room) / "openbgpd", 64500, "127.0.0.1", client, extra) as openbgpd:
                found.append(
                    _measure("OpenBGPD", openbgpd, openbgpd.port, file, lambda: _openbgpd(openbgpd) >= routes)
                )
    return found


def _openbgpd(openbgpd: Openbgpd) -> int:
    """Prefixes that it has of its neighbours."""
    return sum(
        int(one["stats"]["prefixes"]["received"])
        for one in json.loads(openbgpd.tell("-j", "show", "neighbor"))["neighbors"]
    )


def _bird(bird: Bird) -> str:
    return bird.tell("show route count table master4")


def _gobgp(gobgp: Gobgpd) -> str:
    return gobgp.tell("global", "rib", "summary", "-a", "ipv4")


def _measure(name: str, daemon: Daemon, port: int, file: Path, has_all: Callable[[], bool]) -> Loaded:
    before = resident(daemon.process.pid)
    with Sender(file, _SENDER, _SENDER_AS, "127.0.0.1", port) as sender:
        first = sender.first_ns()
        deadline = time.monotonic() + _BOUND_S
        while not has_all():
            if time.monotonic() > deadline:
                raise DaemonError(f"{name} did not take the table in {_BOUND_S} s")
            time.sleep(0.02)
        seconds = (time.monotonic_ns() - first) / 1e9
        return Loaded(name, 1, seconds, resident(daemon.process.pid) - before)
