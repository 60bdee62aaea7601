# SPDX-License-Identifier: Apache-2.0
"""What FRR's bfdd and BIRD hold at an interval, each against itself over veth, one core an end; and our
engine in their place, by af_packet, against our far end. Sessions are doubled until some flap.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from bfd_fastpath.bench.suites.envelope import frr
from bfd_fastpath.bench.suites.envelope.bird import Bird
from bfd_fastpath.bench.suites.envelope.cable import addresses, cable, mac_address, sent
from bfd_fastpath.bench.suites.envelope.frr import Frr
from bfd_fastpath.lab.netspace import Space
from bfd_fastpath.lab.stage import StageError

_LADDER: Final = (50, 100, 200, 500, 1000, 2000, 4000, 8000, 16000)
_NEAR: Final = IPv4Address("10.0.0.1")
_FAR: Final = IPv4Address("10.16.0.0")
_UP_S: Final = 30.0
#: Where no more came up for so long, the rest flap.
_STALLED_S: Final = 5.0
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
    #: Packets a second that one end sent while the most were held; 0: not known.
    sent_pps: float = 0.0


@dataclass(frozen=True, slots=True)
class Tried:
    """So many sessions for a while. reason: why they were not held, "" where they were."""

    reason: str = ""
    sent_pps: float = 0.0


def possible() -> bool:
    """Whether network namespaces can be made."""
    return os.geteuid() == 0


def missing() -> dict[str, tuple[str, str]]:
    """Who cannot be measured here: why, and the command that helps."""
    if not possible():
        return dict.fromkeys(("FRR bfdd", "BIRD"), ("network namespaces need root", "sudo"))
    found = {}
    if not (frr.PROGRAMS / "bfdd").exists() or not shutil.which("vtysh"):
        found["FRR bfdd"] = ("it is not installed", "apt-get install frr")
    if not shutil.which("bird"):
        found["BIRD"] = ("it is not installed", "apt-get install bird2")
    return found


def measure(
    intervals_ms: Sequence[int], seconds: float, cpus: tuple[int, int], say: Callable[[str], None]
) -> list[Flapped]:
    """Those that are installed, in turn at each interval. cpus: of the two ends."""
    absent = missing()
    for name, (why, install) in absent.items():
        say(f"{name} skipped: {why}: {install}")
    if not possible():
        return []
    kinds: dict[str, type[Frr] | type[Bird]] = {"FRR bfdd": Frr, "BIRD": Bird}
    speakers = [(name, kind) for name, kind in kinds.items() if name not in absent]
    rows = []
    for interval in sorted(intervals_ms, reverse=True):
        for name, kind in speakers:
            rows.append(_climb(name, interval, partial(_pair, kind, cpus), seconds, say))
        rows.append(_climb("bfd-fastpath, af_packet", interval, partial(_ours, cpus), seconds, say))
    return rows


def climb(
    name: str,
    interval_ms: int,
    ladder: Sequence[int],
    seconds: float,
    cpus: tuple[int, int],
    say: Say,
    begin: int = 0,
) -> Flapped:
    """One of "FRR bfdd" and "BIRD" alone, by these steps, from one of them on."""
    kind: type[Frr] | type[Bird] = Frr if name == Frr.name else Bird
    return _climb(name, interval_ms, partial(_pair, kind, cpus), seconds, say, ladder, begin)


def _climb(
    name: str,
    interval_ms: int,
    attempt: Callable[[int, int, float], Tried],
    seconds: float,
    say: Say,
    ladder: Sequence[int] = _LADDER,
    begin: int = 0,
) -> Flapped:
    def tried(count: int) -> Tried:
        try:
            found = attempt(count, interval_ms, seconds)
        except StageError as error:
            found = Tried(str(error))
        say(f"{name}: {count:,} sessions at {interval_ms} ms: {found.reason or 'held'}")
        return found

    return climbed(name, interval_ms * 1000, tried, ladder, begin)


def climbed(
    name: str, interval_us: int, tried: Callable[[int], Tried], ladder: Sequence[int], begin: int
) -> Flapped:
    """Up from the step of that number to the first that is not held; or down from it to the first that is.
    tried: what became of so many sessions.
    """
    failed, reason, most, sent_pps = 0, "", 0, 0.0
    for count in ladder[begin:]:
        found = tried(count)
        if found.reason:
            failed, reason = count, found.reason
            break
        most, sent_pps = count, found.sent_pps
    for count in reversed(ladder[:begin] if not most else ()):
        found = tried(count)
        if not found.reason:
            most, sent_pps = count, found.sent_pps
            break
        failed, reason = count, found.reason
    return Flapped(name, interval_us, most, failed, reason, sent_pps)


def _pair(
    kind: type[Frr] | type[Bird], cpus: tuple[int, int], count: int, interval_ms: int, seconds: float
) -> Tried:
    return asyncio.run(_pair_async(kind, cpus, count, interval_ms, seconds))


async def _pair_async(
    kind: type[Frr] | type[Bird], cpus: tuple[int, int], count: int, interval_ms: int, seconds: float
) -> Tried:
    with tempfile.TemporaryDirectory() as room:
        # Daemons that give up root must reach their own directories below.
        Path(room).chmod(0o755)
        near, far = Space(f"bfd-env-{os.getpid()}-a"), Space(f"bfd-env-{os.getpid()}-b")
        try:
            near.make()
            far.make()
            cable(near, far)
            # BIRD tells its sessions apart by the peer's address alone, so both ends have one a session.
            pairs = [(_NEAR + number, _FAR + number) for number in range(count)]
            own, peers = zip(*pairs, strict=True)
            addresses(near, own, peers, mac_address(far))
            addresses(far, peers, own, mac_address(near))
            ends = [kind(near, Path(room) / "a", cpus[0]), kind(far, Path(room) / "b", cpus[1])]
            await ends[0].start(pairs, interval_ms)
            await ends[1].start([(peer, own) for own, peer in pairs], interval_ms)
            most, end, since = 0, time.monotonic() + _UP_S, time.monotonic()
            while (up := min([await asyncio.to_thread(one.up) for one in ends])) < count:
                now = time.monotonic()
                if up > most:
                    most, since = up, now
                if now > since + _STALLED_S:
                    return Tried(f"{most:,} came up, and no more in {now - since:.0f} s")
                if now > end:
                    return Tried(f"{most:,} came up in {_UP_S:.0f} s")
                await asyncio.sleep(1)
            await asyncio.sleep(2)
            for one in ends:
                one.mark()
            began, before = time.monotonic(), sent(near)
            await asyncio.sleep(seconds)
            sent_pps = (sent(near) - before) / (time.monotonic() - began)
            flaps = [await asyncio.to_thread(one.flaps) for one in ends]
            return Tried(f"flaps: {flaps[0]:,} and {flaps[1]:,}" if any(flaps) else "", sent_pps)
        finally:
            await near.close()
            await far.close()


def _ours(cpus: tuple[int, int], count: int, interval_ms: int, seconds: float) -> Tried:
    near, far = Space(f"bfd-env-{os.getpid()}-a"), Space(f"bfd-env-{os.getpid()}-b")
    words = (sys.executable, "-m", "bfd_fastpath.bench.suites.envelope.veth")
    asked = tuple(map(str, (count, interval_ms, seconds)))
    try:
        near.make()
        far.make()
        cable(near, far)
        children = [
            subprocess.Popen(
                ("ip", "netns", "exec", space.name, *words, end, str(cpu), *asked),
                stdout=subprocess.PIPE,
                stdin=subprocess.PIPE,
                text=True,
            )
            for space, end, cpu in ((far, "far", cpus[1]), (near, "near", cpus[0]))
        ]
        try:
            said, _ = children[1].communicate(timeout=seconds + 3 * _UP_S)
            children[0].communicate("", timeout=_UP_S)
        except subprocess.TimeoutExpired:
            return Tried("our ends took too long")
        return Tried(said.strip() if children[1].returncode == 0 else f"our end failed: {said.strip()}")
    finally:
        asyncio.run(near.close())
        asyncio.run(far.close())
