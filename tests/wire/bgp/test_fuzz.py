# SPDX-License-Identifier: Apache-2.0
"""Whatever a peer sends, the session answers with events or a NOTIFICATION and raises nothing."""

from ipaddress import IPv4Address, ip_address

from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    BgpError,
    BgpSession,
    Closed,
    NotificationSent,
    Open,
    SessionSettings,
    State,
)
from bfd_fastpath.wire.bgp.attribute_decoder import AttributeContext
from bfd_fastpath.wire.bgp.message import KEEPALIVE, MessageType, frame
from bfd_fastpath.wire.bgp.update_decoder import UpdateDecoder
from bfd_fastpath.wire.bgpls.profile_l5 import link
from tests.wire.bgp.messages import AS_PATH, MANDATORY, MP_IPV6, ORIGIN, attribute, body

FAMILIES = (IPV4_UNICAST, IPV6_UNICAST, BGP_LS)
LINK = link(ip_address("198.51.100.1"), ip_address("198.51.100.2")).encode()
LS = attribute(0x80, 14, bytes.fromhex("40044704c633640100") + LINK)
EXTRAS = bytes.fromhex(
    "c00804fde80001" + "c01008" + "00" * 8 + "c0200c" + "00" * 12 + "801d0604020002" + "6162"
)
VALID = [
    body(),
    body(MP_IPV6 + MANDATORY + EXTRAS, withdrawn=bytes.fromhex("08 0a")),
    body(LS + ORIGIN + AS_PATH, b""),
    body(attribute(0x80, 15, bytes.fromhex("400447") + LINK * 2), b""),
]
contexts = st.builds(AttributeContext, st.booleans(), st.booleans(), st.none() | st.just(64500))


def established() -> BgpSession:
    session = BgpSession(SessionSettings(64500, IPv4Address("192.0.2.1"), families=FAMILIES))
    session.connected(0)
    peer = SessionSettings(64501, IPv4Address("192.0.2.2"), families=FAMILIES)
    session.receive(peer.open().encode() + KEEPALIVE, 0)
    assert session.state == State.ESTABLISHED
    session.events()
    session.data_to_send()
    return session


@st.composite
def mutated(draw) -> bytes:
    octets = bytearray(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(octets) - 1))
        change = draw(st.sampled_from(["set", "cut", "insert"]))
        if change == "set":
            octets[at] = draw(st.integers(0, 255))
        elif change == "cut" and len(octets) > 5:
            del octets[at]
        else:
            octets.insert(at, draw(st.integers(0, 255)))
    return bytes(octets)


@given(st.binary(min_size=4, max_size=200) | mutated(), contexts)
def test_the_decoder_raises_only_its_own_error(octets, context):
    reader = UpdateDecoder(frozenset(FAMILIES), context)
    try:
        decoded = reader.decode(octets)
    except BgpError:
        return
    for update in decoded.updates:
        list(update.announcements())
        list(update.withdrawals())
        assert not (update.announced and update.attributes.next_hop is None)
        assert not (update.announced and update.attributes.as_path is None)


@given(st.lists(mutated(), min_size=1, max_size=3))
def test_an_established_session_survives_or_says_why(bodies):
    session = established()
    session.receive(b"".join(frame(MessageType.UPDATE, each) for each in bodies), 1)
    told = session.events()
    if session.closed:
        assert isinstance(told[-1], Closed)
        assert any(isinstance(event, NotificationSent) for event in told)
        assert session.data_to_send()[18] == MessageType.NOTIFICATION
    else:
        assert len(told) >= len(bodies)


@given(st.lists(st.binary(max_size=80), max_size=4))
def test_any_stream_is_answered(pieces):
    session = established()
    for piece in pieces:
        session.receive(piece, 1)
    session.events()


@given(st.sampled_from(list(MessageType)), st.binary(max_size=60), st.booleans())
def test_any_message_in_any_opening_state_is_answered(kind, octets, opened):
    session = BgpSession(SessionSettings(64500, IPv4Address("192.0.2.1")))
    session.connected(0)
    if opened:
        session.receive(Open(64501, 90, IPv4Address("192.0.2.2")).encode(), 0)
    session.receive(frame(kind, octets), 0)
    session.events()
