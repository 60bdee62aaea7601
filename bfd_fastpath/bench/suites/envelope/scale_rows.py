# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite bfd-scale: receive check and timed transmit by themselves, sessions held at
intervals, and what FRR and BIRD hold.
"""

from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from typing import Final

import pydp
from bfd_fastpath.bench import micro
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.asked import Asked, Scale
from bfd_fastpath.bench.document import Better, Goal, Relation, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.histogram import poll_gap
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.suites.envelope import daemons
from bfd_fastpath.bench.suites.envelope.far.lines import FarEndError
from bfd_fastpath.bench.suites.envelope.hold import Held, hold
from bfd_fastpath.bench.suites.envelope.memory import grown
from bfd_fastpath.bench.suites.envelope.rig import Wanted

_SUITE: Final = "bfd-scale"
_SOAK_S: Final = 600.0
#: The time between two looks: one that took longer says too little of when the far end was away.
_SLOW_NS: Final = 100_000_000
#: Sessions that are tried at each interval, in milliseconds.
_CELLS: Final = {
    1000: (100_000, 1_000_000),
    300: (10_000, 100_000),
    50: (1000, 10_000, 100_000, 200_000),
    10: (1000, 10_000, 40_000, 100_000),
}
#: The whole matrix has these at each interval too.
_FULL: Final = (1000, 10_000, 100_000, 1_000_000)
#: Sessions and intervals that are to be held.
GOALS: Final = ((100_000, 10), (1_000_000, 1000))
#: What decides a goal is watched longer.
_LONG: Final = (*GOALS, (200_000, 50))
#: Sessions whose memory is measured, and the most that they may take.
_MILLION: Final = 1_000_000
_MEMORY_MIB: Final = 256
#: The interval of the daemons' row, how many sessions they are tried with, and the step that comes first.
_BESIDE_MS: Final = 50
_STEPS: Final = (50, 100, 200, 500, 1000, 2000, 4000, 8000)
_LADDERS: Final = {Scale.QUICK: (20,), Scale.DEFAULT: _STEPS, Scale.FULL: _STEPS}
_FIRST: Final = {"FRR bfdd": 1000, "BIRD": 2000}
_TIMES: Final = 100
#: How long daemons have to hold them.
_WATCHED_S: Final = {Scale.QUICK: 1.0, Scale.DEFAULT: 5.0, Scale.FULL: 10.0}


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """As they are done."""
    if not asked.soak:
        yield from micro.rows(_SUITE, asked)
        yield from _memory(asked)
    best: Held | None = None
    for count, interval in cells(asked):
        asked.say(f"{count:,} sessions at {interval} ms, {asked_ports(asked)}")
        wanted = Wanted(
            sessions=count,
            interval_us=interval * 1000,
            engine_cpu=asked.cpu,
            far_cpu=asked.other_cpu,
            ports=asked.ports,
            far_end=asked.far_end,
        )
        try:
            held = alone(hold, wanted, seconds(asked, (count, interval) in _LONG))
        except (pydp.PydpError, BrokenProcessPool, FarEndError) as error:
            yield Skipped(_SUITE, _name(count, interval), str(error), "")
            continue
        if held.held and interval == _BESIDE_MS:
            best = held
        yield told(held, soak=asked.soak)
    if not asked.soak and best is not None:
        yield from _beside(best, asked)


def _memory(asked: Asked) -> Iterator[Row | Skipped]:
    sessions = asked.pick(10_000, _MILLION)
    asked.say(f"{sessions:,} sessions are made, and take memory")
    try:
        octets = alone(grown, sessions)
    except (pydp.PydpError, BrokenProcessPool) as error:
        yield Skipped(_SUITE, f"memory of {sessions:,} sessions", str(error), "")
        return
    yield memory_row(sessions, octets)


def memory_row(sessions: int, octets: int) -> Row:
    """The engine's octets with so many sessions, as a row."""
    goal = Goal(f"at most {_MEMORY_MIB} MiB", _MEMORY_MIB, relation=Relation.AT_MOST)
    return judged(
        Row(
            name=f"memory of {sessions:,} sessions",
            parameters={"sessions": sessions},
            unit="MiB",
            better=Better.LOWER,
            ours=Figure.of([round(octets / (1 << 20), 1)]),
            goal=goal if sessions == _MILLION else None,
            detail={"octets-a-session": round(octets / sessions, 1)},
        )
    )


def asked_ports(asked: Asked) -> str:
    """What the two ends are, for people."""
    ends = [*asked.ports] if asked.far_end is None else [*asked.ports, f"the far end at {asked.far_end}"]
    return " and ".join(ends) or "a link in memory"


