# SPDX-License-Identifier: Apache-2.0
"""Prefixes of both IP versions, each with a value that many share: routes by path, offers, next hops."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from bfd_fastpath.prefixes.prefix import Prefix, encode_prefix
from bfd_fastpath.prefixes.run import Run
from bfd_fastpath.prefixes.table import MOST_VALUES, PrefixTable

T = TypeVar("T", bound=Hashable)


class PrefixMap(Generic[T]):
    """A value is kept once, while a prefix has it. `seed`: any number. With `stamped` each prefix has the
    time of its last change, a number below 2**32."""

    def __init__(self, seed: int = 0, *, stamped: bool = False) -> None:
        self._tables = {version: PrefixTable(version, seed, stamped=stamped) for version in (4, 6)}
        self._values: list[T | None] = [None]
        self._uses: list[int] = [0]
        self._numbers: dict[T, int] = {}
        self._free: list[int] = []

    def __len__(self) -> int:
        return len(self._tables[4]) + len(self._tables[6])

    def __contains__(self, prefix: Prefix) -> bool:
        return self.get(prefix) is not None

    def set(self, run: Run, value: T, stamp: int = 0) -> list[tuple[T | None, Run]]:
        """Give the prefixes a value; what they had before, those that had the same together (None: they had
        none). Raises OverflowError where there are more values than a table can name."""
        number = self._number(value)
        try:
            found = self._tables[run.version].assign(run.octets, number, stamp)
        except BaseException:
            self._forget(number)
            raise
        self._uses[number] += sum(count for old, _, count in found if old != number)
        return self._replaced(run, found, number)

    def remove(self, run: Run) -> list[tuple[T, Run]]:
        """Take the prefixes out; what those had that were there."""
        removed = self._replaced(run, self._tables[run.version].remove(run.octets), 0)
        return [(value, part) for value, part in removed if value is not None]

    def split(self, run: Run) -> list[tuple[T | None, Run]]:
        """The prefixes by what they have."""
        table = self._tables[run.version]
        if len(run) == 1:
            # Where no two prefixes share a path, every run is of one: then it is half the work.
            return [(self._values[table.get(run.octets)[0]], run)]
        found = table.split(run.octets)
        if len(found) == 1:
            return [(self._values[found[0][0]], run)]
        return [(self._values[number], Run(run.version, octets, count)) for number, octets, count in found]

    def get(self, prefix: Prefix) -> T | None:
        """What a prefix has."""
        return self._values[self._tables[prefix.version].get(encode_prefix(prefix))[0]]

    def find(self, version: int, nlri: bytes) -> tuple[T | None, int]:
        """What a prefix has, as NLRI octets, and the stamp."""
        number, stamp = self._tables[version].get(nlri)
        return self._values[number], stamp

    def stamp(self, prefix: Prefix) -> int:
        """When it was given what it has; 0 where it has nothing."""
        return self._tables[prefix.version].get(encode_prefix(prefix))[1]

    def run(self, version: int) -> Run:
        """All prefixes of a version, in no order."""
        return Run(version, *self._tables[version].octets())

    def runs(self, version: int) -> list[tuple[T, Run]]:
        """Each value with its prefixes."""
        return [(value, part) for value, part in self.split(self.run(version)) if value is not None]

    def values(self) -> list[T]:
        """Each value that a prefix has."""
        return list(self._numbers)

    def uses(self, value: T) -> int:
        """How many prefixes have it."""
        return self._uses[self._numbers.get(value, 0)]

    @property
    def memory(self) -> int:
        """Octets that the tables take; the values are not counted."""
        return sum(table.memory for table in self._tables.values())

    def _number(self, value: T) -> int:
        known = self._numbers.get(value)
        if known is not None:
            return known
        if self._free:
            number = self._free.pop()
        elif len(self._values) <= MOST_VALUES:
            number = len(self._values)
            self._values.append(None)
            self._uses.append(0)
        else:
            raise OverflowError(f"prefixes with more than {MOST_VALUES} different values")
        self._values[number] = value
        self._numbers[value] = number
        return number

    def _replaced(
        self, run: Run, found: list[tuple[int, bytes, int]], new: int
    ) -> list[tuple[T | None, Run]]:
        before: list[tuple[T | None, Run]] = []
        for number, octets, count in found:
            part = run if count == len(run) else Run(run.version, octets, count)
            before.append((self._values[number], part))
            if number and number != new:
                self._uses[number] -= count
                self._forget(number)
        if new:
            self._forget(new)
        return before

    def _forget(self, number: int) -> None:
        """A value that no prefix has any more."""
        value = self._values[number]
        if not self._uses[number] and value is not None:
            del self._numbers[value]
            self._values[number] = None
            self._free.append(number)
