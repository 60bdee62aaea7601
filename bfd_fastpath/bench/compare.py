# SPDX-License-Identifier: Apache-2.0
"""Two documents, row by row: what changed from one run to another, and whether it is more than noise.

What is tested is the ratio of the medians of B's windows to A's. Windows are drawn again from each run's,
4,000 times (a bootstrap with a fixed seed, so that the same two documents always get the same answer); the
middle 99 percent of the ratios are its interval. Where both runs measured the same peers, the ratio is first
divided by theirs, drawn along: a machine that is slower today is slower for everybody. A peer that is our own
code by another way (the detail's "own") is none to divide by. A change is one whose interval leaves out 1; of
one row in a hundred it is chance. Where figures are 0 or less, the difference of
the medians takes the ratio's place. Fewer than five windows judge nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import numpy
import numpy.typing

from bfd_fastpath.bench.document import Better, Document, Row, Verdict
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.method import LEAST_WINDOWS

DRAWS: Final = 4000
CONFIDENCE: Final = 0.99
_SEED: Final = 20_260_101
#: Facts of a machine that change by themselves, or say nothing of its speed.
_PASSING: Final = {"load", "frequency-mhz", "tsc-hz", "doctor", "hugepages"}
#: Options that say where a result goes, and not what was measured: with a value, and without.
_ABOUT_FILES: Final = re.compile(r"\s+--(?:out(?:=|\s+)\S+|json|require-peers)(?=\s|$)")

Floats = numpy.typing.NDArray[numpy.float64]


class Change(Enum):
    """What a row did from A to B."""

    BETTER = "better"
    WORSE = "worse"
    #: No more than noise.
    SAME = "same"
    #: Too few windows, or one of the runs gave no verdict.
    UNKNOWN = "unknown"
    #: Only one of the runs has it.
    ONLY_A = "only-a"
    ONLY_B = "only-b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One row of both runs."""

    suite: str
    name: str
    unit: str
    change: Change
    #: Medians.
    a: float | None = None
    b: float | None = None
    #: B to A, divided by what the peers did; None where figures are 0 or less. With its interval.
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    #: What the peers' medians did, B to A; None where the runs have none in common.
    peers: float | None = None
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """As `bench compare --json` has it."""
        names = ("suite", "name", "unit", "a", "b", "ratio", "low", "high", "peers", "why")
        return {**{name: getattr(self, name) for name in names}, "change": self.change.value}


def compare(a: Document, b: Document) -> list[Compared]:
    """Every row of either, in the order of A, then what only B has."""
    found = []
    for suite in (*a.suites, *(one for one in b.suites if one not in a.suites)):
        first = {row.name: row for row in a.suites.get(suite, ())}
        second = {row.name: row for row in b.suites.get(suite, ())}
        for name in (*first, *(one for one in second if one not in first)):
            found.append(_row(suite, name, first.get(name), second.get(name)))
    return found


def differences(a: Document, b: Document) -> list[str]:
    """What is not alike in machine and product, a line each."""
    one, other = dict(_flat(_facts(a))), dict(_flat(_facts(b)))
    lines = []
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            lines.append(f"{name}: {one.get(name, 'not told')} -> {other.get(name, 'not told')}")
    return lines


def _facts(document: Document) -> dict[str, Any]:
    product = document.product
    machine = {name: value for name, value in document.machine.items() if name not in _PASSING}
    return {
        **machine,
        "version": product.version,
        "dpdk": product.dpdk,
        "library": product.library,
        "command": _ABOUT_FILES.sub("", document.command),
        "noise": document.noise.verdict,
    }


