# SPDX-License-Identifier: Apache-2.0
"""One BGP session over one connection, without I/O: octets and the time go in; octets, events and a
deadline come out.

It opens no connections and knows no routes. Times are nanoseconds of any one monotonic clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from bfd_fastpath.wire.bgp import events as out
from bfd_fastpath.wire.bgp.attribute_decoder import AttributeContext
from bfd_fastpath.wire.bgp.capability import Capabilities
from bfd_fastpath.wire.bgp.errors import BgpError, Fault
from bfd_fastpath.wire.bgp.family import IPV4_UNICAST, Family
from bfd_fastpath.wire.bgp.message import (
    EXTENDED_LIMIT,
    HEADER,
    KEEPALIVE,
    STANDARD_LIMIT,
    Framer,
    MessageType,
    frame,
)
from bfd_fastpath.wire.bgp.notification import (
    Cease,
    ErrorCode,
    FsmError,
    Notification,
)
from bfd_fastpath.wire.bgp.open import Open
from bfd_fastpath.wire.bgp.refresh import RefreshKind, RouteRefresh
from bfd_fastpath.wire.bgp.role import mismatch
from bfd_fastpath.wire.bgp.settings import SessionSettings
from bfd_fastpath.wire.bgp.state import TABLE, Input, State
from bfd_fastpath.wire.bgp.timers import Timers
from bfd_fastpath.wire.bgp.update import Update, end_of_rib
from bfd_fastpath.wire.bgp.update_decoder import UpdateDecoder
from bfd_fastpath.wire.malformed import Malformed, Outcome

_FSM_SUBCODES = {
    State.OPEN_SENT: FsmError.OPEN_SENT,
    State.OPEN_CONFIRM: FsmError.OPEN_CONFIRM,
    State.ESTABLISHED: FsmError.ESTABLISHED,
}
_REFRESH_EVENTS: dict[int, Callable[[Family], out.Event]] = {
    RefreshKind.REQUEST: out.RefreshRequested,
    RefreshKind.BEGIN: out.RefreshBegun,
    RefreshKind.END: out.RefreshEnded,
}


class SessionError(RuntimeError):
    """The session was asked for what it cannot do in its state, or for what was not negotiated."""


class BgpSession:
    """One session. Use it from one thread; after any call look at data_to_send(), events() and
    next_deadline().

    `jitter()` gives a factor for the keepalive interval, 0.75 to 1.0 (RFC 4271 10); without it there is
    none. `malformed` counts what is wrong with what the peer sends; sessions may share it.
    """

    def __init__(
        self,
        settings: SessionSettings,
        *,
        jitter: Callable[[], float] | None = None,
        malformed: Counter[Malformed] | None = None,
    ) -> None:
        self.settings = settings
        self.malformed: Counter[Malformed] = Counter() if malformed is None else malformed
        self.state = State.IDLE
        self.peer: out.PeerInfo | None = None
        self.peer_open: Open | None = None
        self._framer = Framer()
        self._timers = Timers(jitter)
        self._decoder: UpdateDecoder | None = None
        self._output: list[bytes] = []
        self._events: list[out.Event] = []
        self._ends: tuple[out.Endpoint | None, out.Endpoint | None] = (None, None)
        self._disabled: set[Family] = set()

    # What goes in

    def connected(
        self, now_ns: int, local: out.Endpoint | None = None, remote: out.Endpoint | None = None
    ) -> None:
        """The connection stands: send OPEN."""
        self._move(Input.CONNECTED)
        self._ends = local, remote
        self._output.append(self.settings.open().encode())
        self._timers.opening(now_ns)

    def receive(self, data: bytes, now_ns: int) -> None:
        """Octets from the peer, cut anywhere. Never raises for what they hold."""
        if self.state == State.IDLE:
            raise SessionError("octets before connected()")
        if self.state == State.CLOSED:
            return
        self._framer.feed(data)
        message: tuple[MessageType, bytes] | None = None
        try:
            while not self.closed:
                message = None
                message = self._framer.next()
                if message is None:
                    break
                self._message(*message, now_ns)
        except BgpError as error:
            self.malformed.update(fault.kind for fault in error.faults)
            octets = self._framer.pending[: HEADER.size] if message is None else frame(*message)
            self._refuse(error.notification, error.text, out.CloseCause.PROTOCOL_ERROR, octets)

    def timer(self, now_ns: int) -> None:
        """Do what is due at this time."""
        if self.state in (State.IDLE, State.CLOSED):
            return
        if self._timers.hold_expired(now_ns):
            text = "nothing heard for the hold time"
            self._refuse(Notification(ErrorCode.HOLD_TIMER), text, out.CloseCause.HOLD_TIMER)
        elif self._timers.keepalive_due(now_ns):
            self._keepalive(now_ns)

    def disconnected(self, text: str = "connection closed") -> None:
        """The connection is gone."""
        if self.state != State.CLOSED:
            self._close(Input.DISCONNECTED, out.CloseCause.TRANSPORT, text)

    def send(self, update: Update, now_ns: int) -> None:
        """Send one UPDATE. Raises SessionError unless established, and for one larger than `limit`."""
        self.send_encoded(update.encode(as4=self._established().as4), now_ns)

    def send_encoded(self, message: bytes, now_ns: int) -> None:
        """As send(), for an UPDATE that is encoded already (with this peer's `as4`)."""
        self._established()
        if len(message) > self.limit:
            raise SessionError(f"an UPDATE of {len(message)} octets; this peer takes {self.limit}")
        self._output.append(message)
        self._timers.sent(now_ns)

    def send_end_of_rib(self, family: Family, now_ns: int) -> None:
        """Tell the peer that all of the family has been sent. Raises SessionError unless it is negotiated."""
        self._negotiated(family)
        self.send(end_of_rib(family), now_ns)

    def send_refresh(self, family: Family, kind: RefreshKind = RefreshKind.REQUEST) -> None:
        """Ask for the family again, or mark our own repetition of it (RFC 7313).

        Raises SessionError where the peer did not offer route refresh, or the enhanced one for a mark.
        """
        offered = self._negotiated(family).capabilities
        if not (offered.route_refresh if kind == RefreshKind.REQUEST else offered.enhanced_refresh):
            raise SessionError("the peer does not offer this kind of route refresh")
        self._output.append(RouteRefresh(family, kind).encode())

    def close(self, notification: Notification | None = None) -> None:
        """End the session; without a notification of yours with Cease, administrative shutdown."""
        if self.state == State.IDLE:
            self._close(Input.STOP, out.CloseCause.LOCAL, "closed before it was connected")
        elif self.state != State.CLOSED:
            notification = notification or Notification.shutdown()
            collision = (notification.code, notification.subcode) == (ErrorCode.CEASE, Cease.COLLISION)
            cause = out.CloseCause.COLLISION if collision else out.CloseCause.LOCAL
            self._refuse(notification, str(notification), cause)

    # What comes out

    def data_to_send(self) -> bytes:
        """Octets for the peer, each once."""
        data = b"".join(self._output)
        self._output.clear()
        return data

    def events(self) -> list[out.Event]:
        """What happened since the last call, in order."""
        happened, self._events = self._events, []
        return happened

    def next_deadline(self) -> int | None:
        """When timer() is needed next, None for never."""
        return None if self.state in (State.IDLE, State.CLOSED) else self._timers.next_deadline()

    @property
    def closed(self) -> bool:
        """Whether the session is over."""
        return self.state == State.CLOSED

    @property
    def limit(self) -> int:
        """The largest UPDATE this peer takes, in octets (RFC 8654 4)."""
        return EXTENDED_LIMIT if self.peer is not None and self.peer.extended_message else STANDARD_LIMIT

    # Messages

    def _message(self, kind: MessageType, body: bytes, now_ns: int) -> None:
        if kind == MessageType.UPDATE:
            self._move(Input.UPDATE)
            self._timers.heard(now_ns)
            self._update(body)
        elif kind == MessageType.KEEPALIVE:
            before = self.state
            self._move(Input.KEEPALIVE)
            self._timers.heard(now_ns)
            if before == State.OPEN_CONFIRM and self.peer is not None:
                self._events.append(out.Established(self.peer))
        elif kind == MessageType.NOTIFICATION:
            notification = Notification.decode(body)
            self._events.append(out.NotificationReceived(notification))
            self._close(Input.NOTIFICATION, out.CloseCause.PEER, str(notification))
        elif kind == MessageType.OPEN:
            self._move(Input.OPEN)
            self._open(Open.decode(body), now_ns)
        else:
            self._move(Input.ROUTE_REFRESH)
            self._timers.heard(now_ns)
            offered = self._established().capabilities
            marks = self.settings.enhanced_refresh or offered.enhanced_refresh
            self._refresh(RouteRefresh.decode(body, marks=marks, strict=offered.enhanced_refresh))

    def _open(self, received: Open, now_ns: int) -> None:
        settings = self.settings
        _check_open(received, settings)
        self.peer_open = received
        offered = received.capabilities
        families = frozenset(offered.families or (IPV4_UNICAST,)) & frozenset(settings.families)
        if not families:
            wanted = ", ".join(str(family) for family in settings.families)
            lacking = Capabilities(families=settings.families).encode()
            raise BgpError(Malformed.OPEN_NO_FAMILY, f"no family in common; ours: {wanted}", lacking)
        external = received.asn != settings.local_asn
        hold_time_s = min(received.hold_time_s, settings.hold_time_s)
        both = set(settings.extended_next_hop) & set(offered.extended_next_hop)
        self.peer = out.PeerInfo(
            received.asn,
            received.router_id,
            families,
            offered,
            hold_time_s,
            offered.asn is not None,
            offered.extended_message,
            *self._ends,
            enhanced_refresh=settings.enhanced_refresh and offered.enhanced_refresh,
            extended_next_hop=frozenset(entry.family for entry in both) & families,
        )
        context = AttributeContext(
            self.peer.as4, external, received.asn if settings.enforce_first_as and external else None
        )
        self._decoder = UpdateDecoder(families, context, self.peer.extended_next_hop, settings.nh_reach_safi)
        if settings.extended_message:
            self._framer.limit = EXTENDED_LIMIT
        self._timers.negotiated(hold_time_s, now_ns)
        self._keepalive(now_ns)

    def _update(self, body: bytes) -> None:
        decoder = self._decoder
        assert decoder is not None
        decoded = decoder.decode(body)
        self.malformed.update(fault.kind for fault in decoded.faults)
        for family in decoded.disabled:
            fault = next(
                f for f in decoded.faults if f.family == family and f.outcome == Outcome.FAMILY_DISABLE
            )
            self._disable(family, decoder, fault)
        if decoded.end_of_rib is not None:
            self._events.append(out.EndOfRib(decoded.end_of_rib))
        for update in decoded.updates:
            self._events.append(out.UpdateReceived(update, decoded.faults, body if decoded.faults else b""))

    def _disable(self, family: Family, decoder: UpdateDecoder, fault: Fault) -> None:
        """Give up the family for this session, or the session where nothing would be left (RFC 4760 7, RFC
        9552 8.2.2).
        """
        peer = self._established()
        self._disabled.add(family)
        if self._disabled >= peer.families:
            raise BgpError(fault.kind, fault.text, fault.data, counted=True)
        decoder.ignore(family)
        self._events.append(out.FamilyDisabled(family, fault))

    def _refresh(self, message: RouteRefresh) -> None:
        """Unknown subtypes, and families that were not negotiated, are ignored (RFC 7313 5, RFC 2918 4)."""
        event = _REFRESH_EVENTS.get(message.subtype)
        if event is None:
            self.malformed[Malformed.REFRESH_SUBTYPE] += 1
        elif message.family not in self._established().families:
            self.malformed[Malformed.REFRESH_FAMILY] += 1
        else:
            self._events.append(event(message.family))

    def _keepalive(self, now_ns: int) -> None:
        self._output.append(KEEPALIVE)
        self._timers.sent(now_ns)

    # States

    def _move(self, event: Input) -> None:
        following = TABLE.get((self.state, event))
        if following is None:
            subcode = _FSM_SUBCODES.get(self.state)
            if subcode is None:
                raise SessionError(f"{event.value} in state {self.state.value}")
            text = f"{event.value} in state {self.state.value}"
            kind = MessageType.__members__.get(event.name)
            data = b"" if kind is None else bytes((kind,))
            raise BgpError(Malformed.UNEXPECTED_MESSAGE, text, data, subcode=subcode)
        self.state = following

    def _established(self) -> out.PeerInfo:
        if self.state != State.ESTABLISHED or self.peer is None:
            raise SessionError(f"the session is not established but {self.state.value}")
        return self.peer

    def _negotiated(self, family: Family) -> out.PeerInfo:
        peer = self._established()
        if family not in peer.families:
            raise SessionError(f"{family} is not negotiated")
        return peer

    def _refuse(
        self, notification: Notification, text: str, cause: out.CloseCause, octets: bytes = b""
    ) -> None:
        """End the session. A NOTIFICATION is no larger than the peer takes (RFC 8654 5)."""
        room = self.limit - HEADER.size
        self._output.append(frame(MessageType.NOTIFICATION, notification.encode()[:room]))
        self._events.append(out.NotificationSent(notification, text, octets))
        event = Input.HOLD_EXPIRED if cause == out.CloseCause.HOLD_TIMER else Input.STOP
        self._close(event, cause, text)

    def _close(self, event: Input, cause: out.CloseCause, text: str) -> None:
        was_established = self.state == State.ESTABLISHED
        self.state = TABLE[self.state, event]
        self._events.append(out.Closed(cause, text, was_established))


def _check_open(received: Open, settings: SessionSettings) -> None:
    """Whether this OPEN is from whom we expect (RFC 4271 6.2, RFC 6286 2.2)."""
    if settings.peer_asn is not None and received.asn != settings.peer_asn:
        text = f"the peer is AS {received.asn}, expected AS {settings.peer_asn}"
        raise BgpError(Malformed.OPEN_PEER_AS, text)
    internal = received.asn == settings.local_asn
    if settings.role is not None and not internal:
        offered = received.capabilities
        roles = () if offered.role is None else (offered.role, *offered.other_roles)
        if text := mismatch(settings.role, roles, strict=settings.strict_role):
            raise BgpError(Malformed.OPEN_ROLE, text)
    if internal and received.router_id == settings.router_id:
        text = f"the peer has our own BGP identifier {received.router_id}"
        raise BgpError(Malformed.OPEN_IDENTIFIER, text)
    if settings.peer_router_id is not None and received.router_id != settings.peer_router_id:
        text = f"the peer has BGP identifier {received.router_id}, expected {settings.peer_router_id}"
        raise BgpError(Malformed.OPEN_IDENTIFIER, text)
