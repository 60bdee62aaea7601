# SPDX-License-Identifier: Apache-2.0
"""Our engine in the place of FRR's bfdd and of BIRD, in captures of real sessions: with their timers it leaves Up
and comes back when they did.
"""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest

from bfd_fastpath.nhib import BfdState
from tests.replay.end_scene import config, play

CASES = Path(__file__).parent / "cases"
#: Case, and the end that stays.
DOWN_BY_SILENCE = [
    ("frr_bird_v4_killed", "192.0.2.1"),
    ("bird_frr_v6_killed", "2001:db8::1"),
    ("bird_frr_v4_stopped", "192.0.2.1"),
]
RUNNING = ["frr_bird_v4_running", "frr_bird_v4_running_cooked", "bird_frr_v6_running_cooked_v1"]
NOT_YET = [
    ("bird_bird_v4_keyed_sha1", "authentication"),
    ("bird_bird_v4_simple_password", "authentication"),
]


def case(name: str) -> Path:
    (path,) = (CASES / name).glob("capture.*")
    return path


def played(name: str, address: str):
    settings = config(interval="100ms", addresses=f'["{address}/{64 if ":" in address else 24}"]')
    return play(case(name), ip_address(address), settings)


@pytest.mark.parametrize(("name", "address"), DOWN_BY_SILENCE)
def test_down_is_declared_as_the_daemon_did(eal, name, address):
    (session,) = played(name, address).sessions
    assert session.same
    (down,) = [pair for pair in session.changes if pair.is_down]
    assert down.recorded is not None
    assert down.ours is not None
    assert down.recorded.diagnostic == down.ours.diagnostic == 1
    assert down.recorded.silence == down.ours.silence
    # The daemon is never before its time; how late it was is its own.
    assert down.offset_ns is not None
    assert down.offset_ns <= 0


@pytest.mark.parametrize("name", RUNNING)
def test_a_running_session_runs_on_with_either_end(eal, name):
    version = 6 if "_v6_" in name else 4
    for address in ("192.0.2.1", "192.0.2.2") if version == 4 else ("2001:db8::1", "2001:db8::2"):
        report = played(name, address)
        (session,) = report.sessions
        assert session.same
        assert session.changes == ()
        assert session.halt.ours is BfdState.UP
        assert report.refused == ()
        # As many hellos as the recorded end, but for jitter (RFC 5880 6.8.7: 75 to 100 %).
        assert 0.7 < session.sent / session.recorded < 1.4


def test_the_discriminator_of_a_daemon_that_began_again_is_taken(eal):
    settings = config(interval="300ms", addresses='["2001:db8::2/64"]')
    (session,) = play(case("bird_frr_v6_restarted"), ip_address("2001:db8::2"), settings).sessions
    assert len({taken.local_discriminator for taken in session.taken}) == 2
    assert session.halt.recorded is session.halt.ours is BfdState.UP


@pytest.mark.parametrize(("name", "reason"), NOT_YET)
def test_what_cannot_be_played_is_named(eal, name, reason):
    report = played(name, "192.0.2.1")
    assert report.sessions == ()
    assert [left.reason for left in report.not_played] == [reason]
