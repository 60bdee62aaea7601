# SPDX-License-Identifier: Apache-2.0
"""Rows 1-6 and 68-79 of the RFC 5880 checklist: roles, discriminators, initial values."""

import pytest

from bfd_fastpath.wire.bfd import Diagnostic, Role, State
from tests.core.binding import ffi, lib
from tests.core.conftest import New
from tests.core.scene import FAST, LOCAL, MS, REMOTE, SECOND, Pair, bring_up, peer, run, sent


def test_row_001_active_sends_without_having_heard_anything(new: New) -> None:
    session = new(now=5 * SECOND)
    times = [time for time, _ in sent(run(session, 15 * SECOND))]
    assert times[0] == 5 * SECOND
    assert 10 <= len(times) <= 15


def test_row_002_121_passive_is_silent_until_it_hears_and_after_it_forgets(new: New) -> None:
    session = new(role=Role.PASSIVE)
    assert session.view.deadline_ns is None
    assert session.timer(10 * SECOND).send is None
    answer = session.receive(peer(State.DOWN, your_discriminator=0), 11 * SECOND)
    assert answer.send is not None
    assert answer.send.state is State.INIT
    assert answer.send.your_discriminator == REMOTE
    happened = run(session, 60 * SECOND)
    assert session.view.remote_discriminator == 0
    forgotten = next(time for time, outcome in happened if outcome.detected_ns is not None)
    assert all(time < forgotten for time, _ in sent(happened))


def test_row_003_the_default_role_is_active_and_one_active_end_is_enough(new: New) -> None:
    by_default, passive = new(), new(role=Role.PASSIVE, discriminator=REMOTE)
    pair = Pair(by_default, passive)
    pair.run(10 * SECOND)
    assert pair.both_up
    silent = Pair(new(role=Role.PASSIVE), new(role=Role.PASSIVE, discriminator=REMOTE))
    silent.run(10 * SECOND)
    assert silent.log == []


def rng(seed: int = 7) -> object:
    return ffi.new("struct rng *", {"state": seed})


def test_row_004_072_discriminators_are_opaque_and_random() -> None:
    state = rng()
    high = {lib.discriminator_make(5, 0, state) >> 20 for _ in range(20_000)}
    assert len(high) > 4000
    assert lib.discriminator_make(5, 0, rng(1)) != lib.discriminator_make(5, 0, rng(2))


def test_row_005_071_discriminators_are_unique_and_nonzero() -> None:
    state = rng()
    made = [lib.discriminator_make(slot, 0, state) for slot in range(2**20)]
    assert len(set(made)) == 2**20
    assert min(made) > 0
    assert all(lib.discriminator_slot(made[slot]) == slot for slot in (0, 1, 77_777, 2**20 - 1))


def test_a_slot_used_again_gets_another_discriminator() -> None:
    state, last = rng(), 0
    for _ in range(10_000):
        made = lib.discriminator_make(3, last, state)
        assert made != last
        assert made >> 20
        last = made


@pytest.mark.parametrize("required", [0, 1, 50_000, 2**32 - 1])
def test_row_006_says_the_configured_required_min_rx_and_no_echo(new: New, required: int) -> None:
    packet = new(required_min_rx_us=required).packet()
    assert packet.required_min_rx_us == required
    assert packet.required_min_echo_rx_us == 0


@pytest.mark.parametrize("state", [State.DOWN, State.INIT, State.UP])
def test_row_068_state_is_kept_for_a_detection_time_after_the_last_packet(new: New, state: State) -> None:
    session = new(**FAST)
    session.receive(peer(State.DOWN, your_discriminator=0), 0)
    if state is State.UP:
        session.receive(peer(State.UP), 0)
    if state is State.DOWN:
        session.receive(peer(State.ADMIN_DOWN), 0)
    assert session.view.state is state
    limit = session.view.detection_ns
    assert limit == 150 * MS
    run(session, limit - 1)
    kept = session.view
    assert (kept.remote_discriminator, kept.remote_min_rx_us) == (REMOTE, 50_000)
    assert kept.state is state
    run(session, limit)
    gone = session.view
    assert (gone.remote_discriminator, gone.remote_min_rx_us) == (0, 1)
    assert gone.state is State.DOWN


def test_row_069_starts_down(new: New) -> None:
    assert new().view.state is State.DOWN


def test_row_070_remote_state_starts_down(new: New) -> None:
    assert new().view.remote_state is State.DOWN


def test_row_073_remote_discriminator_starts_zero(new: New) -> None:
    assert new().packet().your_discriminator == 0


def test_row_074_remote_discriminator_is_forgotten_after_a_detection_time_without_a_valid_packet(
    new: New,
) -> None:
    session = new(**FAST)
    now = bring_up(session)
    # A packet that is refused does not count as heard.
    refused = session.receive(peer(State.UP, authentication=b"\x01\x04\x01s"), now + 100 * MS)
    assert refused.fault is not None
    run(session, now + 150 * MS)
    assert session.view.remote_discriminator == 0
    assert session.packet().your_discriminator == 0


def test_row_074_holds_in_admin_down_too(new: New) -> None:
    session = new(**FAST)
    now = bring_up(session)
    session.admin_down(Diagnostic.ADMIN_DOWN, now + 10 * MS)
    run(session, now + 149 * MS)
    assert session.view.remote_discriminator == REMOTE
    run(session, now + 150 * MS)
    assert session.view.remote_discriminator == 0
    assert session.view.state is State.ADMIN_DOWN


def test_row_075_diagnostic_starts_none(new: New) -> None:
    assert new().view.diagnostic == 0


@pytest.mark.parametrize(("wanted", "said"), [(1, 1_000_000), (50_000, 1_000_000), (2_000_000, 2_000_000)])
def test_row_076_desired_min_tx_starts_at_a_second_or_more(new: New, wanted: int, said: int) -> None:
    assert new(desired_min_tx_us=wanted).packet().desired_min_tx_us == said


def test_row_077_remote_min_rx_starts_at_one(new: New) -> None:
    assert new().view.remote_min_rx_us == 1


def test_row_078_remote_demand_mode_starts_off(new: New) -> None:
    session = new(**FAST)
    session.receive(peer(State.DOWN, your_discriminator=0), 0)
    session.receive(peer(State.UP), MS)
    assert session.view.negotiated_tx_us == 50_000


@pytest.mark.parametrize("multiplier", [1, 3, 255])
def test_row_079_detect_mult_is_what_was_configured_and_never_zero(new: New, multiplier: int) -> None:
    session = new(multiplier=multiplier, discriminator=LOCAL)
    assert session.packet().multiplier == multiplier
    assert session.packet(final=True).multiplier == multiplier
