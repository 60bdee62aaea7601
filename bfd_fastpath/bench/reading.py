# SPDX-License-Identifier: Apache-2.0
"""Strict reading of JSON objects: every key is taken once with its type, and none is left over."""

from collections.abc import Iterator
from enum import Enum
from math import isfinite
from typing import Any, Final, Self, TypeVar


class DocumentError(Exception):
    """This is not a document of this schema; says which key, and what is wrong with it."""


_REQUIRED: Final = object()
E = TypeVar("E", bound=Enum)


class Fields:
    """One JSON object at a place of the document."""

    def __init__(self, place: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise DocumentError(f"{place or 'the document'} is not an object")
        self._place, self._value = place, value
        self._taken: set[str] = set()

    def at(self, name: str) -> str:
        """Where a key of this object is in the document."""
        return f"{self._place}.{name}" if self._place else name

    def names(self) -> list[str]:
        """Every key, for objects whose keys are free."""
        return list(self._value)

    def take(self, name: str, kind: type, or_else: Any = _REQUIRED) -> Any:
        """A value of that type, or exactly `or_else`."""
        if name not in self._value:
            raise DocumentError(f"{self.at(name)} is missing")
        value = self._value[name]
        self._taken.add(name)
        if or_else is not _REQUIRED and value is or_else:
            return value
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise DocumentError(f"{self.at(name)} is {value!r}, not of type {kind.__name__}")
        return value

    def number(self, name: str) -> float:
        value = self.take(name, object)
        return self._number(self.at(name), value)

    def optional_number(self, name: str) -> float | None:
        return None if self.take(name, object) is None else self.number(name)

    def numbers(self, name: str) -> Iterator[float]:
        for place, value in enumerate(self.take(name, list)):
            yield self._number(f"{self.at(name)}[{place}]", value)

    def strings(self, name: str) -> Iterator[str]:
        for place, value in enumerate(self.take(name, list)):
            if not isinstance(value, str):
                raise DocumentError(f"{self.at(name)}[{place}] is {value!r}, not a string")
            yield value

    def one_of(self, name: str, kind: type[E]) -> E:
        """By its value."""
        value = self.take(name, str)
        try:
            return kind(value)
        except ValueError:
            known = ", ".join(str(one.value) for one in kind)
            raise DocumentError(f"{self.at(name)} is {value!r}, not one of {known}") from None

    def fields(self, name: str) -> "Fields":
        return Fields(self.at(name), self.take(name, dict))

    def optional_fields(self, name: str) -> "Fields | None":
        value = self.take(name, dict, None)
        return None if value is None else Fields(self.at(name), value)

    def records(self, name: str) -> Iterator["Fields"]:
        for place, value in enumerate(self.take(name, list)):
            yield Fields(f"{self.at(name)}[{place}]", value)

    def only(self, *names: str) -> Self:
        """Itself, when it has exactly these keys."""
        self._taken |= set(names)
        self.end()
        return self

    def end(self) -> None:
        """DocumentError when a key was not taken."""
        for name in self._value:
            if name not in self._taken:
                raise DocumentError(f"{self.at(name)} is not known in schema 1")

    @staticmethod
    def _number(place: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise DocumentError(f"{place} is {value!r}, not a number")
        return float(value)
