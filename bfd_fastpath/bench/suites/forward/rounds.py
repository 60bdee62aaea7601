# SPDX-License-Identifier: Apache-2.0
"""Short windows of one after the other on the same core, round after round, and what they say."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Final, Protocol

from bfd_fastpath.bench.pace import alike, pace
from bfd_fastpath.bench.suites.forward.peers import Count

#: Until caches are warm and what was late is made up for.
_SETTLE_S: Final = 0.02
#: Of a round: each part's windows in it are far enough apart that what disturbs one does not the others.
TURNS: Final = 3
#: So many times the turns that are wanted are played at the most.
_PATIENCE: Final = 2


class Part(Protocol):
    """Who takes part: stands still unless it has its turn."""

    name: str

    def resume(self) -> None: ...

    def pause(self) -> None: ...

    def count(self) -> Count: ...


@dataclass(frozen=True, slots=True)
class Windows:
    """One part's: nanoseconds of the core's time that a packet took, by round."""

    name: str
    ns: tuple[float, ...]

    def above(self, other: "Windows") -> tuple[float, ...]:
        """Round by round."""
        return tuple(one - base for one, base in zip(self.ns, other.ns, strict=True))


@dataclass(frozen=True, slots=True)
class Turn:
    """Each part's window once, and the core's pace before each of them and at the end."""

    ns: dict[str, float]
    paces: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Played:
    """Rounds in which the core had one pace, in microseconds, and how many turns it had another."""

    windows: tuple[Windows, ...]
    pace_us: float = 0.0
    left_out: int = 0


def play(parts: Sequence[Part], rounds: int, window_s: float, cpu: int) -> Played:
    """A round is of some turns; its window is their mean. A first turn warms up. The order turns, so that
    nobody always comes after the same one. Played until there are enough turns in which the core had one
    pace.
    """
    for part in parts:
        part.pause()
    wanted, every = rounds * TURNS, list[Turn]()
    for number in range(_PATIENCE * wanted + 1):
        first = number % len(parts)
        one = _turn((*parts[first:], *parts[:first]), window_s, cpu)
        if number > 0:
            every.append(one)
        if len(every) >= wanted and len(steady(every)) >= wanted:
            break
    kept = steady(every)
    return Played(
        tuple(Windows(part.name, tuple(_means([one.ns[part.name] for one in kept]))) for part in parts),
        median(one for each in kept for one in each.paces),
        len(every) - len(kept),
    )


def steady(turns: Sequence[Turn]) -> list[Turn]:
    """Those in which the core had the pace that it had most of the time; all, where that is less than a
    quarter.
    """
    middle = median(one for each in turns for one in each.paces)
    kept = [one for one in turns if alike(one.paces, middle)]
    return kept if 4 * len(kept) >= len(turns) else list(turns)


def _means(values: Sequence[float]) -> Iterator[float]:
    """Of each round; a last one that is not whole goes with the one before."""
    count = max(len(values) // TURNS, 1)
    for number in range(count):
        yield fmean(values[number * TURNS : None if number + 1 == count else (number + 1) * TURNS])


def _turn(parts: Sequence[Part], window_s: float, cpu: int) -> Turn:
    ns, paces = {}, [pace(cpu)]
    for part in parts:
        ns[part.name] = _window(part, window_s)
        paces.append(pace(cpu))
    return Turn(ns, tuple(paces))


def _window(part: Part, window_s: float) -> float:
    part.resume()
    time.sleep(_SETTLE_S)
    before = part.count()
    time.sleep(window_s)
    after = part.count()
    part.pause()
    return (after.cpu_ns - before.cpu_ns) / max(after.packets - before.packets, 1)
