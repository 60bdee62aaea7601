# SPDX-License-Identifier: Apache-2.0
"""NH-Reach: the agreed octets both ways, what is ignored, and what a length that does not fit costs."""

from dataclasses import replace
from ipaddress import IPv4Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    AsPath,
    Attributes,
    EndOfRib,
    Family,
    FamilyDisabled,
    MpReach,
    MpUnreach,
    NotificationSent,
    OpaqueNlri,
    Origin,
    RefreshRequested,
    Update,
    UpdateReceived,
    nh_reach,
    pack_announcements,
    pack_withdrawals,
)
from bfd_fastpath.wire.bgp.capability import split
from bfd_fastpath.wire.bgp.settings import SessionSettings
from bfd_fastpath.wire.bgp.update_decoder import UpdateDecoder
from bfd_fastpath.wire.nhreach import NhReachError, NhReachNlri, NhState, TellRun, decode_run, settled
from tests.wire.bgp.sessions import ID_A, ID_B, session, told
from tests.wire.bgp.sessions import settled as settled_sessions
from tests.wire.bgpls import vectors

X4, X6 = ip_address("198.51.100.2"), ip_address("2001:db8::2")
NH4, NH6 = nh_reach(4), nh_reach(6)
ATTRIBUTES = Attributes(origin=Origin.IGP, as_path=AsPath.sequence(64500))
TELL_UP, TELL_DOWN_V6 = NhReachNlri(X4, True, NhState.UP), NhReachNlri(X6, True, NhState.DOWN)
ASK = NhReachNlri(X4)
UPDATES = {
    "tell up": (Update(attributes=ATTRIBUTES, mp_reach=MpReach(NH4, (), (TELL_UP,))), vectors.UPDATE_TELL_UP),
    "tell down v6": (
        Update(attributes=ATTRIBUTES, mp_reach=MpReach(NH6, (), (TELL_DOWN_V6,))),
        vectors.UPDATE_TELL_DOWN_V6,
    ),
    "ask": (Update(attributes=ATTRIBUTES, mp_reach=MpReach(NH4, (), (ASK,))), vectors.UPDATE_ASK),
    "withdraw tell": (Update(mp_unreach=MpUnreach(NH4, (TELL_UP,))), vectors.UPDATE_WITHDRAW_TELL),
}
nlris = st.builds(
    NhReachNlri, st.ip_addresses(v=4), st.just(True), st.sampled_from(list(NhState))
) | st.builds(NhReachNlri, st.ip_addresses(v=4))


def decoder(*families: Family, safi: int = 241) -> UpdateDecoder:
    return UpdateDecoder(frozenset(families), nh_reach_safi=safi)


def body(message: str) -> bytes:
    return bytes.fromhex(message)[19:]


@pytest.mark.parametrize(
    ("version", "nlri", "octets"),
    [(4, TELL_UP, vectors.TELL_UP), (6, TELL_DOWN_V6, vectors.TELL_DOWN_V6), (4, ASK, "00c6336402")],
)
def test_nlri_has_the_agreed_octets_both_ways(version, nlri, octets):
    assert nlri.encode().hex() == octets
    assert decode_run(version, bytes.fromhex(octets)) == (nlri,)


@pytest.mark.parametrize("name", UPDATES)
def test_update_has_the_agreed_octets_both_ways(name):
    update, octets = UPDATES[name]
    assert update.encode().hex() == octets
    decoded = decoder(NH4, NH6).decode(body(octets))
    assert (decoded.updates, decoded.faults) == ((update,), ())


@pytest.mark.parametrize(
    ("head", "tell", "state"),
    [
        (0x83, True, NhState.UNKNOWN),
        (0xFD, True, NhState.UP),
        (0xFE, True, NhState.DOWN),
        (0x7C, False, NhState.UNKNOWN),
        (0x02, False, NhState.UNKNOWN),
    ],
)
def test_reserved_bits_and_the_state_of_an_ask_are_ignored(head, tell, state):
    assert decode_run(4, bytes((head,)) + X4.packed) == (NhReachNlri(X4, tell, state),)


@given(st.lists(nlris))
def test_what_is_written_is_read(said):
    assert decode_run(4, b"".join(nlri.encode() for nlri in said)) == tuple(said)


@given(st.binary(max_size=64), st.sampled_from((4, 6)))
def test_any_octets_are_read_whole_or_refused(octets, version):
    size = 5 if version == 4 else 17
    if len(octets) % size:
        with pytest.raises(NhReachError):
            decode_run(version, octets)
    else:
        assert len(decode_run(version, octets)) == len(octets) // size


def test_two_states_of_one_address_in_one_update_are_unknown_and_an_ask_is_no_tell():
    down = replace(TELL_UP, state=NhState.DOWN)
    assert settled([TELL_UP, down, TELL_UP]) == {(True, X4): NhState.UNKNOWN}
    assert settled([ASK, TELL_UP, TELL_UP]) == {(False, X4): NhState.UNKNOWN, (True, X4): NhState.UP}


def test_other_safis_are_not_read_as_nh_reach():
    update, octets = UPDATES["tell up"]
    raw = OpaqueNlri(TELL_UP.encode())
    assert decoder(NH4, safi=250).decode(body(octets)).updates == (
        replace(update, mp_reach=MpReach(NH4, (), (raw,))),
    )
    other = nh_reach(4, 250)
    moved = replace(update, mp_reach=MpReach(other, (), (TELL_UP,)))
    assert decoder(other, safi=250).decode(moved.encode()[19:]).updates == (moved,)
    with pytest.raises(ValueError, match=r"241\.\.254"):
        SessionSettings(64500, ID_A, nh_reach_safi=128)


