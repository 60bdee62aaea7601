# SPDX-License-Identifier: Apache-2.0
"""Which other timers a capture shall be judged with: lists of intervals and multipliers, and values set for
single sessions or endpoints. From texts to records, or a sentence that says what to write instead.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

from bfd_fastpath.config.values import WrongError, duration
from pydp.addresses import Address

_INTERVAL = duration(1, 0xFFFFFFFF, unit="us", example="50ms")
_RANGE = re.compile(r"(\d{1,3})(?:\s*-\s*(\d{1,3}))?")


class WantedError(ValueError):
    """Something wanted that cannot be: one sentence with what to write instead."""


class Key(StrEnum):
    """What can be set, in RFC 9314's names; `interval` is what comes of negotiation."""

    INTERVAL = "interval"
    MULTIPLIER = "local-multiplier"
    DESIRED = "desired-min-tx-interval"
    REQUIRED = "required-min-rx-interval"


_KEYS = {key.value: key for key in Key} | {"multiplier": Key.MULTIPLIER}


@dataclass(frozen=True, slots=True)
class Change:
    """One value set: for both ends of the session with this index of the report, or for the ends with this
    address. An end's `interval` and multiplier are those of the hellos that it sends.
    """

    session: int | Address
    key: Key
    #: Microseconds, or the multiplier.
    value: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to judge with. Empty lists: the usual ones (see whatif.judge)."""

    #: Microseconds, ascending.
    intervals: tuple[int, ...] = ()
    multipliers: tuple[int, ...] = ()
    changes: tuple[Change, ...] = ()


#: Multipliers of the table where none are wanted.
USUAL_MULTIPLIERS = (2, 3, 4, 5)


def wanted(
    intervals: Iterable[str] = (), multipliers: Iterable[str] = (), sets: Iterable[str] = ()
) -> Wanted:
    """From the texts of the options --interval, --multiplier and --set, each as often as it was given.

    Raises WantedError.
    """
    return Wanted(
        intervals=tuple(sorted({one for text in intervals for one in parse_intervals(text)})),
        multipliers=tuple(sorted({one for text in multipliers for one in parse_multipliers(text)})),
        changes=tuple(parse_set(text) for text in sets),
    )


def needed_permille(wish: Wanted) -> int:
    """The `long_gap_permille` that pydp.replay.watch needs so that all gaps are in the story that matter.

    An interval below the recorded one is not judged on gaps, so none below the smallest multiplier matters.
    """
    chosen = [change.value for change in wish.changes if change.key is Key.MULTIPLIER]
    return 1000 * min([*(wish.multipliers or USUAL_MULTIPLIERS), *chosen])


def parse_intervals(text: str) -> list[int]:
    """Microseconds from "10ms,20ms,50ms"."""
    return [_interval(part, text) for part in text.split(",")]


def parse_multipliers(text: str) -> list[int]:
    """Multipliers from "3", "2,4" or "2-5"."""
    found: list[int] = []
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        low = int(match[1]) if match else 0
        high = int(match[2] or low) if match else 0
        if not 1 <= low <= high <= 255:
            raise WantedError(
                f"{_quoted(part, text)} is no multiplier; write numbers from 1 to 255, such as 3, 2,4 or 2-5"
            )
        found += range(low, high + 1)
    return found


def parse_set(text: str) -> Change:
    """A change from "SESSION.KEY=VALUE"."""
    left, equals, value = text.partition("=")
    session, dot, name = left.rpartition(".")
    if not equals or not dot or not session:
        raise WantedError(
            f'"{text}" sets nothing; write SESSION.KEY=VALUE, such as 1.local-multiplier=4 or '
            "192.0.2.1.interval=20ms"
        )
    key = _KEYS.get(name.strip())
    if key is None:
        raise WantedError(f'"{name}" in "{text}" is nothing that can be set; write one of {", ".join(_KEYS)}')
    return Change(_session(session.strip(), text), key, _value(key, value.strip(), text))


def _session(name: str, text: str) -> int | Address:
    if name.isascii() and name.isdigit() and len(name) < 10 and int(name):
        return int(name)
    bare = name[1:-1] if name.startswith("[") and name.endswith("]") else name
    try:
        return ip_address(bare)
    except ValueError:
        raise WantedError(
            f'"{name}" in "{text}" is neither a session\'s number in the report, from 1, nor the address of '
            "an endpoint"
        ) from None


def _value(key: Key, value: str, text: str) -> int:
    if key is not Key.MULTIPLIER:
        return _interval(value, text)
    if not (value.isascii() and value.isdigit() and len(value) < 4 and 1 <= int(value) <= 255):
        raise WantedError(f"{_quoted(value, text)} is no multiplier; write a number from 1 to 255")
    return int(value)


def _interval(part: str, text: str) -> int:
    value = part.strip()
    if re.fullmatch(r"\d+(\.\d+)?", value):
        raise WantedError(f"{_quoted(part, text)} has no unit; write {value}ms or {value}us")
    try:
        return int(_INTERVAL(value))
    except WrongError as error:
        instead = "write a time such as 20ms, 20000us or 0.02s"
        raise WantedError(
            f"{_quoted(part, text)} is no interval from 1us to 4294967295us in whole microseconds; {instead}"
        ) from error


def _quoted(part: str, text: str) -> str:
    return f'"{part.strip()}"' if part.strip() == text.strip() else f'"{part.strip()}" in "{text}"'
