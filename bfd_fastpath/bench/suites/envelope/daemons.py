# SPDX-License-Identifier: Apache-2.0
"""What FRR's bfdd and BIRD hold at an interval, each against itself over veth, one core an end; and our
engine in their place, by af_packet, against our far end. Sessions are doubled until some flap.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from bfd_fastpath.lab.netspace import Space
from bfd_fastpath.lab.stage import StageError

_LADDER: Final = (50, 100, 200, 500, 1000, 2000, 4000, 8000, 16000)
_FRR: Final = Path("/usr/lib/frr")
_NEAR: Final = IPv4Address("10.0.0.1")
_FAR: Final = IPv4Address("10.16.0.0")
_UP_S: Final = 30.0
_CONFIGURED_S: Final = 180.0
_MULTIPLIER: Final = 3
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Flapped:
    """How far a speaker came at an interval."""

    speaker: str
    interval_us: int
    #: Most sessions that were held; 0: none.
    most: int
    #: Fewest that were not; 0: not found.
    least_not: int
    reason: str


class Frr:
    """zebra and bfdd. An `exit` in the configuration would be a commit, which costs as much as there are
    sessions already."""

    name = "FRR bfdd"

    def __init__(self, space: Space, directory: Path, cpu: int) -> None:
        self._space, self._directory, self._cpu = space, directory, cpu
        self._before = 0

    async def start(self, sessions: Sequence[tuple[IPv4Address, IPv4Address]], interval_ms: int) -> None:
        directory = self._directory
        directory.mkdir()
        shutil.chown(directory, "frr", "frr")
        for daemon in ("zebra", "bfdd"):
            await self._space.start(
                *("taskset", "-c", str(self._cpu), _FRR / daemon, "--vty_socket", directory),
                *("-z", directory / "zserv.api", "-i", directory / f"{daemon}.pid", "-u", "frr", "-g", "frr"),
                *("-A", "127.0.0.1", "-P", "0", "-f", "/dev/null"),
                *(("--bfdctl", directory / "bfdd.sock") if daemon == "bfdd" else ()),
                log=directory / f"{daemon}.out",
            )
            await _until((directory / f"{daemon}.vty").exists, 10.0, f"{daemon} did not start")
        lines = ["XFRR_start_configuration", "bfd", "profile p", f"detect-multiplier {_MULTIPLIER}"]
        lines += [f"transmit-interval {interval_ms}", f"receive-interval {interval_ms}"]
        for own, peer in sessions:
            lines += [f"peer {peer} local-address {own} interface eth0", "profile p"]
        lines += ["XFRR_end_configuration"]
        self._told = directory / "bfdd.conf"
        self._told.write_text("\n".join(lines) + "\n")
        await asyncio.to_thread(self._vtysh, "-d", "bfdd", "-f", str(self._told))

    def up(self) -> int:
        return sum(row["status"] == "up" for row in json.loads(self._vtysh("-c", "show bfd peers json")))

    def mark(self) -> None:
        self._before = self._downs()

    def flaps(self) -> int:
        return self._downs() - self._before

    def _downs(self) -> int:
        rows = json.loads(self._vtysh("-c", "show bfd peers counters json"))
        return sum(int(row["session-down"]) for row in rows)

    def _vtysh(self, *words: str) -> str:
        return self._space.run("vtysh", "--vty_socket", self._directory, *words, within_s=_CONFIGURED_S)


class Bird:
    """BIRD with its BFD protocol alone."""

    name = "BIRD"

    def __init__(self, space: Space, directory: Path, cpu: int) -> None:
        self._space, self._directory, self._cpu = space, directory, cpu
        self._marked = 0.0

    async def start(self, sessions: Sequence[tuple[IPv4Address, IPv4Address]], interval_ms: int) -> None:
        directory = self._directory
        directory.mkdir()
        neighbours = "\n".join(f' neighbor {peer} dev "eth0" local {own};' for own, peer in sessions)
        (directory / "bird.conf").write_text(
            f'router id {sessions[0][0]};\ntimeformat protocol "%s";\nprotocol device {{ }}\n'
            f'protocol bfd {{\n interface "eth0" {{ interval {interval_ms} ms; '
            f"multiplier {_MULTIPLIER}; }};\n{neighbours}\n}}\n"
        )
        await self._space.start(
            *("taskset", "-c", str(self._cpu), "bird", "-f", "-c", directory / "bird.conf"),
            *("-s", directory / "bird.ctl", "-P", directory / "bird.pid"),
            log=directory / "bird.out",
        )
        await _until((directory / "bird.ctl").exists, 10.0, "BIRD did not start")

    def up(self) -> int:
        return len(self._since())

    def mark(self) -> None:
        self._marked = time.time() + 1

    def flaps(self) -> int:
        """Sessions that are not Up, or are so only since."""
        since = self._since()
        return self._count - sum(moment <= self._marked for moment in since)

    def _since(self) -> list[float]:
        said = self._space.run("birdc", "-s", self._directory / "bird.ctl", "show bfd sessions")
        rows = re.findall(r"^\d+\.\S+\s+\S+\s+(\S+)\s+(\S+)", said, re.M)
        self._count = len(rows)
        return [float(moment) for state, moment in rows if state == "Up"]


def missing() -> dict[str, tuple[str, str]]:
    """Who cannot be measured here: why, and the command that helps."""
    if os.geteuid() != 0:
        return dict.fromkeys(("FRR bfdd", "BIRD"), ("network namespaces need root", "sudo"))
    found = {}
    if not (_FRR / "bfdd").exists() or not shutil.which("vtysh"):
        found["FRR bfdd"] = ("it is not installed", "apt-get install frr")
    if not shutil.which("bird"):
        found["BIRD"] = ("it is not installed", "apt-get install bird2")
    return found


def measure(intervals_ms: Sequence[int], seconds: float, say: Callable[[str], None]) -> list[Flapped]:
    """Those that are installed, in turn at each interval."""
    absent = missing()
    for name, (why, install) in absent.items():
        say(f"{name} skipped: {why}: {install}")
    if os.geteuid() != 0:
        return []
    kinds: dict[str, type[Frr] | type[Bird]] = {"FRR bfdd": Frr, "BIRD": Bird}
    speakers = [(name, kind) for name, kind in kinds.items() if name not in absent]
    rows = []
    for interval in sorted(intervals_ms, reverse=True):
        for name, kind in speakers:
            rows.append(_climb(name, interval, lambda *wanted, kind=kind: _pair(kind, *wanted), seconds, say))
        rows.append(_climb("bfd-fastpath, af_packet", interval, _ours, seconds, say))
    return rows


def climb(name: str, interval_ms: int, ladder: Sequence[int], seconds: float, say: Say) -> Flapped:
    """One of "FRR bfdd" and "BIRD" alone, by these steps."""
    kind: type[Frr] | type[Bird] = Frr if name == Frr.name else Bird
    return _climb(name, interval_ms, lambda *wanted: _pair(kind, *wanted), seconds, say, ladder)


def _climb(
    name: str,
    interval_ms: int,
    attempt: Callable[[int, int, float], str],
    seconds: float,
    say: Say,
    ladder: Sequence[int] = _LADDER,
) -> Flapped:
    most = 0
    for count in ladder:
        try:
            reason = attempt(count, interval_ms, seconds)
        except StageError as error:
            reason = str(error)
        say(f"{name}: {count:,} sessions at {interval_ms} ms: {reason or 'held'}")
        if reason:
            return Flapped(name, interval_ms * 1000, most, count, reason)
        most = count
    return Flapped(name, interval_ms * 1000, most, 0, "")


def _pair(kind: type[Frr] | type[Bird], count: int, interval_ms: int, seconds: float) -> str:
    """ "" when all were held; else what happened."""
    return asyncio.run(_pair_async(kind, count, interval_ms, seconds))


async def _pair_async(kind: type[Frr] | type[Bird], count: int, interval_ms: int, seconds: float) -> str:
    with tempfile.TemporaryDirectory() as room:
        # Daemons that give up root must reach their own directories below.
        Path(room).chmod(0o755)
        near, far = Space(f"bfd-env-{os.getpid()}-a"), Space(f"bfd-env-{os.getpid()}-b")
        try:
            _cable(near, far)
            # BIRD tells its sessions apart by the peer's address alone, so both ends have one a session.
            _addresses(near, _NEAR, far, _FAR, count)
            _addresses(far, _FAR, near, _NEAR, count)
            ends = [kind(near, Path(room) / "a", 0), kind(far, Path(room) / "b", 1)]
            pairs = [(_NEAR + number, _FAR + number) for number in range(count)]
            await ends[0].start(pairs, interval_ms)
            await ends[1].start([(peer, own) for own, peer in pairs], interval_ms)
            end = time.monotonic() + _UP_S
            while (up := min([await asyncio.to_thread(one.up) for one in ends])) < count:
                if time.monotonic() > end:
                    return f"{up:,} came up in {_UP_S:.0f} s"
                await asyncio.sleep(1)
            await asyncio.sleep(2)
            for one in ends:
                one.mark()
            await asyncio.sleep(seconds)
            flaps = [await asyncio.to_thread(one.flaps) for one in ends]
            return f"flaps: {flaps[0]:,} and {flaps[1]:,}" if any(flaps) else ""
        finally:
            await near.close()
            await far.close()


def _ours(count: int, interval_ms: int, seconds: float) -> str:
    near, far = Space(f"bfd-env-{os.getpid()}-a"), Space(f"bfd-env-{os.getpid()}-b")
    words = (sys.executable, "-m", "bfd_fastpath.bench.suites.envelope.veth")
    try:
        _cable(near, far)
        children = [
            subprocess.Popen(
                ("ip", "netns", "exec", space.name, *words, end, str(count), str(interval_ms), str(seconds)),
                stdout=subprocess.PIPE,
                stdin=subprocess.PIPE,
                text=True,
            )
            for space, end in ((far, "far"), (near, "near"))
        ]
        try:
            said, _ = children[1].communicate(timeout=seconds + 3 * _UP_S)
            children[0].communicate("", timeout=_UP_S)
        except subprocess.TimeoutExpired:
            return "our ends took too long"
        return said.strip() if children[1].returncode == 0 else f"our end failed: {said.strip()}"
    finally:
        asyncio.run(near.close())
        asyncio.run(far.close())


def _cable(near: Space, far: Space) -> None:
    for space in (near, far):
        space.make()
    near.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", far.name)
    for space in (near, far):
        space.run("sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1")
        space.run("ethtool", "-K", "eth0", "tx", "off", "gro", "off", "gso", "off", "tso", "off")
        space.run("ip", "link", "set", "eth0", "up")


def _addresses(space: Space, first: IPv4Address, other: Space, peer: IPv4Address, count: int) -> None:
    """The kernel keeps a thousand neighbours that it found itself; those it was told do not count."""
    mac = json.loads(other.run("ip", "-j", "link", "show", "eth0"))[0]["address"]
    _batch(
        space,
        [
            *(f"addr add {first + number}/8 dev eth0" for number in range(count)),
            *(f"neigh add {peer + number} lladdr {mac} dev eth0 nud permanent" for number in range(count)),
        ],
    )


def _batch(space: Space, lines: Sequence[str]) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".ip") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        space.run("ip", "-batch", file.name)


async def _until(there: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not there():
        if time.monotonic() > end:
            raise StageError(what)
        await asyncio.sleep(0.05)
