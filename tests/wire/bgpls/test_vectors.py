# SPDX-License-Identifier: Apache-2.0
"""The agreed octets come out of the encoder and go back through the decoder, byte for byte."""

from ipaddress import IPv4Address, ip_address

import pytest

from bfd_fastpath.wire.bgp import (
    BGP_LS,
    AsPath,
    Attributes,
    Family,
    MpReach,
    MpUnreach,
    OpaqueNlri,
    Origin,
    Update,
)
from bfd_fastpath.wire.bgp.message import Framer, MessageType
from bfd_fastpath.wire.bgp.update_decoder import UpdateDecoder
from bfd_fastpath.wire.bgpls import LinkNlri, LinkStateNlri, NodeDescriptor
from bfd_fastpath.wire.bgpls import profile_l5 as l5
from bfd_fastpath.wire.bgpls.nlri import ProtocolId, decode_list
from tests.wire.bgpls import vectors

A4, X4 = ip_address("198.51.100.1"), ip_address("198.51.100.2")
A6, X6 = ip_address("2001:db8::1"), ip_address("2001:db8::2")
ATTRIBUTES = Attributes(origin=Origin.IGP, as_path=AsPath.sequence(64500))
LINK, NODE = l5.link(A4, X4), l5.node(X4)
NH4, NH6 = Family(1, 241), Family(2, 241)


def tell(family: Family, nlri: str) -> Update:
    return Update(attributes=ATTRIBUTES, mp_reach=MpReach(family, (), (OpaqueNlri(bytes.fromhex(nlri)),)))


NLRIS: dict[str, tuple[LinkStateNlri, str, int]] = {
    "link v4": (LINK, vectors.LINK_V4, 53),
    "link v6": (l5.link(A6, X6), vectors.LINK_V6, 85),
    "link v6 full": (l5.link(A6, X6, full=True), vectors.LINK_V6_FULL, 101),
    "node v4": (NODE, vectors.NODE_V4, 25),
    "node v6": (l5.node(X6), vectors.NODE_V6, 29),
    "l7 link v4": (
        LinkNlri(
            NodeDescriptor.make(asn=64500, bgp_router_id=IPv4Address("192.0.2.1")),
            NodeDescriptor.make(asn=64501, bgp_router_id=IPv4Address("192.0.2.2")),
            LINK.descriptors,
            ProtocolId.BGP,
        ),
        vectors.L7_LINK_V4,
        69,
    ),
}
UPDATES = {
    "unknown to up": (
        Update(attributes=ATTRIBUTES, mp_reach=MpReach(BGP_LS, (A4,), (LINK, NODE))),
        vectors.UNKNOWN_TO_UP,
    ),
    "up to down": (Update(mp_unreach=MpUnreach(BGP_LS, (LINK,))), vectors.UP_TO_DOWN),
    "down to up": (
        Update(attributes=ATTRIBUTES, mp_reach=MpReach(BGP_LS, (A4,), (LINK,))),
        vectors.DOWN_TO_UP,
    ),
    "up to unknown": (Update(mp_unreach=MpUnreach(BGP_LS, (NODE, LINK))), vectors.UP_TO_UNKNOWN),
    "down to unknown": (Update(mp_unreach=MpUnreach(BGP_LS, (NODE,))), vectors.DOWN_TO_UNKNOWN),
    "nh-reach tell up": (tell(NH4, vectors.TELL_UP), vectors.UPDATE_TELL_UP),
    "nh-reach tell down v6": (tell(NH6, vectors.TELL_DOWN_V6), vectors.UPDATE_TELL_DOWN_V6),
    "nh-reach ask": (tell(NH4, "00c6336402"), vectors.UPDATE_ASK),
    "nh-reach withdraw": (
        Update(mp_unreach=MpUnreach(NH4, (OpaqueNlri(bytes.fromhex(vectors.TELL_UP)),))),
        vectors.UPDATE_WITHDRAW_TELL,
    ),
}


@pytest.mark.parametrize("name", NLRIS)
def test_nlri_has_the_agreed_octets_both_ways(name):
    nlri, octets, length = NLRIS[name]
    assert nlri.encode().hex() == octets
    assert len(nlri.encode()) == length
    assert decode_list(bytes.fromhex(octets)) == ([nlri], [])


@pytest.mark.parametrize("name", UPDATES)
def test_update_has_the_agreed_octets_both_ways(name):
    update, octets = UPDATES[name]
    assert update.encode().hex() == octets
    framer = Framer()
    framer.feed(bytes.fromhex(octets))
    ((kind, body),) = framer.messages()
    assert kind == MessageType.UPDATE
    decoded = UpdateDecoder(frozenset({BGP_LS, NH4, NH6})).decode(body)
    assert decoded.updates == (update,)
    assert decoded.faults == ()
