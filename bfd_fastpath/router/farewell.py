# SPDX-License-Identifier: Apache-2.0
"""Leaving in order: AdminDown on every session, and the wait until the engine says that they are gone."""

import asyncio

import pydp
from bfd_fastpath.session import SessionManager, StandingSessions

#: What the engine may take beyond the detection times that it waits for.
_GRACE_S = 2.0
_SLOW_US = 1_000_000


class Farewell:
    """Said once. `check()` after each batch of events; `cut_short()` ends the wait."""

    def __init__(self) -> None:
        self._said = False
        self._over = asyncio.Event()

    async def say(self, manager: SessionManager, standing: StandingSessions, engine: pydp.Engine) -> None:
        """Returns when every session is gone, the wait was cut short, or the engine takes much longer than
        it may."""
        self._said = True
        if not manager.leave() + standing.leave():
            return
        limit_s = max(map(_wait_us, engine.sessions), default=0) / 1e6 + _GRACE_S
        try:
            async with asyncio.timeout(limit_s):
                await self._over.wait()
        except TimeoutError:
            pass

    def check(self, manager: SessionManager, standing: StandingSessions) -> None:
        if self._said and not manager.leaving() + standing.leaving():
            self._over.set()

    def cut_short(self) -> None:
        self._over.set()


def _wait_us(state: pydp.SessionState) -> int:
    """The peer's detection time as it stands after our AdminDown: our interval is then a second at least
    (RFC 5880
    6.8.3).
    """
    interval = max(
        state.remote_required_min_rx_interval_us, state.config.desired_min_tx_interval_us, _SLOW_US
    )
    return state.config.local_multiplier * interval
