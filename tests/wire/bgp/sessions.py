# SPDX-License-Identifier: Apache-2.0
"""Two BGP sessions facing each other in memory, and what tests need to talk about them."""

from ipaddress import IPv4Address, IPv4Network
from typing import Any

from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    AsPath,
    Attributes,
    BgpSession,
    NotificationSent,
    Origin,
    PeerInfo,
    SessionSettings,
    State,
    Update,
)
from bfd_fastpath.wire.bgp.message import MessageType, frame

S = 1_000_000_000
ID_A, ID_B = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
ALL = (IPV4_UNICAST, IPV6_UNICAST, BGP_LS)
ROUTE = Update(
    attributes=Attributes(Origin.IGP, AsPath.sequence(64500), IPv4Address("198.51.100.1")),
    announced=(IPv4Network("203.0.113.0/24"),),
)


def session(asn=64500, router_id=ID_A, **settings) -> BgpSession:
    settings.setdefault("families", ALL)
    return BgpSession(SessionSettings(asn, router_id, **settings))


def told(one: BgpSession) -> list[Any]:
    return list(one.events())


def known(one: BgpSession) -> PeerInfo:
    assert one.peer is not None
    return one.peer


def exchange(a: BgpSession, b: BgpSession, now_ns: int = 0) -> None:
    while (to_b := a.data_to_send()) + (to_a := b.data_to_send()):
        if not b.closed:
            b.receive(to_b, now_ns)
        if not a.closed:
            a.receive(to_a, now_ns)


def established(a: BgpSession | None = None, b: BgpSession | None = None) -> tuple[BgpSession, BgpSession]:
    a, b = a or session(), b or session(64501, ID_B)
    a.connected(0)
    b.connected(0)
    exchange(a, b)
    assert a.state == b.state == State.ESTABLISHED
    return a, b


def settled(a: BgpSession | None = None, b: BgpSession | None = None) -> tuple[BgpSession, BgpSession]:
    a, b = established(a, b)
    told(a)
    told(b)
    return a, b


def refusal(receiver: BgpSession, octets: bytes, now_ns: int = 1) -> tuple[int, int]:
    """Feeds the octets and returns code and subcode of the NOTIFICATION that comes of it."""
    receiver.data_to_send()
    told(receiver)
    receiver.receive(octets, now_ns)
    sent = [event for event in told(receiver) if isinstance(event, NotificationSent)]
    assert receiver.state == State.CLOSED
    assert receiver.data_to_send() == frame(MessageType.NOTIFICATION, sent[0].notification.encode())
    return sent[0].notification.code, sent[0].notification.subcode
