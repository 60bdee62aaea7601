# SPDX-License-Identifier: Apache-2.0
"""What the route server writes and reads: attributes unmodified, messages that fit, Nodes with their flag."""

from dataclasses import replace
from ipaddress import IPv4Address, ip_address, ip_network

from bfd_fastpath.prefixes import Run
from bfd_fastpath.routeserver.entries import Readers, SeenLink, SeenNode, Unreadable
from bfd_fastpath.routeserver.identity import Member
from bfd_fastpath.routeserver.inbound import read_update
from bfd_fastpath.routeserver.messages import Envelope, updates
from bfd_fastpath.routeserver.records import MemberFlag, Tell
from bfd_fastpath.routeserver.settings import ServerSettings
from bfd_fastpath.routeserver.table import Path
from bfd_fastpath.wire.bgp.as_path import AsPath
from bfd_fastpath.wire.bgp.attributes import Attributes, AttributeType, RawAttribute
from bfd_fastpath.wire.bgp.errors import Fault
from bfd_fastpath.wire.bgp.family import BGP_LS, IPV4_UNICAST, IPV6_UNICAST, nh_reach
from bfd_fastpath.wire.bgp.mp import MpReach, MpUnreach
from bfd_fastpath.wire.bgp.origin import Origin
from bfd_fastpath.wire.bgp.update import Update, end_of_rib
from bfd_fastpath.wire.bgpls import Flag
from bfd_fastpath.wire.bgpls.profile_l5 import link, node
from bfd_fastpath.wire.malformed import Malformed
from bfd_fastpath.wire.nhreach import NhReachNlri, NhState

