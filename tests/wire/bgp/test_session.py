# SPDX-License-Identifier: Apache-2.0
"""An established session with time stepped by hand: timers, routes, errors, refresh, closing. No sockets."""

from ipaddress import IPv4Address, IPv4Network, ip_address

import pytest

from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    AsPath,
    Attributes,
    BgpSession,
    Cease,
    CloseCause,
    Closed,
    EndOfRib,
    FamilyDisabled,
    MpReach,
    MpUnreach,
    Notification,
    NotificationReceived,
    NotificationSent,
    Open,
    Origin,
    Outcome,
    RefreshBegun,
    RefreshEnded,
    RefreshRequested,
    SessionError,
    SessionSettings,
    State,
    Update,
    UpdateReceived,
    pack_announcements,
    singles,
)
from bfd_fastpath.wire.bgp.collision import keeps_outgoing
from bfd_fastpath.wire.bgp.message import KEEPALIVE, MessageType, frame
from bfd_fastpath.wire.bgp.refresh import RefreshKind, RouteRefresh
from bfd_fastpath.wire.bgpls.profile_l5 import node
from tests.wire.bgp.messages import AS_PATH, MP_IPV6, ORIGIN, body
from tests.wire.bgp.sessions import (
    ALL,
    ID_A,
    ID_B,
    ROUTE,
    S,
    established,
    exchange,
    refusal,
    session,
    settled,
    told,
)

# Timers


def test_keepalives_go_out_every_third_of_the_hold_time():
    a, _ = settled(session(hold_time_s=9))
    assert a.next_deadline() == 3 * S
    a.timer(3 * S - 1)
    assert a.data_to_send() == b""
    a.timer(3 * S)
    assert a.data_to_send() == KEEPALIVE
    assert a.next_deadline() == 6 * S


def test_an_update_stands_for_a_keepalive():
    a, _ = settled(session(hold_time_s=9))
    a.send(ROUTE, 2 * S)
    a.data_to_send()
    a.timer(3 * S)
    assert a.data_to_send() == b""
    assert a.next_deadline() == 5 * S


def test_jitter_shortens_the_interval():
    a = BgpSession(SessionSettings(64500, ID_A, hold_time_s=9), jitter=lambda: 0.75)
    established(a, session(64501, ID_B))
    assert a.next_deadline() == int(2.25 * S)


@pytest.mark.parametrize("octets", [KEEPALIVE, ROUTE.encode(), RouteRefresh(IPV4_UNICAST).encode()])
def test_silence_for_the_hold_time_ends_the_session(octets):
    a, _ = settled(session(hold_time_s=9))
    a.receive(octets, 5 * S)
    a.timer(9 * S)
    assert a.state == State.ESTABLISHED
    a.data_to_send()
    told(a)
    a.timer(14 * S)
    assert a.data_to_send() == frame(MessageType.NOTIFICATION, b"\4\0")
    _, closed = told(a)
    assert (closed.cause, closed.was_established) == (CloseCause.HOLD_TIMER, True)
    assert a.next_deadline() is None


def test_a_hold_time_of_zero_stops_all_timers():
    a, _ = settled(session(hold_time_s=0))
    assert a.next_deadline() is None
    a.timer(10**6 * S)
    assert a.state == State.ESTABLISHED


def test_a_peer_that_never_opens_is_given_up_after_four_minutes():
    a = session()
    a.connected(0)
    assert a.next_deadline() == 240 * S
    a.timer(240 * S)
    assert told(a)[-1] == Closed(CloseCause.HOLD_TIMER, "nothing heard for the hold time", False)


# Routes


def test_updates_and_end_of_rib_arrive():
    a, b = settled()
    a.send(ROUTE, 1)
    for family in ALL:
        a.send_end_of_rib(family, 1)
    exchange(a, b)
    assert told(b) == [UpdateReceived(ROUTE), *map(EndOfRib, ALL)]


def test_a_two_octet_peer_gets_two_octets_and_the_rest_besides():
    a = session(4_200_000_000)
    a.connected(0)
    a.receive(Open(64501, 90, ID_B).encode() + KEEPALIVE, 0)
    a.data_to_send()
    wide = Attributes(Origin.IGP, AsPath.sequence(4_200_000_000), IPv4Address("198.51.100.1"))
    a.send(Update(attributes=wide, announced=ROUTE.announced), 1)
    octets = a.data_to_send()
    assert bytes.fromhex("40020402015ba0") in octets
    assert bytes.fromhex("c011060201fa56ea00") in octets


def test_routes_of_a_two_octet_peer_are_understood():
    a = session()
    a.connected(0)
    a.receive(Open(64501, 90, ID_B).encode() + KEEPALIVE + ROUTE.encode(as4=False), 0)
    assert told(a)[-1] == UpdateReceived(ROUTE)