@pytest.mark.parametrize(
    "part",
    [
        MpReach(NH4, (), (OpaqueNlri(b"\x81\xc6\x33\x64"),)),
        MpReach(NH4, (X4,), (TELL_UP,)),
        MpReach(NH6, (X6,), (TELL_DOWN_V6,)),
        MpUnreach(NH6, (OpaqueNlri(b"\x81" * 16),)),
    ],
)
def test_a_length_that_does_not_fit_costs_the_family_and_the_routes_stay(part):
    families = (IPV4_UNICAST, NH4, NH6)
    _, b = settled_sessions(session(families=families), session(64501, ID_B, families=families))
    reach = isinstance(part, MpReach)
    bad = Update(
        withdrawn=(IPv4Network("203.0.113.0/24"),),
        attributes=ATTRIBUTES if reach else Attributes(),
        mp_reach=part if reach else None,
        mp_unreach=None if reach else part,
    )
    b.receive(bad.encode(), 1)
    disabled, received = told(b)
    assert isinstance(disabled, FamilyDisabled)
    assert disabled.family == part.family
    assert isinstance(received, UpdateReceived)
    assert received.update.withdrawn == bad.withdrawn
    assert (received.update.mp_reach, received.update.mp_unreach) == (None, None)
    b.receive(UPDATES["tell up" if part.family == NH6 else "tell down v6"][0].encode(), 2)
    assert len(told(b)) == 1
    b.receive(UPDATES["tell down v6" if part.family == NH6 else "tell up"][0].encode(), 3)
    assert [e.update.mp_reach for e in told(b) if isinstance(e, UpdateReceived)] == [None]
    assert not b.closed


def test_the_last_family_takes_the_session_with_it():
    _, b = settled_sessions(session(families=(NH4,)), session(64501, ID_B, families=(NH4,)))
    b.receive(Update(attributes=ATTRIBUTES, mp_reach=MpReach(NH4, (), (OpaqueNlri(b"\0"),))).encode(), 1)
    assert any(isinstance(event, NotificationSent) for event in told(b))


def test_missing_mandatory_attributes_make_a_tell_a_withdrawal():
    bare = Update(mp_reach=MpReach(NH4, (), (TELL_UP,)))
    decoded = decoder(NH4).decode(bare.encode()[19:])
    assert decoded.updates == (Update(mp_unreach=MpUnreach(NH4, (TELL_UP,))),)


def test_sessions_negotiate_each_ip_version_ask_again_and_mark_the_end():
    ours = session(families=(IPV4_UNICAST, BGP_LS, NH4, NH6))
    theirs = session(64501, ID_B, families=(IPV4_UNICAST, NH6))
    a, b = settled_sessions(ours, theirs)
    assert a.peer is not None
    assert a.peer.families == {IPV4_UNICAST, NH6}
    b.send_refresh(NH6)
    a.receive(b.data_to_send(), 1)
    assert told(a) == [RefreshRequested(NH6)]
    a.send_end_of_rib(NH6, 1)
    b.receive(a.data_to_send(), 1)
    assert told(b) == [EndOfRib(NH6)]


def test_reachability_families_are_offered_by_multiprotocol_alone():
    """No graceful restart (64), long-lived (71) or Add-Path (69): stale reachability is worse than none."""
    offered = SessionSettings(64500, ID_A, (BGP_LS, NH4, NH6)).open().capabilities.encode()
    assert not {each.code for each in split(offered)} & {64, 69, 71}


tells = st.sampled_from((4, 6)).flatmap(
    lambda version: st.tuples(
        st.just(version),
        st.lists(
            st.tuples(st.ip_addresses(v=version), st.sampled_from(list(NhState))), min_size=1, max_size=40
        ),
    )
)


@given(tells, st.integers(0, 100))
def test_a_run_is_the_tells_that_it_is_made_of(said, room):
    version, pairs = said
    run = TellRun.of(version, pairs)
    one_by_one = tuple(NhReachNlri(address, True, state) for address, state in pairs)
    assert run == one_by_one == tuple(run)
    assert (len(run), run[0], run[-1], run[1:]) == (len(pairs), one_by_one[0], one_by_one[-1], one_by_one[1:])
    assert hash(run) == hash(one_by_one)
    assert run.octets == b"".join(nlri.encode() for nlri in one_by_one)
    pieces = list(run.pieces(room))
    assert b"".join(piece.octets for piece in pieces) == run.octets
    assert all(len(piece.octets) <= room or len(piece) == 1 for piece in pieces)
    assert all(len(piece.octets) + len(piece.octets) // len(piece) > room for piece in pieces[:-1])


@given(tells, st.integers(100, 200))
def test_a_run_is_packed_like_its_tells(said, limit):
    version, pairs = said
    run = TellRun.of(version, pairs)
    family, groups = nh_reach(version), [(nlri,) for nlri in run]
    for packed, by_groups in (
        (pack_withdrawals(family, run, limit=limit), pack_withdrawals(family, groups, limit=limit)),
        (
            pack_announcements(family, ATTRIBUTES, (), run, limit=limit),
            pack_announcements(family, ATTRIBUTES, (), groups, limit=limit),
        ),
    ):
        assert [one.encode() for one in packed] == [one.encode() for one in by_groups]
