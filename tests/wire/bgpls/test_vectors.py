# SPDX-License-Identifier: Apache-2.0
"""The agreed octets come out of the encoder and go back through the decoder, byte for byte."""

from ipaddress import IPv4Address, ip_address

import pytest

from bfd_fastpath.wire.bgp import (
    BGP_LS,
    AsPath,
    Attributes,
    MpReach,
    MpUnreach,
    Origin,
    Update,
)
from bfd_fastpath.wire.bgp.message import Framer, MessageType
from bfd_fastpath.wire.bgp.update_decoder import UpdateDecoder
from bfd_fastpath.wire.bgpls import LinkStateNlri
from bfd_fastpath.wire.bgpls import profile_l5 as l5
from bfd_fastpath.wire.bgpls import profile_l7 as l7
from bfd_fastpath.wire.bgpls.nlri import decode_list
from tests.wire.bgpls import vectors

A4, X4 = ip_address("198.51.100.1"), ip_address("198.51.100.2")
A6, X6 = ip_address("2001:db8::1"), ip_address("2001:db8::2")
ATTRIBUTES = Attributes(origin=Origin.IGP, as_path=AsPath.sequence(64500))
LINK, NODE = l5.link(A4, X4), l5.node(X4)


NLRIS: dict[str, tuple[LinkStateNlri, str, int]] = {
    "link v4": (LINK, vectors.LINK_V4, 53),
    "link v6": (l5.link(A6, X6), vectors.LINK_V6, 85),
    "link v6 full": (l5.link(A6, X6, full=True), vectors.LINK_V6_FULL, 101),
    "node v4": (NODE, vectors.NODE_V4, 25),
    "node v6": (l5.node(X6), vectors.NODE_V6, 29),
    "l7 link v4": (
        l7.link(
            l7.RouterName(64500, IPv4Address("192.0.2.1")),
            l7.RouterName(64501, IPv4Address("192.0.2.2")),
            A4,
            X4,
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
    decoded = UpdateDecoder(frozenset({BGP_LS})).decode(body)
    assert decoded.updates == (update,)
    assert decoded.faults == ()
