# SPDX-License-Identifier: Apache-2.0
"""A recorded case: who plays what, and how it is written down; and all of those that there are."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.replay.record.scene import Scene

Play = Callable[[Scene], None]


@dataclass(frozen=True, slots=True)
class Case:
    """`more` is merged into the expectation; gone: ends that say nothing in the end, or nothing that
    the tap sees; unheard: ends that it never sees."""

    title: str
    play: Play
    first: str
    second: str
    family: int = 4
    verdict: str | None = None
    form: str = "pcapng"
    compressed: bool = True
    routed: bool = False
    gone: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.first}_{self.second}_v{self.family}_{self.play.__name__}"


CASES: dict[str, Case] = {}


def case(first: str, second: str, family: int, title: str, **options: Any) -> Callable[[Play], Play]:
    def add(play: Play) -> Play:
        made = Case(title, play, first, second, family, **options)
        CASES[made.name] = made
        return play

    return add
