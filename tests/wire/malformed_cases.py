# SPDX-License-Identifier: Apache-2.0
"""Octets with each fault of wire/malformed.py: what a peer says, in which session, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any

from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    Family,
    Role,
    SessionSettings,
    State,
    nh_reach,
)
from bfd_fastpath.wire.bgp.message import KEEPALIVE, MARKER, MessageType, frame
from bfd_fastpath.wire.bgp.session import BgpSession
from bfd_fastpath.wire.bgpls.profile_l5 import link, node
from bfd_fastpath.wire.malformed import Malformed
from tests.wire.bgp.messages import AS_PATH, MANDATORY, MP_IPV6, NEXT_HOP, ORIGIN, attribute, body

ASN, PEER = 64500, 64501
OUR_ID, PEER_ID = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
FAMILIES = (IPV4_UNICAST, IPV6_UNICAST, BGP_LS, nh_reach(4), nh_reach(6))
A, X = IPv4Address("198.51.100.1"), IPv4Address("198.51.100.2")
NODE, LINK = node(X).encode(), link(A, X).encode()


@dataclass(frozen=True)
class Case:
    """`octets` follow the peer's OPEN and KEEPALIVE, or stand for its OPEN where `opening`. `code`: the
    NOTIFICATION, None where the session lives on; `also`: other faults that are counted.
    """

    octets: bytes
    code: tuple[int, int] | None = None
    ours: dict[str, Any] = field(default_factory=dict)
    theirs: dict[str, Any] = field(default_factory=dict)
    opening: bool = False
    disabled: Family | None = None
    also: tuple[Malformed, ...] = ()
    data: bytes | None = None

    def session(self) -> BgpSession:
        """Our end, after all of it."""
        session = BgpSession(SessionSettings(ASN, OUR_ID, **{"families": FAMILIES} | self.ours))
        session.connected(0)
        if not self.opening:
            theirs = {"local_asn": PEER, "router_id": PEER_ID, "families": FAMILIES} | self.theirs
            session.receive(SessionSettings(**theirs).open().encode() + KEEPALIVE, 0)
            assert session.state is State.ESTABLISHED
            session.events()
            session.data_to_send()
        session.receive(self.octets, 1)
        return session


def hexed(text: str) -> bytes:
    return bytes.fromhex(text)


def header(length: int, kind: int) -> bytes:
    return MARKER + length.to_bytes(2, "big") + bytes((kind,))


def update(attributes: bytes = MANDATORY, **parts: bytes) -> bytes:
    return frame(MessageType.UPDATE, body(attributes, **parts))


def opened(
    parameters: str = "00", *, version: int = 4, asn: int = PEER, hold: int = 90, identifier: str = "c0000202"
) -> bytes:
    head = bytes((version,)) + asn.to_bytes(2, "big") + hold.to_bytes(2, "big")
    return frame(MessageType.OPEN, head + hexed(identifier + parameters))


def refused(octets: bytes, code: int, subcode: int, **more: Any) -> Case:
    return Case(octets, (code, subcode), **more)


def opening(octets: bytes, subcode: int, **more: Any) -> Case:
    return Case(octets, (2, subcode), opening=True, **more)


def extra(text: str, **more: Any) -> Case:
    """An UPDATE with one attribute more than it needs."""
    return Case(update(MANDATORY + hexed(text)), **more)


def reach(family: Family, next_hop: bytes, nlri: bytes, flags: int = 0x80) -> bytes:
    return attribute(flags, 14, family.encode() + bytes((len(next_hop),)) + next_hop + b"\0" + nlri)


def announced(family: Family, next_hop: bytes, nlri: bytes, **more: Any) -> Case:
    return Case(update(reach(family, next_hop, nlri) + ORIGIN + AS_PATH, nlri=b""), **more)


def link_state(nlri: bytes, **more: Any) -> Case:
    return announced(BGP_LS, X.packed, nlri, **more)


def broken_node(rest: str, kind: str = "0001") -> bytes:
    """A Node NLRI with these octets behind its Identifier."""
    value = hexed("05" + "00" * 8 + rest)
    return hexed(kind) + len(value).to_bytes(2, "big") + value


def two_octets(attributes: bytes, **more: Any) -> Case:
    """From a peer that has no AS numbers of four octets."""
    path = hexed("4002040201fbf4")
    return Case(opened() + KEEPALIVE + update(ORIGIN + path + NEXT_HOP + attributes), opening=True, **more)


INTERNAL = {"local_asn": ASN}
LAST = {"families": (BGP_LS,)}
M = Malformed
CASES: dict[Malformed, dict[str, Case]] = {
    M.HEADER_MARKER: {"one bit": refused(b"\xff" * 15 + b"\xfe" + KEEPALIVE[16:], 1, 1)},
    M.HEADER_LENGTH: {
        "18": refused(header(18, 2), 1, 2, data=b"\0\x12"),
        "4097 and not offered": refused(
            header(4097, 2), 1, 2, ours={"extended_message": False}, data=b"\x10\x01"
        ),
        "short UPDATE": refused(header(22, 2), 1, 2),
        "short NOTIFICATION": refused(header(20, 3), 1, 2),
        "long KEEPALIVE": refused(header(20, 4) + b"\0", 1, 2),
        "long OPEN": refused(header(4097, 1), 1, 2),
        "short ROUTE-REFRESH": refused(header(22, 5) + hexed("000100"), 1, 2, data=b"\0\x16"),
    },
    M.HEADER_TYPE: {"6": refused(header(19, 6), 1, 3, data=b"\6")},
    M.OPEN_VERSION: {"3": opening(opened(version=3), 1, data=b"\0\4")},
    M.OPEN_PEER_AS: {
        "0": opening(opened(asn=0), 2),
        "0 in the capability": opening(opened("08" + "0206" + "410400000000"), 2),
        "another": opening(opened(), 2, ours={"peer_asn": 64999}),
    },
    M.OPEN_IDENTIFIER: {
        "0.0.0.0": opening(opened(identifier="00000000"), 3),
        "ours": opening(opened(asn=ASN, identifier="c0000201"), 3),
        "another": opening(opened(), 3, ours={"peer_router_id": IPv4Address("192.0.2.9")}),
    },
    M.OPEN_PARAMETER: {"1": opening(opened("03" + "010100"), 4)},
    M.OPEN_PARAMETERS: {
        "shorter than announced": opening(opened("09" + "0206" + "010440040047"), 0),
        "longer": opening(opened("07" + "0206" + "010440040047"), 0),
        "past the end": opening(opened("08" + "0207" + "010440040047"), 0),
        "extended without a length": opening(opened("02" + "ff00"), 0),
        "extended past the end": opening(opened("ff" + "ff0004" + "02000901"), 0),
    },
    M.OPEN_HOLD_TIME: {"1": opening(opened(hold=1), 6), "2": opening(opened(hold=2), 6)},
    M.OPEN_CAPABILITY: {
        "past the end": opening(opened("08" + "0206" + "010540040047"), 0),
        "family of 3 octets": opening(opened("07" + "0205" + "0103400447"), 0),
        "route refresh of 1 octet": opening(opened("05" + "0203" + "020100"), 0),
        "extended next hop of 5": opening(opened("09" + "0207" + "05050001000100"), 0),
        "extended message of 1": opening(opened("05" + "0203" + "060100"), 0),
        "role of 2": opening(opened("06" + "0204" + "09020102"), 0),
        "graceful restart of 3": opening(opened("07" + "0205" + "4003000000"), 0),
        "four-octet AS of 2": opening(opened("06" + "0204" + "4102fbf4"), 0),
        "enhanced refresh of 1": opening(opened("05" + "0203" + "460100"), 0),
    },
    M.OPEN_NO_FAMILY: {"IPv4 alone": opening(opened(), 7, ours=LAST, data=hexed("010440040047"))},
    M.OPEN_ROLE: {
        "another": opening(opened("05" + "0203" + "090104"), 11, ours={"role": Role.RS_CLIENT}),
        "two": opening(opened("08" + "0206" + "090101090104"), 11, ours={"role": Role.RS_CLIENT}),
        "none": opening(opened(), 11, ours={"role": Role.RS_CLIENT, "strict_role": True}),
    },
    M.UNEXPECTED_MESSAGE: {
        "UPDATE first": Case(update(), (5, 1), opening=True, data=b"\2"),
        "ROUTE-REFRESH before KEEPALIVE": Case(
            opened() + frame(MessageType.ROUTE_REFRESH, hexed("00010001")), (5, 2), opening=True, data=b"\5"
        ),
        "OPEN again": refused(opened(), 5, 3, data=b"\1"),
    },
    M.REFRESH_LENGTH: {
        "long": refused(
            header(24, 5) + hexed("0001010100"),
            7,
            1,
            theirs={"enhanced_refresh": True},
            data=header(24, 5) + hexed("0001010100"),
        ),
        "short": refused(header(22, 5) + hexed("000102"), 7, 1, theirs={"enhanced_refresh": True}),
    },
    M.REFRESH_SUBTYPE: {
        "3": Case(header(23, 5) + hexed("00010301"), theirs={"enhanced_refresh": True}),
    },
    M.REFRESH_FAMILY: {"VPNv4": Case(header(23, 5) + hexed("00010080"))},
    M.UPDATE_LENGTHS: {
        "withdrawn": refused(frame(MessageType.UPDATE, hexed("00ff0000")), 3, 1),
        "attributes": refused(frame(MessageType.UPDATE, hexed("000000ff")), 3, 1),
    },
    M.ATTRIBUTE_UNDERRUN: {
        "two octets": extra("8004"),
        "three of an extended one": extra("900400"),
    },
    M.ATTRIBUTE_OVERRUN: {"MED of 9": extra("80040900000001")},
    M.MP_OVERRUN: {
        "MP_REACH": refused(update(MANDATORY + hexed("800e4400020110")), 3, 5, data=hexed("800e4400020110"))
    },
    M.MP_REPEATED: {
        "MP_REACH": refused(update(MP_IPV6 * 2 + ORIGIN + AS_PATH), 3, 1),
        "MP_UNREACH": refused(update(hexed("800f03000201") * 2 + MANDATORY), 3, 1),
    },
    M.ATTRIBUTE_REPEATED: {
        "MED": extra("80040400000001" * 2),
        "unknown": extra("c0c800" * 2),
    },
    M.UNKNOWN_WELL_KNOWN: {
        "99": refused(update(MANDATORY + hexed("40630100")), 3, 2, data=hexed("40630100")),
        "99, long": refused(
            update(MANDATORY + attribute(0x40, 99, bytes(300))), 3, 2, data=attribute(0x40, 99, bytes(300))
        ),
    },
    M.ATTRIBUTE_MISSING: {
        "ORIGIN": Case(update(AS_PATH + NEXT_HOP)),
        "AS_PATH": Case(update(ORIGIN + NEXT_HOP)),
        "NEXT_HOP": Case(update(ORIGIN + AS_PATH)),
        "ORIGIN beside MP_REACH": Case(update(MP_IPV6 + AS_PATH, nlri=b"")),
    },
    M.ATTRIBUTE_FLAGS: {
        "ORIGIN optional": Case(update(hexed("c0010100") + AS_PATH + NEXT_HOP)),
        "MED transitive": extra("c0040400000001"),
        "COMMUNITIES not transitive": extra("800804fde80001"),
        "ATOMIC_AGGREGATE optional": extra("c00600"),
    },
    M.HIDDEN_NLRI: {
        "ORIGIN of 9 alone": refused(
            update(hexed("40010109"), nlri=b""), 3, 6, also=(M.ORIGIN_VALUE,), data=hexed("40010109")
        ),
        "beside MP_UNREACH": refused(
            update(hexed("800f06000201102001") + hexed("c00800"), nlri=b""), 3, 5, also=(M.COMMUNITIES,)
        ),
        "MP_UNREACH that is lost, with others": refused(
            update(hexed("800f04000201ff") + ORIGIN, nlri=b""), 3, 9, also=(M.MP_PREFIX,)
        ),
        "MP_REACH without NLRI": refused(
            update(reach(IPV6_UNICAST, bytes(15) + b"\1", b"") + hexed("c00800"), nlri=b""),
            3,
            5,
            also=(M.COMMUNITIES,),
        ),
    },
    M.ORIGIN_LENGTH: {
        "0": Case(update(hexed("400100") + AS_PATH + NEXT_HOP)),
        "2": Case(update(hexed("4001020000") + AS_PATH + NEXT_HOP)),
    },
    M.ORIGIN_VALUE: {"3": Case(update(hexed("40010103") + AS_PATH + NEXT_HOP))},
    M.AS_PATH: {
        "type 9": Case(update(ORIGIN + hexed("40020609010000fbf4") + NEXT_HOP)),
        "past the end": Case(update(ORIGIN + hexed("40020602020000fbf4") + NEXT_HOP)),
        "no AS": Case(update(ORIGIN + hexed("4002020200") + NEXT_HOP)),
        "an octet left": Case(update(ORIGIN + hexed("40020702010000fbf402") + NEXT_HOP)),
    },
    M.AS_PATH_ZERO: {"0": Case(update(ORIGIN + hexed("400206020100000000") + NEXT_HOP))},
    M.AS_PATH_CONFEDERATION: {"sequence": Case(update(ORIGIN + hexed("40020603010000fbf4") + NEXT_HOP))},
    M.AS_PATH_FIRST: {"64500": Case(update(), ours={"enforce_first_as": True})},
    M.NEXT_HOP_LENGTH: {"5": Case(update(ORIGIN + AS_PATH + hexed("400305c633640100")))},
    M.NEXT_HOP_ADDRESS: {
        "0.0.0.0": Case(update(ORIGIN + AS_PATH + hexed("40030400000000"))),
        "224.0.0.1": Case(update(ORIGIN + AS_PATH + hexed("400304e0000001"))),
        "240.0.0.1": Case(update(ORIGIN + AS_PATH + hexed("400304f0000001"))),
    },
    M.MED: {"3": extra("800403000001")},
    M.LOCAL_PREF: {"3": extra("400503000001", theirs=INTERNAL)},
    M.INTERNAL_ATTRIBUTE: {
        "LOCAL_PREF": extra("40050400000064"),
        "LOCAL_PREF of 3": extra("400503000001"),
        "ORIGINATOR_ID": extra("800904c0000201"),
        "CLUSTER_LIST": extra("800a04c0000201"),
    },
    M.ATOMIC_AGGREGATE: {"1": extra("40060100")},
    M.AGGREGATOR_LENGTH: {
        "6": extra("c00706fbf4c0000201"),
        "8 from a peer of two": two_octets(hexed("c00708" + "0000fbf4c0000201")),
    },
    M.AGGREGATOR_ZERO: {"0": extra("c0070800000000c0000201")},
    M.COMMUNITIES: {"0": extra("c00800"), "5": extra("c008050000000000")},
    M.ORIGINATOR_ID: {"3": extra("800903000001", theirs=INTERNAL)},
    M.CLUSTER_LIST: {"0": extra("800a00", theirs=INTERNAL), "6": extra("800a06" + "00" * 6, theirs=INTERNAL)},
    M.EXTENDED_COMMUNITIES: {"0": extra("c01000"), "7": extra("c01007" + "00" * 7)},
    M.AS4_PATH: {
        "empty": two_octets(hexed("c01100")),
        "AS 0": two_octets(hexed("c01106020100000000")),
        "past the end": two_octets(hexed("c01106020200000001")),
    },
    M.AS4_AGGREGATOR: {
        "6 octets": two_octets(hexed("c01206" + "fbf4c0000201")),
        "AS 0": two_octets(hexed("c01208" + "00000000c0000201")),
    },
    M.AS4_NEEDLESS: {
        "AS4_PATH": extra("c0110602010000fbf4"),
        "AS4_AGGREGATOR": extra("c01208" + "0000fbf4c0000201"),
    },
    M.LINK_STATE: {
        "empty": extra("801d00"),
        "TLV past the end": extra("801d0404020009"),
        "no whole TLV": extra("801d020402"),
        "delay of 3 octets": extra("801d07045a0003000001"),
    },
    M.LARGE_COMMUNITIES: {"0": extra("c02000"), "8": extra("c02008" + "00" * 8)},
    M.ONLY_TO_CUSTOMER: {"2": extra("c023020000")},
    M.PREFIX: {
        "33 bits": refused(update(nlri=hexed("21cb00710000")), 3, 10),
        "past the end": refused(update(nlri=hexed("18cb00")), 3, 10),
        "99 bits withdrawn": refused(update(b"", nlri=b"", withdrawn=hexed("63cb0071")), 3, 10),
    },
    M.MP_SHORT: {
        "MP_REACH of 2": refused(update(hexed("800e020002") + MANDATORY), 3, 9, data=hexed("800e020002")),
        "MP_UNREACH of 2": refused(update(hexed("800f020002"), nlri=b""), 3, 9),
        "MP_UNREACH of 0": refused(update(hexed("800f00"), nlri=b""), 3, 9),
    },
    M.MP_REACH_LENGTH: {
        "4 octets": Case(update(hexed("800e0400020110") + MANDATORY), disabled=IPV6_UNICAST),
        "next hop past the end": Case(
            update(hexed("800e0700020130aabbcc") + MANDATORY), disabled=IPV6_UNICAST
        ),
    },
    M.MP_FLAGS: {
        "MP_REACH transitive": Case(
            update(b"\xc0" + MP_IPV6[1:] + ORIGIN + AS_PATH, nlri=b""), disabled=IPV6_UNICAST
        ),
        "MP_UNREACH well-known": Case(update(hexed("000f03000201"), nlri=b""), disabled=IPV6_UNICAST),
    },
    M.MP_NEXT_HOP: {
        "8 octets": announced(IPV6_UNICAST, bytes(8), hexed("3020010db80001"), disabled=IPV6_UNICAST),
        "BGP-LS, 5": announced(BGP_LS, b"abcde", NODE, disabled=BGP_LS),
        "NH-Reach, 4": announced(nh_reach(4), X.packed, hexed("81c6336402"), disabled=nh_reach(4)),
    },
    M.MP_PREFIX: {
        "129 bits": announced(
            IPV6_UNICAST, bytes(15) + b"\1", hexed("8120010db80001"), disabled=IPV6_UNICAST
        ),
        "past the end, withdrawn": Case(update(hexed("800f04000201ff"), nlri=b""), disabled=IPV6_UNICAST),
        "of the last family": Case(
            update(hexed("800f04000201ff"), nlri=b""),
            (3, 9),
            ours={"families": (IPV6_UNICAST,)},
            data=hexed("800f04000201ff"),
        ),
    },
    M.MP_FAMILY: {"VPNv4": Case(update(hexed("800f03000180") + MANDATORY))},
    M.BGP_LS_FRAMING: {
        "past the end": link_state(NODE[:-1], disabled=BGP_LS),
        "no whole header": link_state(NODE + b"\0\1", disabled=BGP_LS),
        "the last family": link_state(NODE[:-1], code=(3, 9), ours=LAST),
    },
    M.BGP_LS_TLV: {
        "past the end": link_state(NODE + broken_node("0100ff")),
        "sub-TLV past the end": link_state(NODE + broken_node("01000008" + "0203000900000000")),
        "513 of 3 octets": link_state(NODE + broken_node("01000007" + "02010003" + "000001")),
    },
    M.BGP_LS_ORDER: {
        "513 before 512": link_state(
            NODE + broken_node("01000010" + "0201000400000001" + "0200000400000001")
        ),
        "of equal type": link_state(
            NODE + broken_node("01000008" + "02030004c6336402" + "0107000201ff" + "0107000201fe")
        ),
    },
    M.BGP_LS_DESCRIPTOR: {
        "no Identifier": link_state(NODE + hexed("00010001" + "05")),
        "none": link_state(NODE + broken_node("")),
        "no remote node": link_state(NODE + broken_node("01000008" + "02030004c6336402", "0002")),
        "515 twice": link_state(NODE + broken_node("01000010" + "02030004c6336401" + "02030004c6336402")),
    },
    M.NH_REACH_LENGTH: {
        "4 octets": announced(nh_reach(4), b"", hexed("81c63364"), disabled=nh_reach(4)),
        "16, IPv6, withdrawn": Case(
            update(attribute(0x80, 15, nh_reach(6).encode() + bytes(16)), nlri=b""), disabled=nh_reach(6)
        ),
    },
}


def cases() -> Iterator[tuple[Malformed, str, Case]]:
    for kind, several in CASES.items():
        for name, case in several.items():
            yield kind, name, case
