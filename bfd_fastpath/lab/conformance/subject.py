# SPDX-License-Identifier: Apache-2.0
"""Who is held against the rules: a line to it, and what can be asked of it beside packets."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from bfd_fastpath.lab.conformance.authentication import Key
from bfd_fastpath.lab.conformance.far_end import Ends
from bfd_fastpath.lab.conformance.line import Line
from bfd_fastpath.lab.conformance.row import Need


class SubjectError(Exception):
    """The target cannot be reached or driven; says what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How the target's session is to be. Intervals are microseconds."""

    desired_us: int = 100_000
    required_us: int = 100_000
    multiplier: int = 3
    passive: bool = False
    admin_down: bool = False
    demand: bool = False
    #: Interval of its own Echo packets; 0: none.
    echo_us: int = 0
    key: Key | None = None


class Driver(Protocol):
    """What is done at the target. A driver offers what its subject's `offers` says, and no more is asked of
    it.
    """

    def remove(self) -> None:
        """The session is gone, and whatever it says last has been said when the next packet is waited for."""

    def make(self, wish: Wish) -> None:
        """A new session."""

    def change(self, wish: Wish) -> None:
        """The running session, changed."""

    def second(self, wish: Wish) -> None:
        """A session with the second far end, until the first one is removed."""

    def reset_forwarding(self) -> None:
        """The forwarding plane was reset (RFC 5880 6.8.15)."""

    def concatenated(self, down: bool) -> None:
        """A path that continues the session's is down, or up again (RFC 5880 6.8.17)."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one scene is played."""

    line: Line
    ends: Ends
    driver: Driver
    #: Of a second far end, where the subject offers one.
    second: Ends | None = None


class Subject(Protocol):
    """A target of the suite."""

    @property
    def name(self) -> str: ...
    @property
    def offers(self) -> frozenset[Need]: ...
    @property
    def key(self) -> Key | None:
        """What its session authenticates with where nobody can change that."""

    def remedy(self, need: Need) -> str:
        """Why it does not offer something, and what would help; completes "needs X: ..."."""

    def open(self) -> AbstractContextManager[Stand]:
        """A stand for one scene. Raises SubjectError."""
