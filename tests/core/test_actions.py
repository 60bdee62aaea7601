# SPDX-License-Identifier: Apache-2.0
"""What the C core tells its caller: which bits come with what, and when a timer must be armed for an earlier time."""

import pytest

from bfd_fastpath.wire.bfd import Diagnostic, NextHop, SessionConfig, State
from tests.core.binding import lib
from tests.core.scene import FAST, LOCAL, MS, REMOTE, SECOND, bring_up, config, peer, run
from tests.core.subject import Native

STATE, REMOTE_STATE, TIMERS = lib.BFD_ACT_STATE, lib.BFD_ACT_REMOTE, lib.BFD_ACT_TIMERS
NEXTHOP, POLL, DETECTED, REARM = (
    lib.BFD_ACT_NEXTHOP,
    lib.BFD_ACT_POLL,
    lib.BFD_ACT_DETECTED,
    lib.BFD_ACT_REARM,
)
SEND, SEND_FINAL, DONE = lib.BFD_ACT_SEND, lib.BFD_ACT_SEND_FINAL, lib.BFD_ACT_DONE


@pytest.fixture
def session() -> Native:
    return Native(SessionConfig(**FAST), LOCAL, 0, 1)


def test_a_handshake(session: Native) -> None:
    session.timer(0)
    assert session.bits == SEND
    session.receive(peer(State.DOWN, your_discriminator=0), MS)
    assert session.bits == SEND | STATE | TIMERS | REARM
    assert session.actions.old_state == State.DOWN
    session.receive(peer(State.UP), 2 * MS)
    assert session.bits == SEND | STATE | REMOTE_STATE | TIMERS | NEXTHOP | POLL | REARM
    assert (session.actions.old_state, session.actions.old_remote_state) == (State.INIT, State.DOWN)
    assert session.actions.old_nexthop == NextHop.UNKNOWN
    assert session.actions.last_rx_ns == MS


def test_a_detection(session: Native) -> None:
    now = bring_up(session)
    session.timer(now + 200 * MS)
    assert session.bits == SEND | STATE | TIMERS | NEXTHOP | DETECTED | POLL
    assert session.actions.old_state == State.UP
    assert session.actions.old_nexthop == NextHop.LIVE
    assert (session.actions.last_rx_ns, session.actions.deadline_ns) == (now, now + 150 * MS)


def test_silence_while_down_is_told_without_a_change_of_state(session: Native) -> None:
    now = bring_up(session)
    session.receive(peer(State.ADMIN_DOWN), now)
    session.timer(now + 150 * MS)
    assert session.bits & (DETECTED | TIMERS | STATE | NEXTHOP) == DETECTED | TIMERS


def test_admin_down_heard_while_down_is_news_about_the_peer_and_the_next_hop(session: Native) -> None:
    now = bring_up(session)
    run(session, now + SECOND)
    session.receive(peer(State.ADMIN_DOWN, your_discriminator=0), now + 2 * SECOND)
    assert session.bits & (STATE | REMOTE_STATE | NEXTHOP) == REMOTE_STATE | NEXTHOP
    assert session.actions.old_nexthop == NextHop.DEAD
    assert session.actions.old_remote_state == State.UP


def test_an_unchanged_hello_asks_for_nothing_on_either_way(session: Native) -> None:
    now = bring_up(session)
    session.receive(peer(State.UP), now + MS)
    assert session.short_ways == 1
    assert session.bits == 0
    session.receive(peer(State.UP, control_plane_independent=True), now + 2 * MS)
    assert session.short_ways == 1
    assert session.bits == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"state": State.DOWN},
        {"diagnostic": 3},
        {"poll": True},
        {"final": True},
        {"demand": True},
        {"control_plane_independent": True},
        {"multiplier": 4},
        {"my_discriminator": 5},
        {"desired_min_tx_us": 60_000},
        {"required_min_rx_us": 60_000},
        {"authentication": b"\x01\x04\x01s"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_the_short_way_takes_no_packet_that_says_something_else(
    session: Native, changed: dict[str, object]
) -> None:
    now = bring_up(session)
    assert lib.bfd_session_hello(session.c, bytes(peer(State.UP)), now)
    fields = {"state": State.UP, **changed}
    other = peer(fields.pop("state"), **fields)  # type: ignore[arg-type]
    assert not lib.bfd_session_hello(session.c, bytes(other), now)


def test_the_short_way_is_closed_until_a_packet_went_the_long_way(session: Native) -> None:
    assert not lib.bfd_session_hello(session.c, bytes(24), 0)
    now = bring_up(session)
    hello = bytes(peer(State.UP))
    for close in (
        lambda: session.defer(MS),
        lambda: session.admin_down(Diagnostic.ADMIN_DOWN, now),
        lambda: session.receive(peer(State.DOWN), now),
        lambda: session.receive(peer(State.UP, poll=True), now),
    ):
        close()
        assert not lib.bfd_session_hello(session.c, hello, now)
        session.configure(config(**FAST), now)
        assert not lib.bfd_session_hello(session.c, hello, now)
        for heard in (State.INIT, State.UP, State.UP):
            session.receive(peer(heard), now)
        assert session.view.state is State.UP
        assert lib.bfd_session_hello(session.c, hello, now)
    run(session, now + SECOND)
    assert not lib.bfd_session_hello(session.c, hello, now + SECOND)


def test_an_earlier_deadline_asks_for_re_arming_and_a_later_one_does_not(session: Native) -> None:
    now = bring_up(session)
    session.receive(peer(State.UP, required_min_rx_us=20_000_000, desired_min_tx_us=20_000_000), now)
    assert not session.bits & REARM
    before = session.deadline
    session.receive(peer(State.UP), now)
    assert session.bits & REARM
    assert session.deadline < before


def test_the_end_of_a_removal(session: Native) -> None:
    now = bring_up(session)
    session.remove(now)
    assert session.bits & (SEND | STATE | NEXTHOP | DONE) == SEND | STATE | NEXTHOP
    session.timer(now + 3 * SECOND)
    assert session.bits & DONE
    assert not session.bits & (SEND | SEND_FINAL)


def test_repeating_a_configuration_asks_for_nothing(session: Native) -> None:
    now = bring_up(session)
    session.configure(SessionConfig(**FAST), now)
    assert session.bits == 0


def test_remote_discriminator_changes_are_told(session: Native) -> None:
    now = bring_up(session)
    session.receive(peer(State.UP, my_discriminator=REMOTE + 1), now)
    assert session.bits == TIMERS
