# SPDX-License-Identifier: Apache-2.0
"""What one session's Links and Nodes mean (profile L5, "Receiving", and the form of rs-bfd-01)."""

from dataclasses import replace
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.entries import Readers, SeenLink, SeenNode, Unreadable, read_entry, read_fault
from bfd_fastpath.routeserver.identity import Member, Members
from bfd_fastpath.routeserver.reach import SessionReach
from bfd_fastpath.wire.bgpls import LinkNlri, NodeDescriptor, NodeNlri, Tlv, codes
from bfd_fastpath.wire.bgpls.nlri import decode_list
from bfd_fastpath.wire.bgpls.profile_l5 import link, node

LAN = (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64"))
A4, A6 = ip_address("198.51.100.1"), ip_address("2001:db8::1")
X4, X6 = ip_address("198.51.100.2"), ip_address("2001:db8::2")
OUTSIDE = ip_address("203.0.113.9")
UNKNOWN, UP, DOWN = Reachability.UNKNOWN, Reachability.UP, Reachability.DOWN


class Session:
    """Client A's session as the server sees it, fed with NLRIs one UPDATE at a time."""

    def __init__(self, x_identifier="192.0.2.2"):
        self.members = Members(LAN)
        a = Member("a", 64500, {A4, A6}, IPv4Address("192.0.2.1"))
        self.members.add(a)
        self.members.add(Member("x", 64501, {X4, X6}, IPv4Address(x_identifier)))
        self.readers = Readers.of(a, LAN, 0)
        self.reach = SessionReach(a, self.members)

    def update(self, announce=(), withdraw=()):
        for nlri in withdraw:
            entry = read_entry(nlri, self.readers)
            if entry is not None:
                self.reach.withdraw(entry.key)
        for nlri in announce:
            seen = read_fault(nlri) if isinstance(nlri, bytes) else read_entry(nlri, self.readers)
            if seen is not None:
                self.reach.announce(seen)
        return self.reach.judge()

    def end_of_rib(self):
        self.reach.end_of_rib()
        return self.reach.judge()

    def state(self, address):
        return self.reach.state(address)


@pytest.fixture
def session():
    return Session()


@pytest.fixture
def synced():
    session = Session()
    session.end_of_rib()
    return session


@pytest.mark.parametrize(("local", "remote"), [(A4, X4), (A6, X6)])
def test_node_and_link_are_up(synced, local, remote):
    assert synced.update([link(local, remote), node(remote)]) == {remote}
    assert synced.state(remote) is UP


def test_nothing_said_is_unknown(synced):
    assert synced.state(X4) is UNKNOWN


@pytest.mark.parametrize("full", [False, True])
def test_link_withdrawn_while_node_stays_is_down(synced, full):
    synced.update([link(A6, X6, full=full), node(X6, full=full)])
    assert synced.update(withdraw=[link(A6, X6, full=full)]) == {X6}
    assert synced.state(X6) is DOWN


def test_node_without_link_is_down_only_once_end_of_rib_came(session):
    assert session.update([node(X4)]) == set()
    assert session.state(X4) is UNKNOWN
    assert session.end_of_rib() == {X4}
    assert session.state(X4) is DOWN


def test_link_without_node_is_up_and_counted_as_odd(synced):
    synced.update([link(A4, X4)])
    assert synced.state(X4) is UP
    assert synced.reach.counters.links_without_node == 1


def test_up_to_unknown_withdraws_both(synced):
    synced.update([link(A4, X4), node(X4)])
    synced.update(withdraw=[node(X4), link(A4, X4)])
    assert synced.state(X4) is UNKNOWN


def test_down_to_unknown_withdraws_the_node(synced):
    synced.update([node(X4)])
    assert synced.update(withdraw=[node(X4)]) == {X4}
    assert synced.state(X4) is UNKNOWN


def test_families_are_apart(synced):
    synced.update([link(A4, X4), node(X4), node(X6)])
    assert synced.state(X4) is UP
    assert synced.state(X6) is DOWN


def test_only_the_state_after_the_whole_update_counts(synced):
    synced.update([link(A4, X4), node(X4)])
    # Withdrawn and announced again in one UPDATE: nobody may see Down in between.
    assert synced.update([link(A4, X4)], withdraw=[link(A4, X4)]) == set()


def test_link_from_an_address_that_is_not_the_clients_gives_unknown_never_down(synced):
    synced.update([link(ip_address("198.51.100.77"), X4), node(X4)])
    assert synced.state(X4) is UNKNOWN
    assert synced.reach.counters.links_discarded == 1


def test_discarded_link_beside_a_good_one_leaves_it_up_and_stops_down_afterwards(synced):
    stray = link(ip_address("198.51.100.77"), X4)
    synced.update([link(A4, X4), node(X4), stray])
    assert synced.state(X4) is UP
    synced.update(withdraw=[link(A4, X4)])
    assert synced.state(X4) is UNKNOWN
    synced.update(withdraw=[stray])
    assert synced.state(X4) is DOWN


def test_link_to_an_address_outside_the_lan_is_discarded(synced):
    synced.update([link(A4, OUTSIDE), node(OUTSIDE)])
    assert synced.state(OUTSIDE) is UNKNOWN
    assert synced.reach.counters.links_discarded == 1
    assert synced.reach.counters.nodes_ignored == 1


def test_malformed_link_whose_next_hop_can_be_made_out_gives_unknown(synced):
    raw = bytearray(link(A4, X4).encode())
    raw[13:15] = (999).to_bytes(2, "big")  # a first TLV that is no node descriptor
    synced.update([bytes(raw), node(X4)])
    assert synced.state(X4) is UNKNOWN


def test_unreadable_link_stops_every_down_of_its_session_until_it_goes(synced):
    raw = b"\x00\x02\x00\x03abc"
    synced.update([node(X4), raw])
    assert synced.state(X4) is UNKNOWN
    assert isinstance(read_fault(raw), Unreadable)
    synced.reach.withdraw(raw)
    synced.reach.judge()
    assert synced.state(X4) is DOWN


def test_own_node_is_a_name_card(synced):
    assert synced.update([node(A4), node(A6)]) == set()
    assert synced.state(A4) is UNKNOWN


@pytest.mark.parametrize("nlri", [node(X4, identifier=7), NodeNlri(node(X4).local, protocol_id=4)])
def test_other_identifier_or_protocol_is_not_read(synced, nlri):
    assert read_entry(nlri, synced.readers) is None


# rs-bfd-01: nodes are BGP identifiers, links carry the addresses


def by_identifier(local, remote, far, asn=None):
    plain = link(local, remote)
    near = NodeDescriptor.make(igp_router_id=bytes((192, 0, 2, 1)), asn=asn)
    return LinkNlri(near, NodeDescriptor.make(igp_router_id=far.packed, asn=asn), plain.descriptors)


def identifier_node(identifier, asn=None):
    return NodeNlri(NodeDescriptor.make(igp_router_id=identifier.packed, asn=asn))


@pytest.mark.parametrize("asn", [None, 64501])
def test_identifier_stands_for_each_address_that_had_a_link_in_this_session(synced, asn):
    x = IPv4Address("192.0.2.2")
    synced.update([by_identifier(A4, X4, x, asn), identifier_node(x, asn)])
    assert synced.state(X4) is UP
    synced.update(withdraw=[by_identifier(A4, X4, x, asn)])
    assert synced.state(X4) is DOWN
    assert synced.state(X6) is UNKNOWN


def to_the_letter(nlri, flag):
    """With the draft's sub-TLV 516 of one octet in each node."""

    def flagged(descriptor):
        return NodeDescriptor((*descriptor.tlvs, Tlv(codes.BGP_ROUTER_ID, bytes((flag,)))))

    if isinstance(nlri, NodeNlri):
        return replace(nlri, local=flagged(nlri.local))
    return replace(nlri, local=flagged(nlri.local), remote=flagged(nlri.remote))


@pytest.mark.parametrize("flag", [0, 1])
def test_the_drafts_flag_of_one_octet_is_read_over(synced, flag):
    x = IPv4Address("192.0.2.2")
    sent = [to_the_letter(by_identifier(A4, X4, x), flag), to_the_letter(identifier_node(x), flag)]
    told, faults = decode_list(b"".join(one.encode() for one in sent))
    assert (told, faults) == (sent, [])
    synced.update(told)
    assert synced.state(X4) is UP
    synced.update(withdraw=told[:1])
    assert synced.state(X4) is DOWN
    synced.update(withdraw=told[1:])
    assert synced.state(X4) is UNKNOWN


def test_identifier_without_any_link_yet_is_unknown(synced):
    synced.update([identifier_node(IPv4Address("192.0.2.2"))])
    assert synced.state(X4) is UNKNOWN


def test_identifier_of_nobody_is_ignored(synced):
    synced.update([identifier_node(IPv4Address("192.0.2.99"))])
    assert synced.reach.counters.nodes_ignored == 1


def test_identifier_that_is_also_a_lan_address_is_read_as_the_links_use_it():
    x = IPv4Address(str(X4))
    session = Session(x_identifier=str(x))
    session.end_of_rib()
    session.update([by_identifier(A6, X6, x), identifier_node(x)])
    assert session.state(X6) is UP
    # Its IPv4 address never had a Link: in this form that is Unknown, not Down.
    assert session.state(X4) is UNKNOWN
    session.update(withdraw=[by_identifier(A6, X6, x)])
    assert session.state(X6) is DOWN


def test_seen_entries_compare_by_their_octets(synced):
    assert isinstance(read_entry(link(A4, X4), synced.readers), SeenLink)
    assert read_entry(node(X4), synced.readers) == SeenNode(node(X4).encode(), X4.packed)


def test_link_announced_again_in_order_counts_again(synced):
    good = read_entry(link(A4, X4), synced.readers)
    synced.reach.announce(SeenLink(good.key, X4, X4.packed, counts=False))
    synced.update([node(X4)])
    assert synced.state(X4) is UNKNOWN
    synced.update([link(A4, X4)])
    assert synced.state(X4) is UP
    synced.update(withdraw=[link(A4, X4)])
    assert synced.state(X4) is DOWN


@pytest.mark.parametrize("foreign", [{"identifier": 7}, {"protocol_id": 4}])
def test_link_of_another_identifier_or_protocol_stops_the_node_from_meaning_down(synced, foreign):
    stray = replace(link(A4, X4), **foreign)
    synced.update([stray, node(X4)])
    assert synced.state(X4) is UNKNOWN
    synced.update(withdraw=[stray])
    assert synced.state(X4) is DOWN


def test_discarded_link_whose_address_is_no_lans_speaks_for_the_node_that_it_names(synced):
    garbled = replace(link(A4, OUTSIDE), remote=link(A4, X4).remote)
    synced.update([garbled, node(X4)])
    assert synced.state(X4) is UNKNOWN
