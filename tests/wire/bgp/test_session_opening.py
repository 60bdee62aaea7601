# SPDX-License-Identifier: Apache-2.0
"""How a session opens, with time stepped by hand: negotiation, refusals, messages out of place. No sockets."""

from ipaddress import IPv4Address, ip_address

import pytest

from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    Endpoint,
    Established,
    Open,
    State,
)
from bfd_fastpath.wire.bgp.message import KEEPALIVE
from bfd_fastpath.wire.bgp.refresh import RouteRefresh
from bfd_fastpath.wire.bgp.state import TABLE, Input
from tests.wire.bgp.sessions import (
    ID_A,
    ID_B,
    ROUTE,
    established,
    exchange,
    known,
    refusal,
    session,
    settled,
    told,
)


def test_both_ends_learn_of_each_other():
    a, b = session(peer_asn=64501), session(64501, ID_B, families=(BGP_LS, IPV4_UNICAST), hold_time_s=30)
    here, there = Endpoint(ip_address("127.0.0.1"), 1179), Endpoint(ip_address("127.0.0.2"), 40000)
    a.connected(0, here, there)
    b.connected(0)
    exchange(a, b)
    (event,) = told(a)
    assert isinstance(event, Established)
    peer = event.peer
    assert (peer.asn, peer.router_id, peer.hold_time_s, peer.as4) == (64501, ID_B, 30, True)
    assert peer.families == {BGP_LS, IPV4_UNICAST}
    assert (peer.local, peer.remote) == (here, there)
    assert a.peer == peer


def test_open_is_sent_on_connection_and_keepalive_on_the_peers_open():
    a = session()
    assert a.data_to_send() == b""
    a.connected(0)
    assert Open.decode(a.data_to_send()[19:]).asn == 64500
    a.receive(session(64501, ID_B).settings.open().encode(), 0)
    assert a.data_to_send() == KEEPALIVE
    assert a.state == State.OPEN_CONFIRM
    assert told(a) == []


def test_octets_may_come_one_by_one():
    a, b = session(), session(64501, ID_B)
    a.connected(0)
    b.connected(0)
    for octet in b.data_to_send() + KEEPALIVE:
        a.receive(bytes((octet,)), 0)
    assert a.state == State.ESTABLISHED


def test_a_peer_without_multiprotocol_speaks_ipv4_unicast():
    a = session()
    a.connected(0)
    a.receive(Open(64501, 90, ID_B).encode() + KEEPALIVE, 0)
    assert known(a).families == {IPV4_UNICAST}
    assert not known(a).as4
    assert a.limit == 4096


OPENS = {
    "wrong AS": (Open(64999, 90, ID_B), (2, 2)),
    "wrong identifier": (Open(64501, 90, IPv4Address("192.0.2.9")), (2, 3)),
}


@pytest.mark.parametrize(("opened", "codes"), OPENS.values(), ids=OPENS)
def test_a_peer_that_is_not_the_expected_one_is_refused(opened, codes):
    a = session(peer_asn=64501, peer_router_id=ID_B)
    a.connected(0)
    assert refusal(a, opened.encode()) == codes


def test_an_internal_peer_with_our_identifier_is_refused():
    a = session()
    a.connected(0)
    assert refusal(a, Open(64500, 90, ID_A).encode()) == (2, 3)


def test_an_external_peer_may_have_our_identifier():
    established(session(), session(64501, ID_A))


@pytest.mark.parametrize("seconds", [1, 2])
def test_hold_times_of_one_and_two_seconds_are_refused(seconds):
    a = session()
    a.connected(0)
    assert refusal(a, Open(64501, seconds, ID_B).encode()) == (2, 6)
    with pytest.raises(ValueError):
        session(hold_time_s=seconds)


def test_no_family_in_common_is_refused():
    a = session(families=(BGP_LS,))
    a.connected(0)
    assert refusal(a, Open(64501, 90, ID_B).encode()) == (2, 7)


# Unexpected messages (RFC 6608)

UNEXPECTED = [
    (State.OPEN_SENT, KEEPALIVE, (5, 1)),
    (State.OPEN_SENT, ROUTE.encode(), (5, 1)),
    (State.OPEN_CONFIRM, ROUTE.encode(), (5, 2)),
    (State.OPEN_CONFIRM, Open(64501, 90, ID_B).encode(), (5, 2)),
    (State.OPEN_CONFIRM, RouteRefresh(IPV4_UNICAST).encode(), (5, 2)),
    (State.ESTABLISHED, Open(64501, 90, ID_B).encode(), (5, 3)),
]


@pytest.mark.parametrize(("state", "octets", "codes"), UNEXPECTED)
def test_a_message_out_of_place_ends_the_session(state, octets, codes):
    a = session()
    a.connected(0)
    if state != State.OPEN_SENT:
        a.receive(Open(64501, 90, ID_B).encode(), 0)
    if state == State.ESTABLISHED:
        a.receive(KEEPALIVE, 0)
    assert a.state == state
    assert refusal(a, octets) == codes


def test_every_open_state_can_be_left_in_every_way():
    for state in set(State) - {State.IDLE, State.CLOSED}:
        for event in (Input.NOTIFICATION, Input.HOLD_EXPIRED, Input.STOP, Input.DISCONNECTED):
            assert TABLE[state, event] == State.CLOSED


def test_nothing_leads_out_of_closed():
    assert not any(state == State.CLOSED for state, _ in TABLE)


def test_a_bad_header_ends_the_session():
    a, _ = settled()
    assert refusal(a, b"\0" * 19) == (1, 1)
