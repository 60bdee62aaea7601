# SPDX-License-Identifier: Apache-2.0
"""What a run is asked for, as every suite gets it, and what a suite is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from bfd_fastpath.bench.document import Row, Skipped
from bfd_fastpath.bench.place import Place


class Scale(Enum):
    """How much of a suite is measured."""

    #: Whether it works, in seconds: never for figures.
    QUICK = "quick"
    #: The rows of the report.
    DEFAULT = "default"
    #: The whole matrix.
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The same for every suite of a run."""

    scale: Scale = Scale.DEFAULT
    #: Sessions are held for ten minutes instead of seconds.
    soak: bool = False
    #: Devargs of two ports cabled to each other: the engine's, the far end's; of the engine's alone where the
    #: far end is elsewhere. Empty: what the machine allows.
    ports: tuple[str, ...] = ()
    #: Where a far end on another machine listens.
    far_end: Place | None = None
    #: What that machine tells of itself, as JSON.
    far_machine: Mapping[str, Any] | None = None
    #: The core that is measured, and that of the far end and of who drives.
    cpu: int = 0
    other_cpu: int = 1
    #: Told what is going on: one short line each.
    say: Callable[[str], None] = print

    def without_ports(self, suite: str, why: str) -> Iterator[Skipped]:
        """What a suite says that cannot use the ports that were given: it measures on its own."""
        if self.ports:
            yield Skipped(suite, f"on {' and '.join(self.ports)}", why, "")

    def without_far_end(self) -> "Asked":
        """For a suite that cannot use one on another machine, nor the one port that goes with it."""
        return self if self.far_end is None else replace(self, ports=(), far_end=None)

    @property
    def quick(self) -> bool:
        return self.scale is Scale.QUICK

    def pick(self, quick: int, default: int, full: int | None = None) -> int:
        """One of these, by scale."""
        chosen = {Scale.QUICK: quick, Scale.DEFAULT: default, Scale.FULL: default if full is None else full}
        return chosen[self.scale]


#: A suite gives its rows as they are done, and says what it cannot measure.
Suite = Callable[[Asked], Iterator[Row | Skipped]]
