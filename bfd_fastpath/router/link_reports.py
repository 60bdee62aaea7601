# SPDX-License-Identifier: Apache-2.0
"""Looks at the links of all next hops once an interval, in slices, and tells the reports of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pydp
from bfd_fastpath.router.events import Address
from bfd_fastpath.router.link_windows import LinkWindows
from bfd_fastpath.wire.bgpls import LinkPerformance

if TYPE_CHECKING:
    from bfd_fastpath.router.router import Router

#: Links read in one turn of the loop, a few milliseconds: a failure must not wait for quality.
_SLICE = 128


class LinkReports:
    """One round of looks per interval; nothing while it is off."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._interval_ns: int | None = None
        self._round_ns = 0
        self._pending: list[Address] = []
        self._measured: set[Address] = set()
        self._windows = LinkWindows()

    def set_interval(self, interval_ns: int | None, now_ns: int) -> None:
        """None: off. The first round is one interval away."""
        if interval_ns == self._interval_ns:
            return
        self._interval_ns = interval_ns
        self._round_ns = now_ns + (interval_ns or 0)
        if interval_ns is None:
            self._pending, self._measured, self._windows = [], set(), LinkWindows()

    def next_deadline(self) -> int | None:
        if self._interval_ns is None:
            return None
        return 0 if self._pending else self._round_ns

    def timer(self, now_ns: int) -> None:
        """A slice of a round that has begun, or the beginning of the next."""
        if self._interval_ns is None:
            return
        if not self._pending and now_ns >= self._round_ns:
            self._round_ns = now_ns + self._interval_ns
            guarded = {one.wanted.destination for one in self._router.manager.sessions() if not one.leaving}
            self._pending = list(guarded | self._measured)
        if self._pending:
            part, self._pending = self._pending[:_SLICE], self._pending[_SLICE:]
            measured = {address: self._look(address) for address in part}
            self._measured -= measured.keys()
            self._measured |= {address for address, found in measured.items() if found is not None}
            self._router.neighbours.measured(measured, now_ns)

    def _look(self, address: Address) -> LinkPerformance | None:
        session = self._router.manager.session_of(address)
        try:
            if session is not None:
                quality = self._router.engine.sessions.quality(session)
                return self._windows.measure(address, session, quality)
        except (pydp.NotFoundError, pydp.StateError):  # it went, or is not counted
            pass
        self._windows.forget(address)
        return None
