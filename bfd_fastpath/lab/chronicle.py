# SPDX-License-Identifier: Apache-2.0
"""What happened, in the order in which it was noticed, and waiting for what must happen next. It judges
nothing."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

#: Kinds of facts. The names of steps are used where a step is made of one kind of fact.
WITHDRAWAL_SENT: Final = "withdrawal-sent"
BGP_DOWN: Final = "bgp-down"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that one party did or saw. `time_ns` is CLOCK_MONOTONIC, as exact as the party knows it."""

    kind: str
    #: "a" or "b"; what the route server does concerns one of them.
    who: str
    time_ns: int
    text: str = ""
    #: For "bfd-down" by silence: the last hello that came in before it, 0 where that is not known. None when
    #: the
    #: peer's word was the cause.
    last_hello_ns: int | None = None


class Chronicle:
    """The facts of one run. One event loop; `note` wakes whoever waits."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self._noted = asyncio.Event()

    def note(self, fact: Fact) -> None:
        self.facts.append(fact)
        self._noted.set()

    def mark(self) -> int:
        """A position: facts noted from here on are after it."""
        return len(self.facts)

    def since(self, mark: int, kinds: Collection[str]) -> list[Fact]:
        return [fact for fact in self.facts[mark:] if fact.kind in kinds]

    async def all_of(self, kind: str, parties: Collection[str], mark: int, timeout_s: float) -> list[Fact]:
        """Wait until each party has a fact of this kind after the mark; the first of each.

        Raises TimeoutError when that does not happen in time.
        """

        def firsts() -> dict[str, Fact]:
            found: dict[str, Fact] = {}
            for fact in self.since(mark, (kind,)):
                if fact.who in parties:
                    found.setdefault(fact.who, fact)
            return found

        await self.until(lambda: len(firsts()) == len(parties), timeout_s)
        return list(firsts().values())

    async def until(self, true: Callable[[], bool], timeout_s: float) -> None:
        """Wait until `true()`, asked whenever something was noted. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while not true():
                self._noted.clear()
                await self._noted.wait()
