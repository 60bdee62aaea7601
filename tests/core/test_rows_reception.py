# SPDX-License-Identifier: Apache-2.0
"""Rows 95-107 and 114 of the RFC 5880 checklist: the reception checks in their order, asked of the C parser and of the
oracle's; rows that need a table of sessions are asked of one made of discriminators, and again in test_rows_demux.py."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bfd import Fault, NextHop, Packet, PacketError, State, decode, encode
from tests.core.binding import ffi, lib
from tests.core.conftest import New
from tests.core.scene import FAST, LOCAL, MS, REMOTE, bring_up, config, peer
from tests.core.subject import FAULTS

Check = Callable[[bytes], Fault | None]


def by_core(payload: bytes) -> Fault | None:
    return FAULTS[lib.bfd_packet_parse(payload, len(payload), ffi.new("struct bfd_packet *"))]


def by_oracle(payload: bytes) -> Fault | None:
    try:
        decode(payload)
    except PacketError as error:
        return error.fault
    return None


@pytest.fixture(params=[by_core, by_oracle], ids=["native", "oracle"])
def check(request: pytest.FixtureRequest) -> Check:
    return request.param


GOOD = bytes(peer(State.UP))


def patched(*changes: tuple[int, bytes], base: bytes = GOOD) -> bytes:
    octets = bytearray(base)
    for offset, new in changes:
        octets[offset : offset + len(new)] = new
    return bytes(octets)


VERSION_2 = (0, b"\x40")
SHORT = (3, b"\x17")
LONG = (3, b"\xff")
NO_MULTIPLIER = (2, b"\x00")
MULTIPOINT = (1, b"\xc1")
NO_MINE = (4, b"\x00" * 4)
NO_YOURS = (8, b"\x00" * 4)

IN_ORDER = [
    (VERSION_2, Fault.VERSION),
    (SHORT, Fault.LENGTH),
    (NO_MULTIPLIER, Fault.DETECT_MULT),
    (MULTIPOINT, Fault.MULTIPOINT),
    (NO_MINE, Fault.MY_DISCRIMINATOR),
    (NO_YOURS, Fault.ZERO_YOUR_STATE),
]


@pytest.mark.parametrize("first", range(len(IN_ORDER)))
def test_row_095_096_the_first_check_that_fails_decides(check: Check, first: int) -> None:
    changes = [change for change, _ in IN_ORDER[first:]]
    assert check(patched(*changes)) is IN_ORDER[first][1]


def test_row_095_length_against_payload_comes_between_length_and_multiplier(check: Check) -> None:
    assert check(patched(LONG, NO_MULTIPLIER, NO_MINE)) is Fault.TRUNCATED
    assert check(patched(VERSION_2, LONG)) is Fault.VERSION


@pytest.mark.parametrize("field", ["authentication", "admin_down"])
def test_row_096_a_discard_leaves_the_rest_untouched(new: New, field: str) -> None:
    session = new(**FAST)
    now = bring_up(session)
    if field == "authentication":
        before = session.view
        outcome = session.receive(peer(State.DOWN, authentication=b"\x01\x04\x01s", poll=True), now + MS)
        assert session.view == before
    else:
        session.configure(config(**FAST, admin_down=True), now)
        outcome = session.receive(peer(State.DOWN, poll=True), now + MS)
        assert session.view.state is State.ADMIN_DOWN
    assert outcome.fault is not None
    assert outcome.send is None
    assert outcome.final is None


@pytest.mark.parametrize("version", [0, 2, 3, 7])
def test_row_097_version_other_than_1(check: Check, version: int) -> None:
    assert check(patched((0, bytes([version << 5])))) is Fault.VERSION
    assert check(GOOD) is None


@pytest.mark.parametrize("length", [0, 1, 23])
def test_row_098_length_below_24(check: Check, length: int) -> None:
    assert check(patched((3, bytes([length])))) is Fault.LENGTH


def test_row_098_length_below_26_with_authentication(check: Check) -> None:
    signed = bytes(peer(State.UP, authentication=b"\x01\x04\x01s"))
    for length in (24, 25):
        assert check(patched((3, bytes([length])), base=signed)) is Fault.LENGTH
    assert check(patched((3, b"\x1a"), base=signed)) is None


def test_row_099_length_beyond_the_payload(check: Check) -> None:
    assert check(patched((3, b"\x19"))) is Fault.TRUNCATED
    for size in (0, 1, 3, 4, 23):
        assert check(GOOD[:size]) is Fault.TRUNCATED
    assert check(GOOD + b"anything") is None
    assert check(patched((3, b"\x19")) + b"x") is None


def test_row_100_detect_mult_zero(check: Check) -> None:
    assert check(patched(NO_MULTIPLIER)) is Fault.DETECT_MULT


@pytest.mark.parametrize("state", list(State))
def test_row_101_multipoint(check: Check, state: State) -> None:
    assert check(patched((1, bytes([state << 6 | 1])))) is Fault.MULTIPOINT


def test_row_102_my_discriminator_zero(check: Check) -> None:
    assert check(patched(NO_MINE)) is Fault.MY_DISCRIMINATOR


@pytest.mark.parametrize("state", list(State))
def test_row_103_104_your_discriminator_selects_by_the_whole_word(state: State) -> None:
    rng = ffi.new("struct rng *", {"state": 3})
    mine = lib.discriminator_make(9, 0, rng)
    sessions = {lib.discriminator_slot(mine): mine}
    for yours, found in ((mine, True), (mine ^ 1 << 20, False), (mine ^ 1, False), (9, False)):
        packet = decode(bytes(peer(state, your_discriminator=yours)))
        stored = sessions.get(lib.discriminator_slot(packet.your_discriminator))
        assert (stored == packet.your_discriminator) is found


def test_row_103_104_the_short_way_takes_no_other_discriminator(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    if not hasattr(session, "c"):
        return
    payload = bytes(peer(State.UP))
    assert lib.bfd_session_hello(session.c, payload, now + 1)
    for yours in (0, LOCAL ^ 1, LOCAL ^ 1 << 31):
        other = bytes(peer(State.DOWN, your_discriminator=yours))
        assert not lib.bfd_session_hello(session.c, payload[:8] + other[8:12] + payload[12:], now + 2)
    assert session.view.detection_ns == now + 1 + 150 * MS


@pytest.mark.parametrize("state", list(State))
def test_row_105_your_discriminator_zero_only_in_down_and_admin_down(check: Check, state: State) -> None:
    fault = check(patched((1, bytes([state << 6])), NO_YOURS))
    assert fault is (Fault.ZERO_YOUR_STATE if state in (State.INIT, State.UP) else None)


def test_row_106_a_packet_without_your_discriminator_is_taken_by_the_session_selected_otherwise(
    new: New,
) -> None:
    session = new(**FAST)
    outcome = session.receive(peer(State.DOWN, your_discriminator=0), MS)
    assert outcome.fault is None
    assert session.view.state is State.INIT
    assert session.view.remote_discriminator == REMOTE


@pytest.mark.parametrize("section", [b"\x01\x04\x01s", b"\x05\x1c\x01" + bytes(25)])
def test_row_107_authentication_that_nobody_asked_for(new: New, section: bytes) -> None:
    session = new(**FAST)
    before = session.view
    outcome = session.receive(peer(State.DOWN, your_discriminator=0, authentication=section), MS)
    assert outcome.fault is Fault.AUTHENTICATION
    assert session.view == before


def test_row_114_what_the_peer_says_is_learnt_before_the_state_machine_moves(new: New) -> None:
    session = new(**FAST)
    answer = session.receive(
        peer(State.DOWN, your_discriminator=0, required_min_rx_us=2_000_000, desired_min_tx_us=400_000), 0
    )
    assert answer.send is not None
    assert answer.send.your_discriminator == REMOTE
    view = session.view
    assert (view.remote_state, view.remote_min_rx_us, view.negotiated_tx_us) == (
        State.DOWN,
        2_000_000,
        2_000_000,
    )
    assert view.detection_us == 1_200_000


def test_row_114_admin_down_learns_then_discards_without_answering(new: New) -> None:
    session = new(**FAST, admin_down=True)
    outcome = session.receive(peer(State.DOWN, your_discriminator=0, poll=True), MS)
    assert outcome.fault is Fault.ADMIN_DOWN
    assert outcome.final is None
    assert outcome.send is None
    view = session.view
    assert (view.state, view.remote_discriminator, view.remote_min_rx_us) == (
        State.ADMIN_DOWN,
        REMOTE,
        50_000,
    )


FSM = {
    State.ADMIN_DOWN: dict.fromkeys(State, State.ADMIN_DOWN),
    State.DOWN: {
        State.ADMIN_DOWN: State.DOWN,
        State.DOWN: State.INIT,
        State.INIT: State.UP,
        State.UP: State.DOWN,
    },
    State.INIT: {
        State.ADMIN_DOWN: State.DOWN,
        State.DOWN: State.INIT,
        State.INIT: State.UP,
        State.UP: State.UP,
    },
    State.UP: {
        State.ADMIN_DOWN: State.DOWN,
        State.DOWN: State.DOWN,
        State.INIT: State.UP,
        State.UP: State.UP,
    },
}


@pytest.mark.parametrize("heard", list(State))
@pytest.mark.parametrize("local", list(State))
def test_row_114_the_state_machine(new: New, local: State, heard: State) -> None:
    session = new(**FAST, admin_down=local is State.ADMIN_DOWN)
    if local in (State.INIT, State.UP):
        session.receive(peer(State.DOWN, your_discriminator=0), 0)
    if local is State.UP:
        session.receive(peer(State.UP), 0)
    assert session.view.state is local
    session.receive(peer(heard), MS)
    assert session.view.state is FSM[local][heard]
    if FSM[local][heard] is State.DOWN and local is not State.DOWN:
        assert session.view.diagnostic == 3
        assert session.view.next_hop is (NextHop.DEAD if heard is State.DOWN else NextHop.UNKNOWN)


def test_row_114_only_packets_that_are_not_discarded_count_for_detection(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.receive(peer(State.UP, authentication=b"\x01\x04\x01s"), now + 100 * MS)
    assert session.view.detection_ns == now + 150 * MS


@given(st.binary(max_size=60))
def test_core_and_oracle_agree_on_any_octets(payload: bytes) -> None:
    assert by_core(payload) is by_oracle(payload)


@given(
    octets=st.binary(min_size=24, max_size=40),
    first=st.integers(0, 31),
    length=st.integers(22, 42),
)
def test_core_and_oracle_agree_on_nearly_good_packets(octets: bytes, first: int, length: int) -> None:
    payload = bytes([0x20 | first]) + octets[1:3] + bytes([length]) + octets[4:]
    assert by_core(payload) is by_oracle(payload)
    if by_core(payload) is None:
        parsed, built = ffi.new("struct bfd_packet *"), ffi.new("uint8_t[24]")
        lib.bfd_packet_parse(payload, len(payload), parsed)
        lib.bfd_packet_build(parsed, built)
        assert bytes(built) == payload[:24]
        packet: Packet = decode(payload)
        if packet.authentication is not None:
            assert encode(packet) == payload[:length]
