# SPDX-License-Identifier: Apache-2.0
"""RFC 7606 as a table: what each malformed attribute, list or NLRI field costs, and that the strongest outcome wins."""

from ipaddress import IPv4Address, ip_network

import pytest

from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    BgpError,
    Family,
    Fault,
    MpReach,
    Outcome,
)
from bfd_fastpath.wire.bgp.attribute_decoder import AttributeContext
from bfd_fastpath.wire.bgp.errors import strongest
from bfd_fastpath.wire.bgp.update_decoder import UpdateDecoder
from bfd_fastpath.wire.bgpls.profile_l5 import link, node
from bfd_fastpath.wire.malformed import Malformed
from tests.wire.bgp.messages import AS_PATH, MANDATORY, MP_IPV6, NEXT_HOP, ORIGIN, PREFIX, attribute, body

ROUTE = ip_network("203.0.113.0/24")
FAMILIES = frozenset({IPV4_UNICAST, IPV6_UNICAST, BGP_LS})
X4 = IPv4Address("198.51.100.2")


def decoder(**context) -> UpdateDecoder:
    return UpdateDecoder(FAMILIES, AttributeContext(**context))


def hexed(text: str) -> bytes:
    return bytes.fromhex(text)


WITHDRAWN = {
    "ORIGIN of length 0 (7.1)": hexed("400100") + AS_PATH + NEXT_HOP,
    "ORIGIN of value 3 (7.1)": hexed("40010103") + AS_PATH + NEXT_HOP,
    "ORIGIN missing (3d)": AS_PATH + NEXT_HOP,
    "AS_PATH missing (3d)": ORIGIN + NEXT_HOP,
    "NEXT_HOP missing (3d)": ORIGIN + AS_PATH,
    "AS_PATH segment of type 9 (7.2)": ORIGIN + hexed("40020609010000fbf4") + NEXT_HOP,
    "AS_PATH segment past the end (7.2)": ORIGIN + hexed("40020602020000fbf4") + NEXT_HOP,
    "AS_PATH segment of no AS (7.2)": ORIGIN + hexed("4002020200") + NEXT_HOP,
    "AS_PATH with an octet over (7.2)": ORIGIN + hexed("40020702010000fbf402") + NEXT_HOP,
    "AS_PATH with AS 0 (RFC 7607)": ORIGIN + hexed("400206020100000000") + NEXT_HOP,
    "AS_PATH with confederation segment (RFC 5065)": ORIGIN + hexed("40020603010000fbf4") + NEXT_HOP,
    "NEXT_HOP of length 5 (7.3)": ORIGIN + AS_PATH + hexed("400305c633640100"),
    "NEXT_HOP 0.0.0.0 (4271 6.3)": ORIGIN + AS_PATH + hexed("40030400000000"),
    "NEXT_HOP multicast (4271 6.3)": ORIGIN + AS_PATH + hexed("400304e0000001"),
    "MED of length 3 (7.4)": MANDATORY + hexed("800403000001"),
    "COMMUNITIES of length 0 (7.8)": MANDATORY + hexed("c00800"),
    "COMMUNITIES of length 5 (7.8)": MANDATORY + hexed("c008050000000000"),
    "EXTENDED COMMUNITIES of length 7 (7.14)": MANDATORY + hexed("c0100700000000000000"),
    "LARGE_COMMUNITY of length 8 (RFC 8092)": MANDATORY + hexed("c020080000000000000000"),
    "ONLY_TO_CUSTOMER of length 2 (RFC 9234)": MANDATORY + hexed("c023020000"),
    "ORIGIN flagged optional (3c)": hexed("c0010100") + AS_PATH + NEXT_HOP,
    "MED flagged transitive (3c)": MANDATORY + hexed("c0040400000001"),
    "attribute past the end (4)": MANDATORY + hexed("80040900000001"),
    "attribute without a length (4)": MANDATORY + hexed("8004"),
    "extended length cut short (4)": MANDATORY + hexed("900400"),
}


@pytest.mark.parametrize("attributes", WITHDRAWN.values(), ids=WITHDRAWN)
def test_treated_as_withdrawn(attributes):
    decoded = decoder().decode(body(attributes))
    (update,) = decoded.updates
    assert {fault.outcome for fault in decoded.faults} == {Outcome.TREAT_AS_WITHDRAW}
    assert (update.withdrawn, update.announced) == ((ROUTE,), ())