LAN = (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64"))
A, X, X6 = ip_address("198.51.100.1"), ip_address("198.51.100.2"), ip_address("2001:db8::2")
LOCAL = ip_address("127.0.0.1")
SETTINGS = ServerSettings(64510, IPv4Address("192.0.2.254"), LAN)
ENVELOPE = Envelope(LOCAL, 4096, True)
READERS = Readers.of(Member("a", 64500, {A}), LAN, 0)
RICH = Attributes(
    origin=Origin.EGP,
    as_path=AsPath.sequence(64501, 64999),
    next_hop=X,
    med=77,
    atomic_aggregate=True,
    communities=(0x10001,),
    unknown=(RawAttribute(0xC0, 200, b"kept"),),
)


def path_of(offer, session=2):
    return Path(
        session,
        "x",
        offer.next_hops,
        offer.attributes,
        offer.as_path_length,
        offer.origin,
        offer.neighbour_as,
        offer.med,
        IPv4Address(session),
        LOCAL,
        extended=offer.prefixes.version == 4 and offer.next_hops[0].version == 6,
    )


def told(*prefixes, path=None, withdrawn=()):
    tell = Tell()
    tell.difference.update([(None, run) for run in Run.of(withdrawn)])
    tell.difference.update([(path, run) for run in Run.of(prefixes)])
    return tell


def test_route_is_passed_on_unmodified():
    prefix = ip_network("203.0.113.0/24")
    (offer,) = read_update(Update(attributes=RICH, announced=(prefix,)), (), READERS, SETTINGS.asn).offers
    assert (offer.as_path_length, offer.neighbour_as, offer.med, offer.origin) == (2, 64501, 77, Origin.EGP)
    (sent,) = updates(told(prefix, path=path_of(offer)), SETTINGS, ENVELOPE)
    assert sent.announced == (prefix,)
    assert sent.attributes.next_hop == X
    assert sent.attributes.as_path == RICH.as_path
    assert (sent.attributes.med, sent.attributes.communities) == (77, (0x10001,))
    assert sent.attributes.atomic_aggregate


def test_unread_transitive_attribute_is_passed_on_with_the_partial_bit():
    prefix = ip_network("203.0.113.0/24")
    (offer,) = read_update(Update(attributes=RICH, announced=(prefix,)), (), READERS, SETTINGS.asn).offers
    assert offer.attributes.unknown == (RawAttribute(0xE0, 200, b"kept"),)


def test_only_to_customer_is_recognised_and_passed_on_as_it_came():
    """RFC 9234 5: the mark of a leak must reach the client whole."""
    mark = RawAttribute(0xC0, AttributeType.ONLY_TO_CUSTOMER, (64501).to_bytes(4, "big"))
    update = Update(attributes=replace(RICH, unknown=(mark,)), announced=(ip_network("203.0.113.0/24"),))
    (offer,) = read_update(update, (), READERS, SETTINGS.asn).offers
    assert offer.attributes.unknown == (mark,)


def test_ipv6_route_keeps_both_next_hops():
    prefix, hops = ip_network("2001:db8:1::/48"), (X6, ip_address("fe80::2"))
    update = Update(attributes=RICH, mp_reach=MpReach(IPV6_UNICAST, hops, (prefix,)))
    (offer,) = read_update(update, (), READERS, SETTINGS.asn).offers
    (sent,) = updates(told(prefix, path=path_of(offer)), SETTINGS, ENVELOPE)
    assert sent.mp_reach == MpReach(IPV6_UNICAST, hops, (prefix,))
    assert sent.attributes.next_hop is None


def test_many_routes_are_cut_into_messages_that_fit_and_none_is_lost():
    prefixes = list(ip_network("10.0.0.0/8").subnets(new_prefix=20))
    sixes = list(ip_network("2001:db8:4000::/36").subnets(new_prefix=47))
    (offer,) = read_update(
        Update(attributes=RICH, announced=(prefixes[0],)), (), READERS, SETTINGS.asn
    ).offers
    six = Update(attributes=RICH, mp_reach=MpReach(IPV6_UNICAST, (X6,), (sixes[0],)))
    (offer6,) = read_update(six, (), READERS, SETTINGS.asn).offers
    gone = list(ip_network("172.16.0.0/12").subnets(new_prefix=23))
    tell = told(*prefixes, path=path_of(offer), withdrawn=gone)
    tell.difference.update([(path_of(offer6), run) for run in Run.of(sixes)])
    sent = list(updates(tell, SETTINGS, ENVELOPE))
    assert max(len(u.encode()) for u in sent) <= 4096
    assert [p for u in sent for p in u.announced] == prefixes
    assert [p for u in sent for p in u.withdrawn] == gone
    assert [p for u in sent if u.mp_reach for p in u.mp_reach.nlris] == sixes
    assert len(sent) < 20


def test_route_whose_attributes_fill_the_message_is_withdrawn_instead():
    prefix = ip_network("203.0.113.0/24")
    huge = Attributes(origin=Origin.IGP, as_path=AsPath.sequence(*range(1, 1100)), next_hop=X)
    (offer,) = read_update(Update(attributes=huge, announced=(prefix,)), (), READERS, SETTINGS.asn).offers
    (sent,) = updates(told(prefix, path=path_of(offer)), SETTINGS, ENVELOPE)
    assert sent == Update(withdrawn=(prefix,))
    (whole,) = updates(told(prefix, path=path_of(offer)), SETTINGS, Envelope(LOCAL, 65535, True))
    assert whole.announced == (prefix,)


def test_each_member_is_one_update_with_its_flag_and_withdrawals_share_one():
    tell = Tell(members={X: MemberFlag(Flag.TAKES_PART, 64501, IPv4Address("192.0.2.2")), X6: None, A: None})
    gone, told_x = updates(tell, SETTINGS, ENVELOPE)
    assert gone.mp_unreach == MpUnreach(BGP_LS, (node(X6), node(A)))
    assert told_x.mp_reach == MpReach(BGP_LS, (LOCAL,), (node(X),))
    flag = told_x.attributes.link_state.participation()
    assert (flag.flag, flag.asn, flag.bgp_id) == (Flag.TAKES_PART, 64501, IPv4Address("192.0.2.2"))
    assert told_x.attributes.as_path == AsPath.sequence(64510)


def test_asks_are_packed_by_family_without_a_next_hop():
    many = [ip_address("198.51.100.0") + number for number in range(1, 1001)]
    tell = Tell(asks={**dict.fromkeys(many, True), X6: True, A - 1: False}, end_of_asks=[6])
    sent = list(updates(tell, SETTINGS, ENVELOPE))
    assert sent[0].mp_unreach == MpUnreach(nh_reach(4), (NhReachNlri(A - 1),))
    asked = [u.mp_reach for u in sent if u.mp_reach is not None]
    assert {u.attributes.as_path for u in sent if u.mp_reach} == {AsPath.sequence(SETTINGS.asn)}
    assert all(part.next_hops == () for part in asked)
    assert [n.address for part in asked for n in part.nlris] == [*many, X6]
    assert not any(n.tell for part in asked for n in part.nlris)
    assert max(len(u.encode()) for u in sent) <= 4096
    assert sent[-1] == end_of_rib(nh_reach(6))
    assert list(updates(tell, replace(SETTINGS, nh_reach_safi=None), ENVELOPE)) == []


def test_an_ipv4_route_with_an_ipv6_next_hop_stays_in_mp_reach():
    prefix = ip_network("203.0.113.0/24")
    update = Update(attributes=replace(RICH, next_hop=None), mp_reach=MpReach(IPV4_UNICAST, (X6,), (prefix,)))
    (offer,) = read_update(update, (), READERS, SETTINGS.asn).offers
    (sent,) = updates(told(prefix, path=path_of(offer)), SETTINGS, ENVELOPE)
    assert (sent.mp_reach, sent.announced) == (MpReach(IPV4_UNICAST, (X6,), (prefix,)), ())
    assert sent.attributes.next_hop is None


def test_ipv4_routes_of_both_fields_of_one_update_have_their_own_next_hops():
    prefix = ip_network("203.0.113.0/24")
    update = Update(attributes=RICH, announced=(prefix,), mp_reach=MpReach(IPV4_UNICAST, (X6,), (prefix,)))
    first, second = read_update(update, (), READERS, SETTINGS.asn).offers
    assert (first.next_hops, second.next_hops) == ((X,), (X6,))
    assert (first.attributes.next_hop, second.attributes.next_hop) == (X, None)


def test_tells_are_read_and_steering_communities_are_obeyed_and_removed():
    prefix = ip_network("203.0.113.0/24")
    up = NhReachNlri(X, True, NhState.UP)
    update = Update(
        attributes=replace(RICH, communities=(64501, 0xFFFF0000, 0xFFFFFF01)),
        announced=(prefix,),
        mp_reach=MpReach(nh_reach(4), (), (up,)),
        mp_unreach=MpUnreach(nh_reach(6), (NhReachNlri(X6, True),)),
    )
    inbound = read_update(update, (), READERS, SETTINGS.asn)
    assert (inbound.told, inbound.untold) == ((up,), (NhReachNlri(X6, True),))
    (offer,) = inbound.offers
    assert offer.graceful_shutdown
    assert offer.audience is not None
    assert not offer.audience.admits(64501)
    assert offer.attributes.communities == (0xFFFF0000, 0xFFFFFF01)


def test_end_of_rib_markers_come_last():
    tell = Tell(end_of_routes=[4, 6], end_of_members=True)
    assert list(updates(tell, SETTINGS, ENVELOPE)) == [
        end_of_rib(IPV4_UNICAST),
        end_of_rib(IPV6_UNICAST),
        end_of_rib(BGP_LS),
    ]


def test_entries_are_read_as_a_whole():
    update = Update(
        attributes=RICH,
        mp_reach=MpReach(BGP_LS, (LOCAL,), (link(A, X), node(X), node(X, identifier=9))),
        mp_unreach=MpUnreach(BGP_LS, (node(ip_address("198.51.100.3")),)),
    )
    inbound = read_update(update, (), READERS, SETTINGS.asn)
    assert inbound.entries == (
        SeenLink(link(A, X).encode(), X, X.packed),
        SeenNode(node(X).encode(), X.packed),
    )
    assert inbound.withdrawn_entries == (node(ip_address("198.51.100.3")).encode(),)
    assert inbound.foreign == 1


def test_link_that_rfc_7606_made_a_withdrawal_is_kept_as_one_that_does_not_count():
    taken = Update(mp_unreach=MpUnreach(BGP_LS, (link(A, X),)))
    inbound = read_update(
        taken, (Fault(Malformed.ATTRIBUTE_MISSING, "ORIGIN is missing"),), READERS, SETTINGS.asn
    )
    assert inbound.withdrawn_entries == (link(A, X).encode(),)
    assert inbound.entries == (SeenLink(link(A, X).encode(), X, X.packed, counts=False),)


def test_malformed_entry_is_told_apart_by_the_attribute_it_stood_in():
    raw = b"\x00\x02\x00\x01?"
    reached = Fault(Malformed.BGP_LS_TLV, "", AttributeType.MP_REACH, BGP_LS, raw)
    unreached = Fault(Malformed.BGP_LS_TLV, "", AttributeType.MP_UNREACH, BGP_LS, raw)
    assert read_update(Update(), (reached,), READERS, SETTINGS.asn).entries == (Unreadable(raw),)
    assert read_update(Update(), (unreached,), READERS, SETTINGS.asn).withdrawn_entries == (raw,)


def test_link_withdrawn_beside_an_nlri_that_could_not_be_read_does_not_count():
    """That NLRI may have been its Node: a client that takes back both must not end up Down."""
    taken = Update(mp_unreach=MpUnreach(BGP_LS, (link(A, X),)))
    garbled = Fault(Malformed.BGP_LS_TLV, "", AttributeType.MP_UNREACH, BGP_LS, b"\x00\x01\x00\x01?")
    inbound = read_update(taken, (garbled,), READERS, SETTINGS.asn)
    assert inbound.entries == (SeenLink(link(A, X).encode(), X, X.packed, counts=False),)
