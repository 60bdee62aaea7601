# SPDX-License-Identifier: Apache-2.0
"""Whether a JSON document contains what is expected of it, and where it does not. Knows no BFD and no files.

* An object contains another that has at most its keys, each value contained in its own.
* A list contains another whose elements are each contained in one of its own, in the same order; more may
  stand between.
* Numbers, texts, true, false and null are contained in their equals; true is not 1.
* An expected object of operators alone says something else than equality; all of them have to hold:

      at-least, at-most   of a number
      between             [low, high], both belong to it
      length              of a list, an object or a text: a number, or operators
      absent              true: there is no such key; false: there is one
      one-of              a list of which one is contained
      any-order           like a list, but its elements may come in any order
      matches             a regular expression that is found in the text
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

SHOWN = 120


class _Nothing:
    """What is found where a key is missing."""

    def __repr__(self) -> str:
        return "nothing"


NOTHING = _Nothing()


class ExpectationError(ValueError):
    """The expectation itself cannot be read: an operator with a value that it does not take."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """path: `$` is the document, `.key` and `[0]` go into it. Both values are short enough for a line."""

    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}"


def shown(value: object) -> str:
    """JSON in one line, cut where it is long."""
    text = repr(value) if value is NOTHING else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else text[: SHOWN - 4] + " ..."


def mismatches(document: Any, expected: Any, path: str = "$") -> list[Mismatch]:
    """Every place where the document does not contain what is expected; [] where it does."""
    return list(_compare(document, expected, path))


def _compare(found: Any, expected: Any, path: str) -> Iterator[Mismatch]:
    if isinstance(expected, dict) and expected and expected.keys() <= OPERATORS.keys():
        for name, value in expected.items():
            yield from OPERATORS[name](found, value, path)
    elif found is NOTHING:
        yield Mismatch(path, shown(expected), repr(NOTHING))
    elif isinstance(expected, dict):
        if not isinstance(found, dict):
            yield Mismatch(path, "an object", shown(found))
            return
        for key, value in expected.items():
            yield from _compare(found.get(key, NOTHING), value, f"{path}.{key}")
    elif isinstance(expected, list):
        yield from _in_order(found, expected, path)
    elif not _equal(found, expected):
        yield Mismatch(path, shown(expected), shown(found))


def _equal(found: Any, expected: Any) -> bool:
    if isinstance(found, bool) or isinstance(expected, bool):
        return found is expected
    return bool(found == expected)


def _fits(found: Any, expected: Any) -> bool:
    return next(_compare(found, expected, ""), None) is None


def _lacking(
    found: list[Any], expected: Any, number: int, candidates: list[int], path: str
) -> Iterator[Mismatch]:
    """Why none of the candidates contains the expected element: all that the nearest one lacks."""
    text = f"element {number} of what is expected, {shown(expected)}"
    if not candidates:
        yield Mismatch(
            path, f"element {number} of what is expected, {shown(expected)}", "no element left for it"
        )
        return
    nearest = min(candidates, key=lambda at: _distance(found[at], expected))
    if len(candidates) > 1:
        yield Mismatch(path, text, f"no such element; the nearest is [{nearest}]")
    yield from _compare(found[nearest], expected, f"{path}[{nearest}]")


def _distance(found: Any, expected: Any) -> int:
    """How many of the expected values are not there; a list's elements count by their nearest ones."""
    plain = not (isinstance(expected, dict) and expected.keys() <= OPERATORS.keys())
    if plain and isinstance(expected, dict):
        inside = found if isinstance(found, dict) else {}
        return sum(_distance(inside.get(key, NOTHING), value) for key, value in expected.items())
    if isinstance(expected, list):
        elements = found if isinstance(found, list) and found else [NOTHING]
        return sum(min(_distance(one, wanted) for one in elements) for wanted in expected)
    return 0 if _fits(found, expected) else 1