def test_messages_above_4096_octets_go_to_peers_that_take_them():
    a, b = settled()
    routes = [IPv4Network((0x0A000000 + (n << 8), 24)) for n in range(5000)]
    (update,) = pack_announcements(IPV4_UNICAST, ROUTE.attributes, (), singles(routes), limit=a.limit)
    a.send(update, 1)
    exchange(a, b)
    assert told(b) == [UpdateReceived(update)]


def test_messages_above_4096_octets_do_not_go_to_others():
    a, _ = settled(session(), session(64501, ID_B, extended_message=False))
    routes = tuple(IPv4Network((0x0A000000 + (n << 8), 24)) for n in range(1500))
    with pytest.raises(SessionError, match="4096"):
        a.send(Update(attributes=ROUTE.attributes, announced=routes), 1)
    assert a.data_to_send() == b""


def test_a_peer_may_send_long_messages_though_it_takes_none():
    a, b = settled(session(extended_message=True), session(64501, ID_B, extended_message=False))
    assert a.limit == 4096
    assert b.limit == 65535


def test_nothing_is_sent_before_the_session_stands():
    a = session()
    a.connected(0)
    with pytest.raises(SessionError):
        a.send(ROUTE, 0)
    with pytest.raises(SessionError):
        a.send_end_of_rib(IPV4_UNICAST, 0)


def test_a_family_that_is_not_negotiated_has_no_end_of_rib():
    a, _ = settled(session(), session(64501, ID_B, families=(IPV4_UNICAST,)))
    with pytest.raises(SessionError, match="bgp-ls"):
        a.send_end_of_rib(BGP_LS, 1)


def test_octets_before_the_connection_are_a_mistake_of_ours():
    with pytest.raises(SessionError):
        session().receive(KEEPALIVE, 0)


# Errors in UPDATEs

BAD_LS = frame(
    MessageType.UPDATE,
    bytes.fromhex("0000" + "0010" + "900f000c" + "400447" + "000100150500000000"),
)


def test_a_bad_family_is_disabled_and_the_session_lives():
    a, _ = settled()
    a.receive(BAD_LS, 1)
    disabled, rest = told(a)
    assert isinstance(disabled, FamilyDisabled)
    assert disabled.family == BGP_LS
    assert not list(rest.update.withdrawals())
    a.receive(BAD_LS + ROUTE.encode(), 2)
    assert told(a)[-1] == UpdateReceived(ROUTE)
    assert a.state == State.ESTABLISHED


def test_end_of_rib_of_a_disabled_family_is_not_told():
    a, b = settled()
    a.receive(BAD_LS, 1)
    told(a)
    b.send_end_of_rib(BGP_LS, 1)
    exchange(a, b)
    assert not any(isinstance(event, EndOfRib) for event in told(a))


def test_the_only_family_cannot_be_disabled_so_the_session_ends():
    a, _ = settled(session(families=(BGP_LS,)), session(64501, ID_B, families=(BGP_LS,)))
    assert refusal(a, BAD_LS) == (3, 9)


def test_an_update_that_cannot_be_read_ends_the_session():
    a, _ = settled()
    assert refusal(a, frame(MessageType.UPDATE, bytes.fromhex("00ff0000"))) == (3, 1)


def test_a_bad_attribute_withdraws_its_routes_and_is_told():
    a, _ = settled()
    octets = bytearray(ROUTE.encode())
    octets[26] = 9
    a.receive(bytes(octets), 1)
    (event,) = told(a)
    assert event.update.withdrawn == ROUTE.announced
    assert event.faults
    assert a.state == State.ESTABLISHED


def test_every_part_of_a_withdrawal_made_of_a_bad_update_says_so():
    a, _ = settled()
    link_state = MpUnreach(BGP_LS, (node(IPv4Address("198.51.100.2")),)).encode()
    bad_origin = ORIGIN[:-1] + b"\x07"
    a.receive(frame(MessageType.UPDATE, body(MP_IPV6 + link_state + bad_origin + AS_PATH, b"")), 1)
    parts = told(a)
    assert len(parts) == 2
    assert [[fault.outcome for fault in part.faults] for part in parts] == [[Outcome.TREAT_AS_WITHDRAW]] * 2


def test_what_follows_a_fatal_message_is_not_read():
    a, _ = settled()
    a.receive(frame(MessageType.UPDATE, bytes.fromhex("00ff0000")) + ROUTE.encode(), 1)
    assert not any(isinstance(event, UpdateReceived) for event in told(a))


# Route refresh


