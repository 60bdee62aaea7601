# SPDX-License-Identifier: Apache-2.0
"""UPDATE bodies for several decoders, the same at each run: valid ones, and valid ones with a few octets changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_network
from random import Random

from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    Aggregator,
    AsPath,
    Attributes,
    LargeCommunity,
    MpReach,
    MpUnreach,
    Origin,
    Segment,
    SegmentType,
    Update,
)
from bfd_fastpath.wire.bgpls import (
    Flag,
    LinkNlri,
    LinkPerformance,
    LinkState,
    NodeDescriptor,
    NodeNlri,
    Participation,
)
from bfd_fastpath.wire.bgpls import profile_l5 as l5
from bfd_fastpath.wire.bgpls import profile_l7 as l7
from bfd_fastpath.wire.bgpls.codes import BGP_ROUTER_ID
from bfd_fastpath.wire.bgpls.nlri import ProtocolId
from bfd_fastpath.wire.bgpls.profile_l5 import Address
from bfd_fastpath.wire.bgpls.tlv import Tlv

FAMILIES = (IPV4_UNICAST, IPV6_UNICAST, BGP_LS)
PEER_AS = 64501
"""Each path begins with it: GoBGP takes no other."""
_HOP4, _HOP6 = IPv4Address("198.51.100.1"), IPv6Address("2001:db8::1")
_NEAR = l7.RouterName(PEER_AS, IPv4Address("192.0.2.1"))


def _attributes(random: Random) -> Attributes:
    def some(number: int) -> range:
        return range(random.randrange(number))

    segments = [Segment(SegmentType.SEQUENCE, (PEER_AS, *(random.randrange(1, 2**32) for _ in some(4))))]
    if random.random() < 0.2:
        segments.append(Segment(SegmentType.SET, (64999, 70000)))
    return Attributes(
        Origin(random.randrange(3)),
        AsPath(tuple(segments)),
        _HOP4,
        med=random.choice([None, 0, random.randrange(2**32)]),
        atomic_aggregate=random.random() < 0.2,
        aggregator=Aggregator(random.randrange(1, 2**32), _HOP4) if random.random() < 0.3 else None,
        communities=tuple(random.randrange(1 << 16, 0xFFFF0000) for _ in some(4)),
        large_communities=tuple(LargeCommunity(random.randrange(2**32), n, 7) for n in some(3)),
    )


def _prefixes(random: Random, version: int, most: int) -> tuple:
    found = {}
    for _ in range(random.randrange(1, most)):
        if version == 4:
            one = ip_network((random.randrange(1 << 24, 0xDF << 24), random.randrange(8, 33)), strict=False)
        else:
            one = ip_network(
                (0x2001 << 112 | random.getrandbits(112), random.randrange(16, 129)), strict=False
            )
        found[one] = None
    return tuple(found)


def _update(random: Random) -> Update:
    attributes = _attributes(random)
    kind = random.randrange(6)
    if kind == 0:
        return Update(withdrawn=_prefixes(random, 4, 6))
    if kind == 1:
        return Update(attributes=attributes, announced=_prefixes(random, 4, 8))
    if kind == 2:
        return Update(
            attributes=attributes, mp_reach=MpReach(IPV6_UNICAST, (_HOP6,), _prefixes(random, 6, 5))
        )
    if kind == 3:
        return Update(mp_unreach=MpUnreach(IPV6_UNICAST, _prefixes(random, 6, 5)))
    if kind == 4:
        return Update(mp_unreach=MpUnreach(BGP_LS, _reachability(random)))
    return Update(
        attributes=replace(attributes, link_state=_link_state(random)),
        mp_reach=MpReach(BGP_LS, (_HOP4,), _reachability(random)),
    )


def _reachability(random: Random) -> tuple[LinkNlri, NodeNlri]:
    """In profile L5, the form of rs-bfd-01, or profile L7, of IPv4 or IPv6."""
    near, far = random.choice([(_HOP4, IPv4Address("198.51.100.2")), (_HOP6, IPv6Address("2001:db8::2"))])
    far += random.randrange(200)
    form = random.randrange(3)
    if form == 0:
        return l5.link(near, far), l5.node(far)
    if form == 1:
        return _first_form(random, near, far)
    router = l7.RouterName(random.randrange(1, 2**32), IPv4Address(random.randrange(1, 2**32)))
    return l7.link(_NEAR, router, near, far), l7.node(router, far.version)


def _first_form(random: Random, near: Address, far: Address) -> tuple[LinkNlri, NodeNlri]:
    """Routers by AS and identifier, and in 516 one octet that says whether a node takes part. The addresses are others
    than those of the profiles, and say who the routers are: a Link is told by its addresses alone."""
    near, far = near + 1000, far + 1000
    ends = [NodeDescriptor.make(asn=int(one) & 0xFFFF, igp_router_id=one.packed[-4:]) for one in (near, far)]
    node = NodeDescriptor((*ends[1].tlvs, Tlv(BGP_ROUTER_ID, bytes((random.randrange(2),)))))
    link = LinkNlri(ends[0], ends[1], l5.link_descriptors(near, far), ProtocolId.STATIC, 0)
    return link, NodeNlri(node, ProtocolId.STATIC, 0)


def _link_state(random: Random) -> LinkState | None:
    """What a route server says of a node, what a client says of a link, or nothing."""
    kind = random.randrange(3)
    if kind == 0:
        flag, asn = Flag(random.randrange(3)), random.randrange(2**32)
        said = Participation(flag, asn, IPv4Address(random.randrange(2**32)))
        return LinkState.make(node_name=random.choice([None, "r1.example"]), participation=said)
    if kind == 1:
        delay = random.randrange(2**24)
        return LinkState.of_link(LinkPerformance(delay, (delay // 2, delay), loss=random.randrange(2**24)))
    return None


def valid(seed: int, count: int) -> Iterator[bytes]:
    """Bodies without a fault."""
    random = Random(seed)
    for _ in range(count):
        yield _update(random).encode_body()


def mutated(seed: int, count: int) -> Iterator[bytes]:
    """Bodies of which one to three octets were set, removed or inserted."""
    random = Random(seed)
    for body in valid(seed + 1, count):
        octets = bytearray(body)
        for _ in range(random.randrange(1, 4)):
            at = random.randrange(len(octets))
            change = random.randrange(4)
            if change < 2:
                octets[at] = random.randrange(256)
            elif change == 2 and len(octets) > 8:
                del octets[at]
            else:
                octets.insert(at, random.randrange(256))
        yield bytes(octets)
