# SPDX-License-Identifier: Apache-2.0
"""Roles (RFC 9234): which two may speak, and when a route is a leak."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bgp import Role, State
from bfd_fastpath.wire.bgp.capability import Capabilities, Capability, split
from bfd_fastpath.wire.bgp.graceful import GracefulRestart, GracefulRestartError
from bfd_fastpath.wire.bgp.open import Open
from bfd_fastpath.wire.bgp.role import leaks, marked_in, marked_out, mismatch
from tests.wire.bgp.sessions import ALL, ID_B, established, refusal, session

PAIRS = {
    (Role.PROVIDER, Role.CUSTOMER),
    (Role.CUSTOMER, Role.PROVIDER),
    (Role.RS, Role.RS_CLIENT),
    (Role.RS_CLIENT, Role.RS),
    (Role.PEER, Role.PEER),
}


@pytest.mark.parametrize(("ours", "theirs"), list(product(Role, Role)))
def test_only_the_pairs_of_the_table_may_speak(ours, theirs):
    """RFC 9234 4.2, table 2."""
    assert (mismatch(ours, [theirs], strict=False) == "") == ((ours, theirs) in PAIRS)


def test_a_session_of_roles_that_do_not_go_together_is_refused_by_2_11():
    a = session(role=Role.RS_CLIENT)
    a.connected(0)
    assert refusal(a, Open(64501, 90, ID_B, Capabilities(ALL, 64501, role=Role.CUSTOMER)).encode()) == (2, 11)


def test_two_roles_at_once_and_an_unknown_one_are_refused():
    for roles in (b"\x09\x01\x01\x09\x01\x02", b"\x09\x01\x07"):
        offered = Capabilities.from_list(split(Capabilities(ALL, 64501).encode() + roles))
        a = session(role=Role.RS_CLIENT)
        a.connected(0)
        opened = Open(
            64501, 90, ID_B, Capabilities(ALL, 64501, other=(Capability(9, roles[2:3]), *_rest(roles)))
        ).encode()
        assert refusal(a, opened) == (2, 11)
        assert offered.role == roles[2]


def _rest(roles):
    return [Capability(9, roles[5:6])] if len(roles) > 3 else []


def test_a_peer_without_a_role_is_refused_only_in_strict_mode():
    a, _ = established(session(role=Role.RS_CLIENT))
    assert a.state == State.ESTABLISHED
    strict = session(role=Role.RS_CLIENT, strict_role=True)
    strict.connected(0)
    assert refusal(strict, session(64501, ID_B).settings.open().encode()) == (2, 11)
    established(session(role=Role.RS_CLIENT, strict_role=True), session(64501, ID_B, role=Role.RS))


def test_inside_one_as_roles_say_nothing():
    established(session(role=Role.PEER), session(64500, ID_B, role=Role.CUSTOMER))


def test_leaks_and_marks_are_those_of_the_rfc():
    """RFC 9234 5."""
    assert [role for role in Role if leaks(role, 64496, 64499)] == [Role.PROVIDER, Role.RS, Role.PEER]
    assert [role for role in Role if leaks(role, 64499, 64499)] == [Role.PROVIDER, Role.RS]
    assert not any(leaks(role, None, 64499) for role in Role)
    assert [role for role in Role if marked_in(role)] == [Role.RS_CLIENT, Role.CUSTOMER, Role.PEER]
    assert [role for role in Role if marked_out(role)] == [Role.PROVIDER, Role.RS, Role.PEER]


families = st.frozensets(st.sampled_from(ALL))


@given(st.booleans(), st.integers(0, 4095), families, families)
def test_graceful_restart_decodes_to_itself(restarted, time_s, some, others):
    said = GracefulRestart(restarted, time_s, some | others, some)
    assert GracefulRestart.decode(said.encode()) == said
    (capability,) = split(bytes((64, len(said.encode()))) + said.encode())
    assert Capabilities.from_list([Capability(64, b"\0\1"), capability]).graceful_restart == said


@given(st.binary(max_size=20).filter(lambda octets: len(octets) % 4 != 2))
def test_graceful_restart_of_another_length_is_refused(octets):
    with pytest.raises(GracefulRestartError):
        GracefulRestart.decode(octets)


def test_a_helper_offers_graceful_restart_without_families():
    assert bytes.fromhex("40020000") in session(graceful_restart_helper=True).settings.open().encode()
