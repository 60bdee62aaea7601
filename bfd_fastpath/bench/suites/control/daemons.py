# SPDX-License-Identifier: Apache-2.0
"""GoBGP and BIRD, fed with the same octets by the same sender, as far as they are installed."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bfd_fastpath.bench.daemons.bird import Bird
from bfd_fastpath.bench.daemons.daemon import Daemon
from bfd_fastpath.bench.daemons.gobgpd import Gobgpd
from bfd_fastpath.bench.suites.control.feed import Sender, resident
from bfd_fastpath.bench.suites.control.ours import Loaded

_BOUND_S = 300
_SENDER, _SENDER_AS = "127.0.1.1", 64499


def loaded(routes: int, file: Path) -> list[Loaded]:
    """Until each says that it has all routes; it is asked every 20 ms."""
    found = []
    with TemporaryDirectory() as room:
        if shutil.which("bird") is not None:
            with Bird(Path(room) / "bird", 64500, "127.0.0.1", (_SENDER, _SENDER_AS)) as bird:
                found.append(_measure("BIRD", bird, bird.port, file, lambda: f"{routes} of" in _bird(bird)))
        if shutil.which("gobgpd") is not None:
            with Gobgpd(Path(room) / "gobgpd", 64500, "127.0.0.1", [(_SENDER, _SENDER_AS)]) as gobgp:
                found.append(
                    _measure(
                        "GoBGP", gobgp, gobgp.port, file, lambda: f"Destination: {routes}" in _gobgp(gobgp)
                    )
                )
    return found


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
            assert time.monotonic() < deadline, f"{name} did not take the table"
            time.sleep(0.02)
        seconds = (time.monotonic_ns() - first) / 1e9
        return Loaded(name, 1, seconds, resident(daemon.process.pid) - before)