def _flat(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from _flat(below, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for number, below in enumerate(value):
            yield from _flat(below, f"{place}[{number}]")
    else:
        yield place, str(value)


def _row(suite: str, name: str, a: Row | None, b: Row | None) -> Compared:
    if a is None or b is None:
        only = a or b
        assert only is not None
        change = Change.ONLY_A if b is None else Change.ONLY_B
        medians = (only.ours.median, None) if b is None else (None, only.ours.median)
        return Compared(suite=suite, name=name, unit=only.unit, change=change, a=medians[0], b=medians[1])
    whole: dict[str, Any] = {
        "suite": suite,
        "name": name,
        "unit": b.unit,
        "a": a.ours.median,
        "b": b.ours.median,
    }
    if a.unit != b.unit:
        why = f"the unit was {a.unit} and is {b.unit}"
        return Compared(**whole, change=Change.UNKNOWN, why=why)
    doubt = _doubt(a, b)
    if min(*a.ours.windows, *b.ours.windows) <= 0:
        return Compared(**whole, **_differ(a, b, doubt))
    shared = _shared(a, b)
    random = numpy.random.default_rng(_SEED)
    ratios = _drawn(b.ours, random) / _drawn(a.ours, random)
    moved = 1.0
    if shared:
        others = numpy.array([_drawn(b.peers[one], random) / _drawn(a.peers[one], random) for one in shared])
        ratios = ratios / numpy.median(others, axis=0)
        moved = float(numpy.median([b.peers[one].median / a.peers[one].median for one in shared]))
    low, high = _interval(ratios)
    ratio = b.ours.median / a.ours.median / moved
    change = Change.SAME if low <= 1 <= high else _direction(ratio > 1, b.better)
    return Compared(
        **whole,
        change=Change.UNKNOWN if doubt else change,
        ratio=ratio,
        low=low,
        high=high,
        peers=moved if shared else None,
        why=doubt,
    )


def _doubt(a: Row, b: Row) -> str:
    """Why these rows judge nothing; "" where they do."""
    fewest = min(len(a.ours.windows), len(b.ours.windows))
    if fewest < LEAST_WINDOWS:
        return f"{'one window is' if fewest == 1 else f'{fewest} windows are'} too few to judge by"
    for run, row in (("A", a), ("B", b)):
        if row.verdict is not Verdict.OK:
            return f"{run} says {row.verdict.value}"
    return ""


def _differ(a: Row, b: Row, doubt: str) -> dict[str, Any]:
    """Where figures are 0 or less there is no ratio: the difference of the medians is tested instead."""
    random = numpy.random.default_rng(_SEED)
    low, high = _interval(_drawn(b.ours, random) - _drawn(a.ours, random))
    change = Change.SAME if low <= 0 <= high else _direction(low > 0, b.better)
    alike = a.ours.windows == b.ours.windows
    return {
        "change": Change.SAME if alike else Change.UNKNOWN if doubt else change,
        "why": "" if alike else doubt,
    }


def _direction(more: bool, better: Better) -> Change:
    return Change.BETTER if more == (better is Better.HIGHER) else Change.WORSE


def _shared(a: Row, b: Row) -> list[str]:
    """Peers that both measured, with windows enough, and that are not ours."""
    own = {*a.detail.get("own", ()), *b.detail.get("own", ())}
    return [
        name
        for name in a.peers
        if name in b.peers
        and name not in own
        and all(
            len(one.peers[name].windows) >= LEAST_WINDOWS and min(one.peers[name].windows) > 0
            for one in (a, b)
        )
    ]


def _interval(drawn: Floats) -> tuple[float, float]:
    """The middle of what was drawn."""
    tail = (1 - CONFIDENCE) / 2
    low, high = (float(one) for one in numpy.quantile(drawn, (tail, 1 - tail)))
    return low, high


def _drawn(figure: Figure, random: numpy.random.Generator) -> Floats:
    """Medians of as many windows, drawn with replacement."""
    windows = numpy.asarray(figure.windows, numpy.float64)
    medians: Floats = numpy.median(random.choice(windows, (DRAWS, len(windows))), axis=1)
    return medians


def worse(rows: Sequence[Compared]) -> int:
    """How many got worse by more than noise."""
    return sum(one.change is Change.WORSE for one in rows)