INTERNAL_WITHDRAWN = {
    "LOCAL_PREF of length 3 (7.5)": hexed("400503000001"),
    "ORIGINATOR_ID of length 3 (7.9)": hexed("800903000001"),
    "CLUSTER_LIST of length 0 (7.10)": hexed("800a00"),
    "CLUSTER_LIST of length 6 (7.10)": hexed("800a06000000000000"),
}


@pytest.mark.parametrize("octets", INTERNAL_WITHDRAWN.values(), ids=INTERNAL_WITHDRAWN)
def test_treated_as_withdrawn_from_an_internal_peer(octets):
    decoded = decoder(external=False).decode(body(MANDATORY + octets))
    assert decoded.updates[0].withdrawn == (ROUTE,)


@pytest.mark.parametrize("octets", INTERNAL_WITHDRAWN.values(), ids=INTERNAL_WITHDRAWN)
def test_the_same_is_discarded_from_an_external_peer(octets):
    decoded = decoder().decode(body(MANDATORY + octets))
    assert decoded.updates[0].announced == (ROUTE,)
    assert [fault.outcome for fault in decoded.faults] == [Outcome.ATTRIBUTE_DISCARD]


DISCARDED = {
    "ATOMIC_AGGREGATE of length 1 (7.6)": ("atomic_aggregate", False, hexed("40060100")),
    "AGGREGATOR of length 6 (7.7)": ("aggregator", None, hexed("c00706fbf4c0000201")),
    "AGGREGATOR of AS 0 (RFC 7607)": ("aggregator", None, hexed("c0070800000000c0000201")),
    "attribute 29 of no octets (4)": ("link_state", None, hexed("801d00")),
    "LOCAL_PREF from outside (7.5)": ("local_pref", None, hexed("40050400000064")),
    "ORIGINATOR_ID from outside (7.9)": ("originator_id", None, hexed("800904c0000201")),
    "CLUSTER_LIST from outside (7.10)": ("cluster_list", (), hexed("800a04c0000201")),
    "AS4_PATH from a four-octet speaker (RFC 6793)": ("unknown", (), hexed("c0110602010000fbf4")),
    "attribute 29 of bad length (RFC 9552)": ("link_state", None, hexed("801d0404020009")),
    "MED twice (3g)": ("med", 1, hexed("8004040000000180040400000002")),
}


@pytest.mark.parametrize(("field", "value", "octets"), DISCARDED.values(), ids=DISCARDED)
def test_attribute_is_discarded_and_the_route_stays(field, value, octets):
    decoded = decoder().decode(body(MANDATORY + octets))
    (update,) = decoded.updates
    assert update.announced == (ROUTE,)
    assert [fault.outcome for fault in decoded.faults] == [Outcome.ATTRIBUTE_DISCARD]
    assert getattr(update.attributes, field) == value


RESETS = {
    "withdrawn routes past the end (3a)": (hexed("00ff0000"), 1),
    "attributes past the end (3a)": (hexed("000000ff"), 1),
    "MP_REACH twice (3g)": (body(MP_IPV6 + MP_IPV6 + ORIGIN + AS_PATH, b""), 1),
    "MP_UNREACH twice (3g)": (body(hexed("800f03000201") * 2, b""), 1),
    "unknown well-known attribute (4271 6.3)": (body(MANDATORY + hexed("40630100")), 2),
    "NLRI of 33 bits (3j)": (body(nlri=hexed("21cb00710000")), 10),
    "NLRI past the end (3j)": (body(nlri=hexed("18cb00")), 10),
    "withdrawn route of 99 bits (3j)": (body(b"", b"", hexed("63cb0071")), 10),
    "MP_REACH of 2 octets (5.3)": (body(hexed("800e020002") + ORIGIN + AS_PATH, b""), 9),
    "MP_UNREACH of 2 octets (5.3)": (body(hexed("800f020002"), b""), 9),
    "MP_REACH past the end (3j)": (body(hexed("800e4400020110")), 5),
    "error without reachable NLRI (5.2)": (body(hexed("40010109"), b""), 6),
    "error beside MP_UNREACH only (5.2)": (body(hexed("800f06000201102001") + hexed("c00800"), b""), 5),
    "error and lost family without reachable NLRI (3h)": (
        body(hexed("800f04000201ff") + hexed("c00800"), b""),
        9,
    ),
}


