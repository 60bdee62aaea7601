# SPDX-License-Identifier: Apache-2.0
"""Rows of the suite bfd-detect: how late our engine, FRR's bfdd and BIRD say Down, by the same cable."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bfd_fastpath.bench import tail
from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.document import Better, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.gaps import Gaps
from bfd_fastpath.bench.histogram import cdf, poll_gap
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.suites.envelope import daemons
from bfd_fastpath.bench.suites.silence.far import MULTIPLIER
from bfd_fastpath.bench.suites.silence.turns import US, Detection, Plan, measured
from bfd_fastpath.lab.stage import StageError

_SUITE: Final = "bfd-detect"
_WHAT: Final = "last hello + detection time to the Down packet on the wire"
_PEERS: Final = ("FRR bfdd", "BIRD")
_SHARES: Final = {"median": 0.5, "p99": 0.99}


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """As they are done."""
    absent = daemons.missing()
    for name, (why, install) in absent.items():
        yield Skipped(_SUITE, f"{name}: {_WHAT}", why, install)
    if not daemons.possible():
        return
    yield from asked.without_ports(
        _SUITE, "beside FRR and BIRD: these take the kernel's interfaces, and so do we"
    )
    plan = Plan(
        sessions=asked.pick(20, 200),
        interval_ms=50,
        silent=asked.pick(10, 150),
        rounds=asked.pick(1, 5, 20),
        cpu=asked.cpu,
        far_cpu=asked.other_cpu,
    )
    names = [US, *(name for name in _PEERS if name not in absent)]
    asked.say(
        f"{plan.sessions} sessions at {plan.interval_ms} ms over veth, {plan.silent} fall silent: "
        f"{', '.join(names)}"
    )
    try:
        yield from told(plan, measured(plan, names))
    except (StageError, ChildProcessError) as error:
        yield Skipped(_SUITE, _WHAT, str(error), "")


def told(plan: Plan, found: Mapping[str, Detection]) -> Iterator[Row | Skipped]:
    """Each window is a round's median, or its p99."""
    doubts = [f"{name}: {doubt}" for name, one in found.items() for doubt in one.doubts]
    for share, value in _SHARES.items():
        figures = {
            name: Figure.of([tail.quantile(each, value) for each in one.rounds_us if each])
            for name, one in found.items()
            if any(one.rounds_us)
        }
        if (ours := figures.pop(US, None)) is None:
            yield Skipped(_SUITE, f"{_WHAT}, {share}", "; ".join(doubts), "")
            continue
        yield judged(
            Row(
                name=f"{_WHAT}, {share}",
                parameters={
                    "sessions": plan.sessions,
                    "interval-ms": plan.interval_ms,
                    "multiplier": MULTIPLIER,
                    "silent": plan.silent,
                    "ports": "veth",
                },
                unit="us",
                better=Better.LOWER,
                ours=ours,
                peers=figures,
                detail={**(_distribution(found) if value > 0.5 else {}), **_gaps(found)},
            ),
            doubt="; ".join(doubts[:1]),
            compare_spread=False,
        )


def _distribution(found: Mapping[str, Detection]) -> dict[str, object]:
    """Of all rounds together, ours and the others'."""
    every = {name: [us for each in one.rounds_us for us in each] for name, one in found.items()}
    every = {name: us for name, us in every.items() if us}
    return {
        "cdf": cdf(every[US]),
        "peers-cdf": {name: cdf(us) for name, us in every.items() if name != US},
        "seen": {name: len(us) for name, us in every.items()},
        "least-us": {name: min(us) for name, us in every.items()},
    }


def _gaps(found: Mapping[str, Detection]) -> dict[str, object]:
    """Of all rounds together: who was not run, and when nobody looked at the ports."""
    return {
        "waited-ms": {name: round(one.waited_ms, 3) for name, one in found.items()},
        "poll-gap": poll_gap(_together(found[US].engine_gaps)),
        "far-poll-gap": poll_gap(_together([gaps for one in found.values() for gaps in one.far_gaps])),
    }


def _together(gaps: Sequence[Gaps]) -> Gaps:
    """Of several turns."""
    counts = tuple(sum(each) for each in zip(*(one.us_log2 for one in gaps), strict=True))
    return Gaps(counts, max(one.max_ns for one in gaps))
