# SPDX-License-Identifier: Apache-2.0
"""A row of the checklist: one rule of RFC 5880 section 6, and what a target has to offer before packets can
show whether it keeps it.
"""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much the RFC wants it."""

    MUST = "MUST"
    SHOULD = "SHOULD"


class Result(StrEnum):
    """What a run says of a row."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not-applicable"


class Need(StrEnum):
    """What somebody has to do at the target, or what the target has to be able to do. The values are for
    people.
    """

    RESTART = "its session made anew on request"
    TIMERS = "its intervals changed while the session runs"
    MULTIPLIER = "its detection multiplier set to 1"
    ADMIN = "its session put into AdminDown and out of it"
    PASSIVE = "its session in the passive role"
    SECOND = "a second session, with another address of ours"
    DEMAND = "Demand mode of its own"
    ECHO = "Echo packets of its own"
    RESET = "its forwarding plane reset on request"
    CONCATENATED = "a concatenated path of it reported down on request"
    SIMPLE = "authentication by a simple password"
    MD5 = "authentication by keyed MD5"
    METICULOUS_MD5 = "authentication by meticulous keyed MD5"
    SHA1 = "authentication by keyed SHA1"
    METICULOUS_SHA1 = "authentication by meticulous keyed SHA1"


@dataclass(frozen=True, slots=True)
class Row:
    """One rule, in words of ours."""

    number: int
    clause: str
    level: Level
    text: str
    needs: tuple[Need, ...] = ()
    #: Why no packet can show it; "" where one can.
    unseen: str = ""


def must(number: int, clause: str, text: str, *needs: Need, unseen: str = "") -> Row:
    """A MUST, MUST NOT or REQUIRED."""
    return Row(number, clause, Level.MUST, text, needs, unseen)


def should(number: int, clause: str, text: str, *needs: Need, unseen: str = "") -> Row:
    """A SHOULD or SHOULD NOT."""
    return Row(number, clause, Level.SHOULD, text, needs, unseen)
