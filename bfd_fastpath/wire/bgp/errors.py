# SPDX-License-Identifier: Apache-2.0
"""A fault of a message as a record, which of several decides, and the exception that ends a session.

What there is, and what each costs, is wire/malformed.py's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bfd_fastpath.wire.bgp.family import Family
from bfd_fastpath.wire.bgp.notification import ErrorCode, Notification
from bfd_fastpath.wire.malformed import Malformed, Outcome


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an UPDATE. `data` is what a NOTIFICATION about it carries: a whole attribute, or
    the octets of an NLRI.
    """

    kind: Malformed
    text: str
    attribute: int | None = None
    family: Family | None = None
    data: bytes = b""

    @property
    def outcome(self) -> Outcome:
        """What it costs."""
        return self.kind.outcome

    def notification(self) -> Notification:
        """The NOTIFICATION that a session reset for this fault sends."""
        return Notification(ErrorCode.UPDATE, self.kind.subcode, self.data)


def strongest(faults: Iterable[Fault]) -> Fault | None:
    """The fault that decides (the first of the strongest), None where there is none."""
    decisive: Fault | None = None
    for fault in faults:
        if decisive is None or fault.outcome > decisive.outcome:
            decisive = fault
    return decisive


class BgpError(Exception):
    """The peer broke the protocol so that the session has to end with `notification`.

    `faults` are what is to be counted: this one, unless it was `counted` before, and those found `beside` it.
    """

    def __init__(
        self,
        kind: Malformed,
        text: str,
        data: bytes = b"",
        *,
        subcode: int | None = None,
        beside: Iterable[Fault] = (),
        counted: bool = False,
    ) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text
        self.notification = Notification(
            kind.value.code or ErrorCode.UPDATE, kind.subcode if subcode is None else subcode, data
        )
        self.faults = (*(() if counted else (Fault(kind, text, data=data),)), *beside)