@pytest.mark.parametrize(("octets", "subcode"), RESETS.values(), ids=RESETS)
def test_session_is_reset(octets, subcode):
    with pytest.raises(BgpError) as caught:
        decoder().decode(octets)
    assert (caught.value.notification.code, caught.value.notification.subcode) == (3, subcode)


def ls_reach(nlri: bytes, next_hop: bytes = X4.packed) -> bytes:
    value = hexed("400447") + bytes((len(next_hop),)) + next_hop + b"\0" + nlri
    return attribute(0x80, 14, value) + ORIGIN + AS_PATH


GOOD_LS = node(X4).encode()
DISABLED = {
    "IPv6 NLRI of 129 bits (5.3)": (IPV6_UNICAST, MP_IPV6[:-7] + hexed("8120010db80001") + ORIGIN + AS_PATH),
    "IPv6 next hop of 8 octets (7.11)": (
        IPV6_UNICAST,
        attribute(0x80, 14, hexed("000201080102030405060708003020010db80001")) + ORIGIN + AS_PATH,
    ),
    "MP_REACH of 4 octets (5.3)": (IPV6_UNICAST, hexed("800e0400020100") + ORIGIN + AS_PATH),
    "MP_REACH flagged transitive (5.3)": (IPV6_UNICAST, b"\xc0" + MP_IPV6[1:] + ORIGIN + AS_PATH),
    "next hop past the end (5.3)": (
        IPV6_UNICAST,
        attribute(0x80, 14, hexed("00020130aabbcc")) + ORIGIN + AS_PATH,
    ),
    "BGP-LS NLRI past the end (RFC 9552)": (BGP_LS, ls_reach(GOOD_LS[:-1])),
    "BGP-LS next hop of 5 octets (RFC 9552)": (BGP_LS, ls_reach(GOOD_LS, b"abcde")),
    "BGP-LS withdrawal past the end": (
        BGP_LS,
        attribute(0x80, 15, hexed("400447") + GOOD_LS[:-1]) + ORIGIN + AS_PATH,
    ),
}


@pytest.mark.parametrize(("family", "attributes"), DISABLED.values(), ids=DISABLED)
def test_family_is_disabled_and_the_others_live_on(family, attributes):
    reader = decoder()
    decoded = reader.decode(body(attributes + NEXT_HOP))
    assert decoded.disabled == (family,)
    (update,) = decoded.updates
    assert update.announced == (ROUTE,)
    assert update.mp_reach is None
    assert update.mp_unreach is None


def test_a_disabled_family_is_read_no_more():
    reader = decoder()
    reader.ignore(BGP_LS)
    decoded = reader.decode(body(ls_reach(GOOD_LS[:-1]) + NEXT_HOP))
    assert decoded.disabled == ()
    assert decoded.updates[0].announced == (ROUTE,)
    assert decoded.updates[0].mp_reach is None


def test_a_malformed_bgpls_nlri_is_discarded_alone():
    good = link(IPv4Address("198.51.100.1"), X4)
    bad = GOOD_LS[:4] + GOOD_LS[4:13] + hexed("0101") + GOOD_LS[15:]
    decoded = decoder().decode(body(ls_reach(bad + good.encode()), b""))
    assert decoded.updates[0].mp_reach == MpReach(BGP_LS, (X4,), (good,))
    (fault,) = decoded.faults
    assert (fault.outcome, fault.family, fault.data) == (Outcome.NLRI_DISCARD, BGP_LS, bad)


def test_a_family_that_was_not_negotiated_is_dropped_and_told():
    reader = UpdateDecoder(frozenset({IPV4_UNICAST}))
    decoded = reader.decode(body(MP_IPV6 + MANDATORY))
    assert decoded.updates[0].mp_reach is None
    assert decoded.updates[0].announced == (ROUTE,)
    assert [(fault.outcome, fault.family) for fault in decoded.faults] == [
        (Outcome.NLRI_DISCARD, IPV6_UNICAST)
    ]


def test_ipv4_that_was_not_negotiated_is_dropped():
    (update,) = UpdateDecoder(frozenset({BGP_LS})).decode(body(withdrawn=PREFIX)).updates
    assert update.announced == update.withdrawn == ()


def test_withdrawal_of_an_mp_announcement_keeps_the_families_apart():
    unreach = attribute(0x80, 15, hexed("400447") + GOOD_LS)
    decoded = decoder().decode(body(unreach + MP_IPV6 + hexed("40010109") + AS_PATH, b""))
    gone = [entry for update in decoded.updates for entry in update.withdrawals()]
    assert gone == [(BGP_LS, (node(X4),)), (IPV6_UNICAST, (ip_network("2001:db8:1::/48"),))]
    assert not any(list(update.announcements()) for update in decoded.updates)


