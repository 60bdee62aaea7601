# SPDX-License-Identifier: Apache-2.0
"""A session that another system ran goes on in the core: what it knows, what it says first, and when it gives up."""

from dataclasses import replace
from typing import Any

import pytest

from bfd_fastpath.wire.bfd import Diagnostic, NextHop, PollPhase, Role, SessionConfig, State
from tests.core.binding import ffi, lib
from tests.core.scene import FAST, LOCAL, MS, REMOTE, SECOND, config, peer, run
from tests.core.subject import Native

NOW = 7 * SECOND
FAST_CONFIG = config(**FAST)
UP: dict[str, Any] = {
    "state": State.UP,
    "remote_state": State.UP,
    "remote_discriminator": REMOTE,
    "remote_multiplier": 3,
    "remote_desired_min_tx_us": 50_000,
    "remote_required_min_rx_us": 50_000,
}


def adopted(wanted: SessionConfig = FAST_CONFIG, **stood: Any) -> Native:
    session = Native(wanted, LOCAL, NOW, 1)
    lib.bfd_session_adopt(session.c, ffi.new("struct bfd_takeover *", stood), NOW, session.actions)
    return session


def test_an_up_session_goes_on_at_its_pace() -> None:
    session = adopted(**UP)
    view = session.view
    assert (view.state, view.remote_state, view.next_hop, view.was_up) == (
        State.UP,
        State.UP,
        NextHop.LIVE,
        True,
    )
    assert (view.negotiated_tx_us, view.negotiated_rx_us, view.detection_us) == (50_000, 50_000, 150_000)
    assert view.detection_ns == NOW + 150 * MS
    assert view.next_tx_ns == view.deadline_ns == NOW
    assert view.poll is PollPhase.IDLE
    assert session.bits == lib.BFD_ACT_STATE | lib.BFD_ACT_REMOTE | lib.BFD_ACT_NEXTHOP | lib.BFD_ACT_TIMERS
    assert session.actions.old_state == State.DOWN
    hello = session.timer(NOW).send
    assert hello is not None
    assert (hello.state, hello.my_discriminator, hello.your_discriminator) == (State.UP, LOCAL, REMOTE)
    assert (hello.poll, hello.final, hello.desired_min_tx_us) == (False, False, 50_000)
    assert NOW + 37.5 * MS <= session.next_tx <= NOW + 50 * MS


def test_hellos_of_the_peer_keep_it_up_without_a_word() -> None:
    session = adopted(**UP)
    for i in range(1, 20):
        run(session, NOW + i * 50 * MS)
        outcome = session.receive(peer(State.UP), NOW + i * 50 * MS)
        assert (outcome.send, session.bits) == (None, 0)
    assert session.short_ways == 18
    assert session.view.state is State.UP


def test_silence_takes_it_down_a_detection_time_after_the_takeover() -> None:
    session = adopted(**UP)
    run(session, NOW + 150 * MS - 1)
    assert session.view.state is State.UP
    (down,) = [o for _, o in run(session, NOW + 150 * MS) if o.detected_ns is not None]
    assert down.detected_ns == NOW + 150 * MS
    assert (session.view.state, session.view.diagnostic) == (State.DOWN, Diagnostic.CONTROL_EXPIRY)
    assert session.view.next_hop is NextHop.DEAD


def test_of_an_unknown_peer_detection_starts_with_its_first_packet() -> None:
    session = adopted(**(UP | {"remote_multiplier": 0}))
    assert (session.view.detection_ns, session.view.remote_state) == (None, State.DOWN)
    run(session, NOW + 10 * SECOND)
    assert session.view.state is State.UP
    session.receive(peer(State.UP), NOW + 10 * SECOND)
    assert session.view.detection_ns == NOW + 10 * SECOND + 150 * MS
    assert run(session, NOW + 10 * SECOND + 150 * MS)[-1][1].detected_ns == NOW + 10 * SECOND + 150 * MS


def test_an_init_session_comes_up_with_the_next_packet() -> None:
    session = adopted(**(UP | {"state": State.INIT, "remote_state": State.DOWN}))
    assert (session.view.next_hop, session.view.was_up) == (NextHop.UNKNOWN, False)
    # RFC 5880 6.8.3: not Up, so a second at least.
    assert session.view.negotiated_tx_us == 1_000_000
    session.receive(peer(State.UP), NOW + MS)
    assert (session.view.state, session.view.next_hop) == (State.UP, NextHop.LIVE)


def test_a_down_session_keeps_its_reason_and_does_not_say_it_failed_here() -> None:
    session = adopted(state=State.DOWN, diagnostic=Diagnostic.CONTROL_EXPIRY, remote_state=State.DOWN)
    assert session.bits == 0
    assert session.view.next_hop is NextHop.UNKNOWN
    hello = session.timer(NOW).send
    assert hello is not None
    assert (hello.state, hello.diagnostic) == (State.DOWN, Diagnostic.CONTROL_EXPIRY)
    assert (hello.my_discriminator, hello.your_discriminator) == (LOCAL, 0)


@pytest.mark.parametrize(
    ("wanted", "polled"), [(FAST_CONFIG, False), (config(**(FAST | {"required_min_rx_us": 20_000})), True)]
)
def test_other_timers_are_polled_for_only_when_they_are_wanted_afterwards(
    wanted: SessionConfig, polled: bool
) -> None:
    session = adopted(**UP)
    session.timer(NOW)
    session.configure(wanted, NOW + MS)
    assert (session.view.poll is PollPhase.ARMED) is polled
    # The peer goes on at the old pace until it answered.
    assert session.view.detection_us == 150_000


def test_a_passive_end_that_knows_its_peer_speaks() -> None:
    passive = replace(FAST_CONFIG, role=Role.PASSIVE)
    assert adopted(passive, **UP).view.next_tx_ns == NOW
    assert adopted(passive, state=State.DOWN).view.next_tx_ns is None