def seconds(asked: Asked, long: bool) -> float:
    """How long sessions are watched."""
    if asked.soak:
        return _SOAK_S
    return 1.0 if asked.quick else 10.0 if long or asked.scale is Scale.FULL else 3.0


def cells(asked: Asked) -> Iterator[tuple[int, int]]:
    """Sessions, milliseconds."""
    if asked.quick:
        yield 1000, 50
        return
    if asked.soak:
        yield from (*GOALS, (100_000, 50))
        return
    for interval, counts in _CELLS.items():
        tried = sorted({*counts, *_FULL}) if asked.scale is Scale.FULL else counts
        yield from ((count, interval) for count in tried)


def _name(count: int, interval: int, *, soak: bool = False) -> str:
    return f"held {count:,} x {interval} ms" + (", ten minutes" if soak else "")


def told(held: Held, *, soak: bool = False) -> Row:
    """A cell as a row: false Downs while it was watched; where the sessions did not come up, all of them."""
    wanted = held.wanted
    count, interval, apart = wanted.sessions, wanted.interval_us // 1000, wanted.far_end
    goal, doubt = None, ""
    if (count, interval) in GOALS:
        goal = Goal("no session goes down that the far end still speaks for", 0, relation=Relation.AT_MOST)
    if apart is not None and held.far_downs and held.look_max_ns > _SLOW_NS:
        doubt = f"it is known only to {held.look_max_ns / 1e6:.0f} ms when the far end was away"
    return judged(
        Row(
            name=_name(count, interval, soak=soak),
            parameters={
                "sessions": count,
                "interval-ms": interval,
                "multiplier": wanted.multiplier,
                "seconds": round(held.seconds, 1),
                "ports": list(wanted.ports) or "memory link",
                **({} if apart is None else {"far-end": str(apart)}),
            },
            unit="false-downs",
            better=Better.LOWER,
            ours=Figure.of([held.false_downs if held.seconds else count]),
            goal=goal,
            detail={
                "held": held.held,
                "reason": held.reason,
                "up-after-s": round(held.up_after_s, 2),
                "far-downs": held.far_downs,
                "deferred": held.deferred,
                "sent-pps": round(held.tx_pps),
                "received-pps": round(held.rx_pps),
                "missed": list(held.missed),
                "poll-gap": poll_gap(held.engine_gaps),
                "far-poll-gap": poll_gap(held.far_gaps),
                **({} if apart is None else {"far-end-look-ms-most": round(held.look_max_ns / 1e6, 3)}),
            },
        ),
        doubt=doubt,
    )


def _beside(best: Held, asked: Asked) -> Iterator[Row | Skipped]:
    """The most that each holds at one interval, and what it sends for them: ours of the cells above, the
    daemons over veth.
    """
    absent, peers, rates = daemons.missing(), dict[str, Figure](), dict[str, Figure]()
    detail: dict[str, object] = {}
    ladder, watched_s = _LADDERS[asked.scale], _WATCHED_S[asked.scale]
    for name, first in _FIRST.items():
        if name in absent:
            yield Skipped(_SUITE, f"{name}: sessions held", *absent[name])
            continue
        begin = ladder.index(first) if asked.scale is Scale.DEFAULT else 0
        cpus = (asked.cpu, asked.other_cpu)
        found = daemons.climb(name, _BESIDE_MS, ladder, watched_s, cpus, asked.say, begin)
        peers[name] = Figure.of([found.most])
        if found.most:
            rates[name] = Figure.of([found.sent_pps / 1e6])
        detail[name] = {"held": found.most, "not-held": found.least_not, "how": found.reason}
    strongest = max(peers, key=lambda name: peers[name].median, default=None)
    goal = None
    if strongest is not None and not asked.quick:
        goal = Goal(f"{_TIMES} x what {strongest} holds", _TIMES, strongest)
    yield judged(
        Row(
            name=f"most sessions held at {_BESIDE_MS} ms x 3",
            parameters={"interval-ms": _BESIDE_MS, "multiplier": 3, "daemons-seconds": watched_s},
            unit="sessions",
            better=Better.HIGHER,
            ours=Figure.of([best.wanted.sessions]),
            peers=peers,
            goal=goal,
            detail=detail,
        )
    )
    yield Row(
        name=f"hellos sent, most sessions held at {_BESIDE_MS} ms x 3",
        parameters={"interval-ms": _BESIDE_MS, "multiplier": 3},
        unit="M/s",
        better=Better.HIGHER,
        ours=Figure.of([best.tx_pps / 1e6]),
        peers=rates,
    )