def test_attributes_without_reachable_nlri_beside_an_mp_reach_that_announces_nothing():
    """Of the families an error could have hidden the NLRI of any (5.2)."""
    empty = hexed("800e15" + "00020110" + "20010db8000000000000000000000001" + "00")
    with pytest.raises(BgpError) as caught:
        decoder().decode(body(empty + ORIGIN + AS_PATH + hexed("c00800"), b""))
    assert caught.value.kind is Malformed.HIDDEN_NLRI
    assert [fault.kind for fault in caught.value.faults] == [Malformed.HIDDEN_NLRI, Malformed.COMMUNITIES]


def test_missing_mandatory_attributes_do_not_matter_to_withdrawals():
    decoded = decoder().decode(body(hexed("8004040000000a"), b"", PREFIX))
    assert decoded.faults == ()
    assert decoded.updates[0].withdrawn == (ROUTE,)


def test_announcement_without_any_attribute_is_a_withdrawal():
    decoded = decoder().decode(body(b""))
    assert decoded.updates[0].withdrawn == (ROUTE,)
    assert len(decoded.faults) == 3


def test_the_first_as_is_enforced_where_wanted():
    assert decoder(first_as=64500).decode(body()).updates[0].announced == (ROUTE,)
    assert decoder(first_as=64999).decode(body()).updates[0].withdrawn == (ROUTE,)


@pytest.mark.parametrize("order", [list(Outcome), list(reversed(Outcome))])
def test_the_strongest_outcome_decides(order):
    kinds = {kind.outcome: kind for kind in Malformed}
    faults = [Fault(kinds[outcome], "") for outcome in order]
    assert strongest(faults) == Fault(kinds[Outcome.SESSION_RESET], "")
    assert strongest([]) is None


def test_of_discard_and_withdraw_the_withdrawal_wins():
    decoded = decoder().decode(body(MANDATORY + hexed("40060100") + hexed("c00800")))
    assert {fault.outcome for fault in decoded.faults} == {
        Outcome.ATTRIBUTE_DISCARD,
        Outcome.TREAT_AS_WITHDRAW,
    }
    assert decoded.updates[0].withdrawn == (ROUTE,)


def test_remembered_attributes_keep_their_faults():
    reader = decoder()
    first, second = (reader.decode(body(MANDATORY + hexed("40060100"))) for _ in range(2))
    assert first == second
    assert first.faults


def test_a_field_is_not_mistaken_for_a_remembered_rewriting():
    """An ORIGIN rewritten beside MP_REACH has the octets of another, malformed field."""
    reader = UpdateDecoder(frozenset({IPV4_UNICAST, Family(2, 1)}))
    reader.decode(body(MP_IPV6 + ORIGIN + AS_PATH, b""))
    confusing = hexed("4001000100") + hexed("400200") + hexed("0602010000fbf4")
    decoded = reader.decode(body(confusing))
    assert decoded.updates[0].withdrawn == (ROUTE,)


def test_remembered_attributes_give_the_same_as_fresh_ones():
    reader = decoder()
    fresh, remembered = reader.decode(body()), reader.decode(body())
    assert remembered == fresh
    other = reader.decode(body(nlri=hexed("08" + "0a"), withdrawn=PREFIX))
    assert other.updates[0].attributes == fresh.updates[0].attributes
    assert (other.updates[0].withdrawn, other.updates[0].announced) == ((ROUTE,), (ip_network("10.0.0.0/8"),))
    reader.ignore(IPV4_UNICAST)
    assert reader.decode(body()).updates[0].announced == ()


def test_nothing_is_left_of_a_family_that_is_disabled():
    """The other attribute of the family may be sound; taking it would leave half of what the peer said."""
    whole, broken = (
        attribute(0x80, kind, value)
        for kind, value in (
            (14, hexed("400447" + "04c6336401" + "00") + node(X4).encode()),
            (15, hexed("400447" + "00020099")),
        )
    )
    decoded = decoder().decode(body(whole + broken + MANDATORY))
    assert decoded.disabled == (BGP_LS,)
    (update,) = decoded.updates
    assert (update.mp_reach, update.mp_unreach, update.announced) == (None, None, (ROUTE,))
