# SPDX-License-Identifier: Apache-2.0
"""The list of scenes: which script shows which rows."""

from collections.abc import Callable
from dataclasses import dataclass

from bfd_fastpath.lab.conformance.row import Need
from bfd_fastpath.lab.conformance.scene import Scene

Play = Callable[[Scene], None]


@dataclass(frozen=True, slots=True)
class Script:
    """A scene by name, which is the name of its capture file, with the rows that it shows."""

    name: str
    rows: tuple[int, ...]
    play: Play
    #: Without which there is nothing to play.
    needs: tuple[Need, ...] = ()


class Scripts:
    """Collects the scripts of one file: `@scripts.scene(2, 121)`."""

    def __init__(self) -> None:
        self.all: list[Script] = []

    def scene(self, *rows: int, needs: tuple[Need, ...] = ()) -> Callable[[Play], Play]:
        def take(play: Play) -> Play:
            self.all.append(Script(play.__name__.replace("_", "-"), rows, play, needs))
            return play

        return take
