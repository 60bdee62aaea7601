# SPDX-License-Identifier: Apache-2.0
"""Which session a tracked next hop gets, or why it gets none. Decides; does nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bfd_fastpath.nhib import Reason
from bfd_fastpath.session.path import Attachment, find_path, inside
from bfd_fastpath.session.spec import (
    Address,
    EngineSession,
    LearnedPolicy,
    PathSignal,
    SessionSpec,
    Timers,
)


@dataclass(slots=True)
class Choice:
    """Everything the answer depends on, except how many sessions there are."""

    policy: LearnedPolicy
    attachments: tuple[Attachment, ...] = ()
    specs: dict[Address, dict[str, SessionSpec]] = field(default_factory=dict)
    """What operators wrote down, by user."""
    forced: dict[Address, bool] = field(default_factory=dict)
    """Sessions that an operator holds down (True) or lets run (False) against their spec."""
    paths: dict[Address, PathSignal] = field(default_factory=dict)
    """What is known of paths otherwise than by BFD, where it is not that they are up."""
    without_bfd: set[Address] = field(default_factory=set)

    def spec(self, destination: Address) -> SessionSpec | None:
        """What was written down for it: the user whose name sorts first, where there are several."""
        specs = self.specs.get(destination)
        return specs[min(specs)] if specs else None

    def wants_down(self, destination: Address) -> bool:
        """Whether what was written down holds the session in AdminDown."""
        spec = self.spec(destination)
        return spec is not None and spec.admin_down

    def forget(self, destination: Address, user: str) -> bool:
        """Take back what a user wrote down; False when there was nothing."""
        specs = self.specs.get(destination, {})
        known = specs.pop(user, None) is not None
        if known and not specs:
            del self.specs[destination]
        return known

    def session(self, destination: Address, *, room: bool) -> EngineSession | Reason:
        """room: whether one more session to a learned next hop may be had."""
        if any(one.address == destination for one in self.attachments):
            return Reason.OWN_ADDRESS
        spec = self.spec(destination)
        if spec is None:
            return self._learned(destination, room)
        path = find_path(
            self.attachments, destination, interface=spec.interface, source=spec.source, vlan=spec.vlan
        )
        if path is None:
            return Reason.NO_PORT
        down = self.forced.get(destination, spec.admin_down)
        return replace(
            self._engine_session(path, destination, spec.timers, down), echo_source=spec.echo_source
        )

    def _learned(self, destination: Address, room: bool) -> EngineSession | Reason:
        policy = self.policy
        if not policy.enabled:
            return Reason.BFD_DISABLED
        if destination in self.without_bfd:
            return Reason.PEER_WITHOUT_BFD
        if policy.allowed is not None and not inside(destination, policy.allowed):
            return Reason.OUTSIDE_LAN
        path = find_path(self.attachments, destination, interface=policy.interface)
        if path is None:
            return Reason.NO_PORT
        if policy.allowed is None and not inside(destination, path.peering):
            return Reason.OUTSIDE_LAN
        if not room:
            return Reason.SESSION_LIMIT
        down = self.forced.get(destination, False)
        return self._engine_session(path, destination, policy.timers, down)

    def _engine_session(
        self, path: Attachment, destination: Address, timers: Timers, down: bool
    ) -> EngineSession:
        signal = self.paths.get(destination, PathSignal.UP)
        return EngineSession(path.port, path.vlan, path.address, destination, timers, down, path=signal)
