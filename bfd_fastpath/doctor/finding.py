# SPDX-License-Identifier: Apache-2.0
"""What a check is, and what it finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from bfd_fastpath.doctor.machine import Machine
from bfd_fastpath.doctor.wanted import Wanted


class State(StrEnum):
    """Of one finding: as it should be; costs speed or evenness; keeps something from working; cannot be known
    here."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that a check saw."""

    state: State
    #: What is so, a sentence without its full stop.
    now: str
    #: Of which part of the machine ("node 1", "0000:3b:00.0"); "": of the whole.
    about: str = ""
    #: Shell commands, as root, that change it until the next start; "" where there is none.
    command: str = ""
    #: The same for good.
    permanent: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One question to a machine."""

    #: Stable, in kebab case.
    name: str
    #: Points of the score: all of them for ok, half for warn, none for bad; not counted where unknown.
    weight: int
    #: Why it matters, for people.
    why: str
    look: Callable[[Machine, Wanted], Iterable[Seen]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw, with the check's own words."""

    check: str
    weight: int
    why: str
    seen: Seen

    def to_json(self) -> dict[str, object]:
        """As `doctor --json` has it."""
        return {
            "check": self.check,
            "about": self.seen.about,
            "state": self.seen.state.value,
            "now": self.seen.now,
            "why": self.why,
            "command": self.seen.command,
            "permanent": self.seen.permanent,
            "weight": self.weight,
        }