def _in_order(found: Any, expected: list[Any], path: str) -> Iterator[Mismatch]:
    if not isinstance(found, list):
        yield Mismatch(path, "a list", shown(found))
        return
    at = 0
    for number, wanted in enumerate(expected):
        hit = next((place for place in range(at, len(found)) if _fits(found[place], wanted)), None)
        if hit is None:
            yield from _lacking(found, wanted, number, list(range(at, len(found))), path)
        else:
            at = hit + 1


def _any_order(found: Any, expected: Any, path: str) -> Iterator[Mismatch]:
    """Each expected element gets one of its own: a matching, so a loose one takes no strict one's place."""
    if not isinstance(expected, list):
        raise ExpectationError(f"{path}: any-order takes a list, not {shown(expected)}")
    if not isinstance(found, list):
        yield Mismatch(path, "a list", shown(found))
        return
    fits = [[at for at, one in enumerate(found) if _fits(one, wanted)] for wanted in expected]
    taken: dict[int, int] = {}

    def place(number: int, tried: set[int]) -> bool:
        for at in fits[number]:
            if at not in tried:
                tried.add(at)
                if at not in taken or place(taken[at], tried):
                    taken[at] = number
                    return True
        return False

    for number, wanted in enumerate(expected):
        if not place(number, set()):
            free = [at for at in range(len(found)) if at not in taken]
            yield from _lacking(found, wanted, number, free, path)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _bound(name: str, holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any, str], Iterator[Mismatch]]:
    def compare(found: Any, expected: Any, path: str) -> Iterator[Mismatch]:
        if not _is_number(expected):
            raise ExpectationError(f"{path}: {name} takes a number, not {shown(expected)}")
        if not _is_number(found) or not holds(found, expected):
            yield Mismatch(path, f"{name.replace('-', ' ')} {shown(expected)}", shown(found))

    return compare


def _between(found: Any, expected: Any, path: str) -> Iterator[Mismatch]:
    if not (isinstance(expected, list) and len(expected) == 2 and all(map(_is_number, expected))):
        raise ExpectationError(f"{path}: between takes [low, high], not {shown(expected)}")
    low, high = expected
    if not _is_number(found) or not low <= found <= high:
        yield Mismatch(path, f"between {low} and {high}", shown(found))


def _length(found: Any, expected: Any, path: str) -> Iterator[Mismatch]:
    if isinstance(found, list | dict | str):
        yield from _compare(len(found), expected, f"length of {path}")
    else:
        yield Mismatch(path, f"something of length {shown(expected)}", shown(found))


def _absent(found: Any, expected: Any, path: str) -> Iterator[Mismatch]:
    if not isinstance(expected, bool):
        raise ExpectationError(f"{path}: absent takes true or false, not {shown(expected)}")
    if (found is NOTHING) is not expected:
        yield Mismatch(path, "nothing" if expected else "something", shown(found))


def _one_of(found: Any, expected: Any, path: str) -> Iterator[Mismatch]:
    if not isinstance(expected, list):
        raise ExpectationError(f"{path}: one-of takes a list, not {shown(expected)}")
    if not any(_fits(found, choice) for choice in expected):
        yield Mismatch(path, f"one of {shown(expected)}", shown(found))


def _matches(found: Any, expected: Any, path: str) -> Iterator[Mismatch]:
    try:
        pattern = re.compile(expected)
    except (TypeError, re.error) as problem:
        raise ExpectationError(f"{path}: matches takes a regular expression: {problem}") from None
    if not isinstance(found, str) or not pattern.search(found):
        yield Mismatch(path, f"a text in which {shown(expected)} is found", shown(found))


OPERATORS: dict[str, Callable[[Any, Any, str], Iterator[Mismatch]]] = {
    "at-least": _bound("at-least", lambda found, limit: bool(found >= limit)),
    "at-most": _bound("at-most", lambda found, limit: bool(found <= limit)),
    "between": _between,
    "length": _length,
    "absent": _absent,
    "one-of": _one_of,
    "any-order": _any_order,
    "matches": _matches,
}
