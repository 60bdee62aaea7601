# SPDX-License-Identifier: Apache-2.0
"""Which BFD a datagram is by its ports, and the rules of each kind (RFC 5881 5, RFC 7130, RFC 7880, RFC 7881)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bfd import State
from tests.core.binding import ffi, lib
from tests.core.subject import FAULT_NAMES

OTHER, SINGLE_HOP, MULTIHOP, MICRO, REQUEST, REPLY, ECHO = range(7)
BY_DESTINATION = {3784: SINGLE_HOP, 3785: ECHO, 4784: MULTIHOP, 6784: MICRO, 7784: REQUEST}
DEMAND, AUTHENTICATION = 0x02, 0x04


def check(
    kind: int, *, state: State = State.UP, flags: int = 0, yours: int = 1, port: int = 50000, ttl: int = 255
) -> str:
    packet = {
        "state": state,
        "flags": flags,
        "multiplier": 3,
        "length": 24,
        "my_discriminator": 7,
        "your_discriminator": yours,
    }
    return FAULT_NAMES[lib.bfd_kind_check(kind, ffi.new("struct bfd_packet *", packet), port, ttl)]


@pytest.mark.parametrize(("port", "kind"), BY_DESTINATION.items())
def test_the_destination_port_says_the_kind(port: int, kind: int) -> None:
    assert lib.bfd_kind_of(49152, port) == kind
    assert lib.bfd_kind_of(7784, port) == kind


def test_from_the_reflector_s_port_to_any_other_is_a_reply() -> None:
    assert lib.bfd_kind_of(7784, 49152) == REPLY
    assert lib.bfd_kind_of(7784, 7785) == REPLY


@pytest.mark.parametrize("port", sorted({3784, 3785, 4784, 6784}))
def test_other_ports_of_bfd_as_source_say_nothing(port: int) -> None:
    assert lib.bfd_kind_of(port, 49152) == OTHER


@given(st.integers(0, 65535), st.integers(0, 65535))
def test_every_pair_of_ports_has_one_kind(source: int, destination: int) -> None:
    expected = BY_DESTINATION.get(destination, REPLY if source == 7784 else OTHER)
    assert lib.bfd_kind_of(source, destination) == expected


@pytest.mark.parametrize("kind", [SINGLE_HOP, MICRO])
def test_one_hop_needs_a_ttl_of_255_unless_it_is_authenticated(kind: int) -> None:
    assert check(kind) == ""
    for ttl in (0, 1, 254):
        assert check(kind, ttl=ttl) == "ttl"
        assert check(kind, ttl=ttl, flags=AUTHENTICATION) == ""


@pytest.mark.parametrize("kind", [OTHER, MULTIHOP, ECHO])
def test_other_kinds_have_no_rules_of_their_own(kind: int) -> None:
    assert check(kind, ttl=1, flags=DEMAND, state=State.INIT, yours=0, port=7784) == ""


@pytest.mark.parametrize("state", list(State))
def test_a_request_has_demand_a_discriminator_and_a_port_of_its_own(state: State) -> None:
    assert check(REQUEST, flags=DEMAND, state=state, ttl=60) == ""
    assert check(REQUEST, state=state) == "s-bfd-demand"
    assert check(REQUEST, flags=DEMAND, state=state, yours=0) == "s-bfd-your-discriminator"
    assert check(REQUEST, flags=DEMAND, state=state, port=7784) == "s-bfd-ports"


def test_reflectors_cannot_answer_each_other() -> None:
    kind = lib.bfd_kind_of(7784, 7784)
    assert check(kind, port=7784) == check(kind, port=7784, flags=DEMAND) == "s-bfd-ports"


@pytest.mark.parametrize("state", list(State))
def test_a_reply_has_no_demand_and_says_up_or_admin_down(state: State) -> None:
    right = state in (State.UP, State.ADMIN_DOWN)
    assert check(REPLY, state=state, port=7784, ttl=3) == ("" if right else "s-bfd-state")
    assert check(REPLY, state=state, port=7784, flags=DEMAND) == "s-bfd-demand"
    assert check(REPLY, state=state, port=7784, yours=0) == "s-bfd-your-discriminator"
