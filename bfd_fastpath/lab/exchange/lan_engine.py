# SPDX-License-Identifier: Apache-2.0
"""One member's end of the simulated LAN, as the session manager and the fuse see an engine."""

from contextlib import suppress

from bfd_fastpath.lab.exchange.cast import member_of
from bfd_fastpath.nhib import Address, Observation
from bfd_fastpath.session import EngineRefusedError, EngineSession, Records
from pydp import Hellos, Role
from pydp.errors import NotFoundError, PydpError
from pydp.lan import Lan


class LanEngine:
    """A SessionEngine; its sessions are the LAN's."""

    def __init__(self, lan: Lan, member: int) -> None:
        self._lan = lan
        self._member = member

    def upsert(self, wanted: EngineSession) -> int:
        timers = wanted.timers
        try:
            return self._lan.session(
                self._member,
                member_of(wanted.destination),
                desired_min_tx_us=timers.desired_min_tx_us,
                required_min_rx_us=timers.required_min_rx_us,
                multiplier=timers.local_multiplier,
                role=Role.PASSIVE if timers.passive else Role.ACTIVE,
                admin_down=wanted.admin_down,
            )
        except PydpError as error:
            raise EngineRefusedError(error.text) from error

    def remove(self, session: int) -> None:
        with suppress(NotFoundError):
            self._lan.remove(session)

    def look(self, session: int) -> Observation | None:
        seen = self._lan.look(session)
        if seen is None:
            return None
        ((_, _, _, found),) = Records(seen.reshape(1)).observations()
        return found

    def hold_nexthop(self, session: int, held: bool) -> None:
        with suppress(NotFoundError):
            self._lan.hold(session, held)

    def clear_nexthop(self, session: int) -> None:
        with suppress(NotFoundError):
            self._lan.clear(session)


class LanPorts:
    """The fuse's questions. A member has one port."""

    def __init__(self, lan: Lan, member: int) -> None:
        self._lan = lan
        self._member = member

    def port_of(self, address: Address) -> int | None:
        return 0

    def hellos(self, port: int, within_us: int) -> Hellos:
        return self._lan.hellos(self._member, within_us)
