# SPDX-License-Identifier: Apache-2.0
"""Short windows of one after the other on the same core, round after round, and what they say."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bfd_fastpath.bench.suites.forward.peers import Count

#: Until caches are warm and what was late is made up for.
_SETTLE_S: Final = 0.1


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


def play(parts: Sequence[Part], rounds: int, window_s: float) -> list[Windows]:
    """A first round warms up. The order turns, so that nobody always comes after the same one."""
    ns: dict[str, list[float]] = {part.name: [] for part in parts}
    for part in parts:
        part.pause()
    for number in range(rounds + 1):
        turn = number % len(parts)
        for part in (*parts[turn:], *parts[:turn]):
            spent = _window(part, window_s)
            if number > 0:
                ns[part.name].append(spent)
    return [Windows(part.name, tuple(ns[part.name])) for part in parts]


def _window(part: Part, window_s: float) -> float:
    part.resume()
    time.sleep(_SETTLE_S)
    before = part.count()
    time.sleep(window_s)
    after = part.count()
    part.pause()
    return (after.cpu_ns - before.cpu_ns) / max(after.packets - before.packets, 1)
