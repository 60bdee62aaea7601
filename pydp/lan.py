# SPDX-License-Identifier: Apache-2.0
"""A peering LAN in virtual time: members on switches and a BFD session between any two, run by the engine's
own state machine (pydp/lan.h). Opens nothing, needs no EAL. Members and switches are numbered from 0.
"""

from dataclasses import dataclass
from typing import Any

import numpy
import numpy.typing

from pydp.errors import NotFoundError, raise_status
from pydp.events import EVENT_DTYPE
from pydp.ffi import ffi, lib
from pydp.handle import Handle
from pydp.sessions import Hellos
from pydp.states import Role


@dataclass(frozen=True, slots=True)
class LanTotals:
    """Since the LAN was made."""

    now_ns: int
    #: Ends of sessions that are there, and of these Up.
    sessions: int
    up: int
    #: BFD packets sent; of these the LAN did not carry; taken by a session; arrived where none took them.
    sent: int
    lost: int
    heard: int
    refused: int
    #: Frames of probes.
    probes: int


class Lan(Handle):
    """One LAN, on which every link carries at first and all members are on switch 0; `with` closes it.

    `delay_ns`: of each frame, at most a second. `seed`: of jitter and discriminators. Raises
    InvalidArgumentError, OutOfMemoryError.
    """

    def __init__(
        self, members: int, *, switches: int = 1, delay_ns: int = 0, seed: int = 0, capacity: int = 65536
    ) -> None:
        config = ffi.new("struct pydp_lan_config *")
        config.members, config.switches = members, switches
        config.delay_ns, config.seed = delay_ns, seed
        made = ffi.new("pydp_lan_t **")
        raise_status(lib.pydp_lan_create(config, made))
        self._adopt(int(ffi.cast("uintptr_t", made[0])))
        self.members = members
        self._events = numpy.zeros(capacity, dtype=EVENT_DTYPE)
        self._room = ffi.cast("struct pydp_event *", self._events.ctypes.data)
        self._count = ffi.new("uint32_t *")

    def __repr__(self) -> str:
        return f"<Lan of {self.members} members>" if self.alive else "<Lan closed>"

    @property
    def _c(self) -> Any:
        return ffi.cast("pydp_lan_t *", self._address())

    def close(self) -> None:
        """Closing twice changes nothing."""
        if self.alive:
            raise_status(lib.pydp_lan_destroy(self._c))
            self._release()

    # What carries frames

    def place(self, member: int, at_switch: int) -> None:
        """The member's port is on this switch."""
        raise_status(lib.pydp_lan_place(self._c, member, at_switch))

    def port(self, member: int, *, sends: bool = True, hears: bool = True) -> None:
        """The member's port."""
        raise_status(lib.pydp_lan_port(self._c, member, sends, hears))

    def trunk(self, from_switch: int, to_switch: int, carries: bool) -> None:
        """Between two switches, in one direction."""
        raise_status(lib.pydp_lan_trunk(self._c, from_switch, to_switch, carries))

    def link(self, sender: int, receiver: int, carries: bool) -> None:
        """Between two members, in one direction."""
        raise_status(lib.pydp_lan_link(self._c, sender, receiver, carries))

    def probe(self) -> numpy.typing.NDArray[numpy.bool_]:
        """Sends one frame from each member to each other one over the same links as everything else: a matrix
        (members, members), True where the frame of the row's member came to the column's. Its own column is
        False. Time does not pass, sessions hear nothing of it.
        """
        reached = numpy.zeros((self.members, self.members), dtype=numpy.uint8)
        raise_status(lib.pydp_lan_probe(self._c, ffi.cast("uint8_t *", reached.ctypes.data)))
        return reached.view(numpy.bool_)

    # Sessions

    def session(
        self,
        member: int,
        peer: int,
        *,
        desired_min_tx_us: int = 1_000_000,
        required_min_rx_us: int = 1_000_000,
        multiplier: int = 3,
        role: Role = Role.ACTIVE,
        admin_down: bool = False,
    ) -> int:
        """The member's end of a session with a peer, made or changed; its id, member * members + peer + 1."""
        config = ffi.new("struct pydp_lan_session_config *")
        config.desired_min_tx_us, config.required_min_rx_us = desired_min_tx_us, required_min_rx_us
        config.multiplier, config.role, config.admin_down = multiplier, role, admin_down
        raise_status(lib.pydp_lan_session(self._c, member, peer, config, self._count))
        return int(self._count[0])

    def remove(self, session: int) -> None:
        """AdminDown for the peer's detection time, then an event tells that it is gone. NotFoundError."""
        raise_status(lib.pydp_lan_remove(self._c, session))

    def crash(self, member: int) -> None:
        """All sessions of a member are gone, without a word and without an event."""
        raise_status(lib.pydp_lan_crash(self._c, member))

    def clear(self, session: int) -> None:
        """The next-hop slot becomes Unknown. NotFoundError."""
        raise_status(lib.pydp_lan_clear(self._c, session))

    def hold(self, session: int, held: bool) -> None:
        """Held: the next-hop slot does not become Live when the session comes Up. NotFoundError."""
        raise_status(lib.pydp_lan_hold(self._c, session, held))

    def look(self, session: int) -> Any:
        """The session as it stands: a record of EVENT_DTYPE with EventFlag.REREAD; None where there is
        none."""
        event = ffi.new("struct pydp_event *")
        try:
            raise_status(lib.pydp_lan_look(self._c, session, event))
        except NotFoundError:
            return None
        return numpy.frombuffer(ffi.buffer(event), dtype=EVENT_DTYPE)[0].copy()

    def hellos(self, member: int, within_us: int = 0) -> Hellos:
        """How punctually a member hears the others at this moment. Raises InvalidArgumentError."""
        raw = ffi.new("struct pydp_hellos *")
        raise_status(lib.pydp_lan_hellos(self._c, member, within_us * 1000, raw))
        return Hellos(raw.up, raw.late, raw.fallen, raw.silent)

    # Time

    def run(self, until_ns: int, *, slice_ns: int = 0) -> Any:
        """Time passes to until_ns, or to slice_ns after the first event, whichever is first: the events that
        wait by then, oldest first, an array of EVENT_DTYPE that the next run overwrites.
        """
        count = self._count
        raise_status(lib.pydp_lan_run(self._c, until_ns, slice_ns, self._room, len(self._events), count))
        return self._events[: count[0]]

    def totals(self) -> LanTotals:
        raw = ffi.new("struct pydp_lan_totals *")
        raise_status(lib.pydp_lan_totals(self._c, raw))
        names = (name for name, _ in ffi.typeof("struct pydp_lan_totals").fields)
        return LanTotals(*(int(getattr(raw, name)) for name in names))

    @property
    def now_ns(self) -> int:
        return self.totals().now_ns
