# SPDX-License-Identifier: Apache-2.0
"""Who detects, each in a network namespace of its own on the same core, in turn: the others stand still
meanwhile, and so do their clocks of silence.
"""

import asyncio
import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bfd_fastpath.bench.gaps import Gaps
from bfd_fastpath.bench.suites.envelope.bird import Bird
from bfd_fastpath.bench.suites.envelope.cable import addresses, cable, mac_address
from bfd_fastpath.bench.suites.envelope.frr import Frr
from bfd_fastpath.bench.suites.envelope.rig import FIRST_PEER, OURS
from bfd_fastpath.bench.suites.silence.child import Child
from bfd_fastpath.lab.netspace import Space, pids

#: Who is ours among them.
US: Final = "ours"
_DAEMONS: Final[dict[str, type[Frr] | type[Bird]]] = {Frr.name: Frr, Bird.name: Bird}
_MODULES: Final = "bfd_fastpath.bench.suites.silence"
#: As our own ends have it (envelope.rig).
_NICE_SESSION: Final = -20
_NICE: Final = -10


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Of the sessions at an interval, so many fall silent in each of the rounds."""

    sessions: int
    interval_ms: int
    silent: int
    rounds: int
    cpu: int
    far_cpu: int


@dataclass(slots=True)
class Detection:
    """How late one of them was, microseconds, by round; and what stood in its way."""

    rounds_us: list[list[float]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    #: Milliseconds that its threads were ready and not run, all turns together.
    waited_ms: float = 0.0
    #: The far end's, of each turn; our engine's own.
    far_gaps: list[Gaps] = field(default_factory=list)
    engine_gaps: list[Gaps] = field(default_factory=list)


def measured(plan: Plan, names: Sequence[str]) -> dict[str, Detection]:
    """names: US and daemons that are installed. Raises StageError, ChildProcessError."""
    return asyncio.run(_measured(plan, names))


async def _measured(plan: Plan, names: Sequence[str]) -> dict[str, Detection]:
    tag = f"bfd-silent-{os.getpid()}"
    far, nears = Space(f"{tag}-far"), [Space(f"{tag}-{number}") for number in range(len(names))]
    with tempfile.TemporaryDirectory() as directory:
        # Daemons that give up root must reach their own directories below.
        room = Path(directory)
        room.chmod(0o755)
        try:
            far.make()
            for number, near in enumerate(nears):
                near.make()
                cable(near, far, f"eth{number}")
            with contextlib.ExitStack() as stack:
                interfaces = [f"eth{number}" for number in range(len(names))]
                words = (plan.sessions, plan.interval_ms, plan.far_cpu, *interfaces)
                end = stack.enter_context(Child(far, f"{_MODULES}.far", words, room / "far.log"))
                ends = [_End(*one) for one in zip(names, nears, interfaces, strict=True)]
                for one in ends:
                    await one.start(plan, mac_address(far, one.interface), room, stack)
                return await _turns(plan, ends, end)
        finally:
            for space in (*nears, far):
                await space.close()


async def _turns(plan: Plan, ends: "Sequence[_End]", far: Child) -> dict[str, Detection]:
    """Each round begins with another one, and silences others."""
    found = {one.name: Detection() for one in ends}
    for number in range(plan.rounds):
        turn = number % len(ends)
        first = number * plan.silent % (plan.sessions - plan.silent + 1)
        for one in (*ends[turn:], *ends[:turn]):
            one.thaw()
            await _turn(plan, one, far, first, found[one.name])
            one.freeze()
    return found


async def _turn(plan: Plan, one: "_End", far: Child, first: int, found: Detection) -> None:
    up = await asyncio.to_thread(far.ask, f"up {one.interface}")
    if up < plan.sessions:
        raise ChildProcessError(f"{one.name}: {up} of {plan.sessions} sessions came up")
    one.gaps()
    waited = one.waited_ms()
    seen = await asyncio.to_thread(far.ask, f"silence {one.interface} {first} {plan.silent}")
    found.waited_ms += one.waited_ms() - waited
    found.engine_gaps += one.gaps()
    found.far_gaps.append(Gaps(tuple(seen["gaps_us_log2"]), seen["gap_max_ns"]))
    found.rounds_us.append(seen["late_us"])
    if seen["others"]:
        found.doubts.append(f"{seen['others']} sessions went Down that were not silenced")
    if len(seen["late_us"]) < plan.silent:
        found.doubts.append(f"of {plan.silent} silent peers {len(seen['late_us'])} were seen")


class _End:
    """One of those that detect."""

    def __init__(self, name: str, space: Space, interface: str) -> None:
        #: The far end's interface to it.
        self.name, self.interface = name, interface
        self._space = space
        self._child: Child | None = None

    async def start(self, plan: Plan, mac: str, room: Path, stack: contextlib.ExitStack) -> None:
        """It stands still when it has begun. mac: of the far end's interface."""
        where = room / self.interface
        if self.name == US:
            words = (plan.sessions, plan.interval_ms, plan.cpu)
            self._child = stack.enter_context(Child(self._space, f"{_MODULES}.near", words, where))
            await asyncio.to_thread(self._child.ask, "gaps")
        else:
            peers = [FIRST_PEER + number for number in range(plan.sessions)]
            addresses(self._space, [OURS], peers, mac)
            daemon = _DAEMONS[self.name](self._space, where, plan.cpu)
            await daemon.start([(OURS, peer) for peer in peers], plan.interval_ms)
            self._prefer()
        stack.callback(self.thaw)
        self.freeze()

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def gaps(self) -> list[Gaps]:
        """Of our engine, since the last time; nothing of a daemon."""
        if self._child is None:
            return []
        told = self._child.ask("gaps")
        return [Gaps(tuple(told["us_log2"]), told["max_ns"])]

    def waited_ms(self) -> float:
        """That its threads were ready to run and did not, so far."""
        return sum(int((task / "schedstat").read_text().split()[1]) for task in self._tasks()) / 1e6

    def _tasks(self) -> Iterator[Path]:
        for pid in pids(self._space.name):
            yield from Path(f"/proc/{pid}/task").iterdir()

    def _prefer(self) -> None:
        """A daemon comes before others as our engine does (envelope.rig)."""
        for pid in pids(self._space.name):
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/autogroup").write_text(str(_NICE_SESSION))
        for task in self._tasks():
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, int(task.name), _NICE)

    def _signal(self, number: signal.Signals) -> None:
        for pid in pids(self._space.name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
