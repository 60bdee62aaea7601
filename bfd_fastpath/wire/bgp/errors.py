# SPDX-License-Identifier: Apache-2.0
"""What a malformed message costs: the outcomes of RFC 7606, a record of each fault, and the exception that
ends a session.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from bfd_fastpath.wire.bgp.family import Family
from bfd_fastpath.wire.bgp.notification import ErrorCode, Notification


class Outcome(IntEnum):
    """What is done about a fault, weakest first; of several the strongest wins (RFC 7606 2 and 3h)."""

    NLRI_DISCARD = 1
    ATTRIBUTE_DISCARD = 2
    TREAT_AS_WITHDRAW = 3
    FAMILY_DISABLE = 4
    SESSION_RESET = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an UPDATE. `subcode` is the UPDATE error it would be called, `data` what it is
    about.
    """

    outcome: Outcome
    text: str
    subcode: int = 0
    attribute: int | None = None
    family: Family | None = None
    data: bytes = b""

    def notification(self) -> Notification:
        """The NOTIFICATION that a session reset for this fault sends."""
        return Notification(ErrorCode.UPDATE, self.subcode, self.data)


def strongest(faults: Iterable[Fault]) -> Fault | None:
    """The fault that decides (the first of the strongest), None where there is none."""
    decisive: Fault | None = None
    for fault in faults:
        if decisive is None or fault.outcome > decisive.outcome:
            decisive = fault
    return decisive


class BgpError(Exception):
    """The peer broke the protocol so that the session has to end with `notification`."""

    def __init__(self, notification: Notification, text: str) -> None:
        super().__init__(text)
        self.notification = notification
        self.text = text