def test_route_refresh_is_handed_on_for_negotiated_families_only():
    a, b = settled(session(), session(64501, ID_B, families=(BGP_LS,), enhanced_refresh=True))
    b.send_refresh(BGP_LS)
    exchange(a, b)
    a.receive(RouteRefresh(IPV4_UNICAST).encode() + RouteRefresh(BGP_LS, 77).encode(), 1)
    assert told(a) == [RefreshRequested(BGP_LS)]


def test_enhanced_refresh_marks_are_handed_on():
    a, b = settled(session(enhanced_refresh=True), session(64501, ID_B))
    b.send_refresh(IPV4_UNICAST, RefreshKind.BEGIN)
    b.send_refresh(IPV4_UNICAST, RefreshKind.END)
    exchange(a, b)
    assert told(a) == [RefreshBegun(IPV4_UNICAST), RefreshEnded(IPV4_UNICAST)]


def test_refresh_is_not_asked_of_a_peer_that_does_not_offer_it():
    a, _ = settled(session(), session(64501, ID_B, route_refresh=False))
    with pytest.raises(SessionError):
        a.send_refresh(IPV4_UNICAST)
    _, b = settled()
    with pytest.raises(SessionError):
        b.send_refresh(IPV4_UNICAST, RefreshKind.BEGIN)


def test_a_mark_of_wrong_length_ends_the_session():
    mark = frame(MessageType.ROUTE_REFRESH, bytes.fromhex("0001010100"))
    a, _ = settled(session(), session(64501, ID_B, enhanced_refresh=True))
    assert refusal(a, mark) == (7, 1)
    a, _ = settled(session(enhanced_refresh=True), session(64501, ID_B))
    a.receive(mark, 1)
    assert told(a) == [RefreshBegun(IPV4_UNICAST)]


def test_without_enhanced_refresh_the_subtype_is_reserved():
    a, _ = settled()
    a.receive(RouteRefresh(IPV4_UNICAST, RefreshKind.BEGIN).encode(), 1)
    assert told(a) == [RefreshRequested(IPV4_UNICAST)]


# Closing


def test_closing_tells_the_peer_why():
    a, b = settled()
    a.close(Notification.shutdown("upgrade in ten minutes"))
    exchange(a, b)
    sent, closed = told(a)
    assert isinstance(sent, NotificationSent)
    assert (closed.cause, closed.was_established) == (CloseCause.LOCAL, True)
    received, closed = told(b)
    assert isinstance(received, NotificationReceived)
    assert received.notification.text == "upgrade in ten minutes"
    assert closed.cause == CloseCause.PEER


def test_a_shutdown_text_is_cut_at_255_octets_of_whole_characters():
    notification = Notification.shutdown("ä" * 200)
    assert notification.data[0] == 254
    assert notification.text == "ä" * 127


def test_a_collision_is_told_as_such():
    a, _ = settled()
    a.close(Notification(6, Cease.COLLISION))
    assert told(a)[-1].cause == CloseCause.COLLISION


def test_a_lost_connection_is_told_once():
    a, _ = settled()
    a.disconnected("gone")
    a.disconnected("gone again")
    assert told(a) == [Closed(CloseCause.TRANSPORT, "gone", True)]
    a.receive(KEEPALIVE, 1)
    assert told(a) == []


def test_closing_before_the_connection_sends_nothing():
    a = session()
    a.close()
    assert a.data_to_send() == b""
    assert told(a)[-1].was_established is False


@pytest.mark.parametrize(
    ("local", "remote", "keeps"),
    [
        ((ID_A, 64500), (ID_B, 64501), False),
        ((ID_B, 64500), (ID_A, 64501), True),
        ((ID_A, 64502), (ID_A, 64501), True),
        ((IPv4Address("10.0.0.1"), 1), (IPv4Address("9.255.255.255"), 2), True),
    ],
)
def test_the_higher_speakers_connection_survives_a_collision(local, remote, keeps):
    assert keeps_outgoing(local, remote) is keeps
    assert keeps_outgoing(remote, local) is not keeps


def test_bgpls_travels_over_a_session():
    a, b = settled()
    update = Update(
        attributes=Attributes(Origin.IGP, AsPath.sequence(64500)),
        mp_reach=MpReach(BGP_LS, (ip_address("198.51.100.1"),), (node(ip_address("198.51.100.2")),)),
    )
    a.send(update, 1)
    exchange(a, b)
    assert told(b) == [UpdateReceived(update)]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"Please set the role.", "open/role-mismatch (2/11): 'Please set the role.'"),
        (b"a\x00b\x07 beside", "open/role-mismatch (2/11) data 6100620720626573696465"),
        (b"abc", "open/role-mismatch (2/11) data 616263"),
        (b"", "open/role-mismatch (2/11)"),
    ],
)
def test_data_that_is_words_is_shown_as_words(data, shown):
    assert str(Notification(2, 11, data)) == shown
