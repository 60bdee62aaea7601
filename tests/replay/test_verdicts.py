# SPDX-License-Identifier: Apache-2.0
"""What is said of an outage, from captures put together packet by packet: each shows one kind of failure, seen from one place.

A is 192.0.2.1, B 192.0.2.2; hellos go every 50 ms, both ends wait 150 ms.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

import pydp.replay as replay
from pydp.replay import Code
from pydp.replay.telling import Scene
from tests.replay.crafting import ADMIN_DOWN, DOWN, INIT, MS, UP, A, B, Capture, bfd
from tests.replay.play import (
    BY_HAND,
    ECHO_FAILED,
    EXPIRED,
    FORWARDING_RESET,
    PATH_DOWN,
    TOLD,
    Play,
    only,
)


def cut_towards_a_beyond(play: Play) -> None:
    """B's hellos go on, A does not hear them; B hears A."""
    for _ in range(3):
        play.say(B, after_ms=25)
        play.say(A, after_ms=25)
    play.say(A, DOWN, EXPIRED)
    play.say(B, DOWN, TOLD, after_ms=0.1)
    play.one(A, 5, DOWN, EXPIRED, 100)
    play.up_again()


def cut_towards_a_beyond_and_b_ignores_the_first_down(play: Play) -> None:
    for _ in range(3):
        play.say(B, after_ms=25)
        play.say(A, after_ms=25)
    play.say(A, DOWN, EXPIRED)
    play.one(B, 2)
    play.say(B, DOWN, EXPIRED, after_ms=50)
    play.say(A, DOWN, EXPIRED, after_ms=700)
    play.say(B, INIT, EXPIRED, after_ms=300)
    play.say(A, DOWN, EXPIRED, after_ms=700)
    play.up_again()


def cut_both_ways_beyond(play: Play) -> None:
    for _ in range(3):
        play.say(B, after_ms=25)
        play.say(A, after_ms=25)
    play.say(A, DOWN, EXPIRED)
    play.say(B, DOWN, EXPIRED, after_ms=10)
    play.one(A, 3, DOWN, EXPIRED, 500)
    play.up_again()


def cut_both_ways_before(play: Play) -> None:
    """Nothing of B arrives, and B heard nothing either."""
    play.one(A, 3)
    play.say(A, DOWN, EXPIRED)
    play.one(A, 3, DOWN, EXPIRED, 300)
    play.say(B, DOWN, EXPIRED, after_ms=200)
    play.up_again()


def cut_towards_us_before(play: Play) -> None:
    play.one(A, 3)
    play.say(A, DOWN, EXPIRED)
    play.one(A, 3, DOWN, EXPIRED, 300)
    play.say(B, DOWN, TOLD, after_ms=200)
    play.up_again()


def stopped(play: Play) -> None:
    play.say(A, after_ms=50)
    play.unreachable(B)
    play.one(A, 2)
    play.say(A, DOWN, EXPIRED)
    play.one(A, 3, DOWN, EXPIRED, 500)


def silent_for_good(play: Play) -> None:
    play.one(A, 3)
    play.say(A, DOWN, EXPIRED)
    play.one(A, 3, DOWN, EXPIRED, 500)


def stalled(play: Play) -> None:
    play.one(A, 3)
    play.say(A, DOWN, EXPIRED)
    play.one(A, 3, DOWN, EXPIRED, 300)
    play.say(B, after_ms=200)
    play.say(B, DOWN, EXPIRED, after_ms=0.1)
    play.up_again()


def stalled_and_answers_what_waited(play: Play) -> None:
    play.one(A, 3)
    play.say(A, DOWN, EXPIRED)
    play.one(A, 3, DOWN, EXPIRED, 300)
    play.say(B, DOWN, EXPIRED, after_ms=200)
    play.say(B, INIT, after_ms=0.1)
    play.say(A, UP)
    play.say(B, UP)
    play.both(5)


def back_with_an_answer_of_unknown_age(play: Play) -> None:
    """BIRD says Init like this after a stall, and after a cut in which it heard Down."""
    play.one(A, 3)
    play.say(A, DOWN, EXPIRED)
    play.one(A, 3, DOWN, EXPIRED, 300)
    play.say(B, INIT, after_ms=200)
    play.say(A, UP)
    play.say(B, UP)
    play.both(5)


def back_with_init_after_an_expiry_of_its_own(play: Play) -> None:
    """bfdd says Init with its next hello: cut both ways, and one way where it ignored the first Down, look like this."""
    play.one(A, 3)
    play.say(A, DOWN, EXPIRED)
    play.one(A, 3, DOWN, EXPIRED, 600)
    play.timers[B] = {"tx": 1_000_000}
    play.say(B, INIT, EXPIRED, after_ms=300)
    play.timers[B] = {}
    play.say(A, UP)
    play.say(B, UP)
    play.both(5)


def restarted(play: Play) -> None:
    play.one(A, 3)
    play.say(A, DOWN, EXPIRED)
    play.one(A, 3, DOWN, EXPIRED, 300)
    play.my[B] = 77
    play.say(B, DOWN, after_ms=200)
    play.up_again()


def restarted_at_once(play: Play) -> None:
    play.my[B] = 77
    play.say(B, DOWN, after_ms=20)
    play.say(A, DOWN, TOLD, after_ms=1)
    play.up_again()


def by_hand(play: Play) -> None:
    play.say(B, ADMIN_DOWN, BY_HAND, after_ms=20)
    play.say(A, DOWN, TOLD, after_ms=1)
    play.one(B, 5, ADMIN_DOWN, BY_HAND, 300)


def faster_than_it_speaks(play: Play) -> None:
    """B promises 20 ms and goes on at 50 ms: A waits 60 ms."""
    play.timers[A] = {"rx": 20_000}
    play.timers[B] = {"tx": 10_000, "multiplier": 2}
    play.say(A, after_ms=25)
    play.say(B, after_ms=25)
    play.say(A, after_ms=20)
    play.say(A, DOWN, EXPIRED, after_ms=20)
    play.say(B, DOWN, TOLD, after_ms=2)
    play.timers = {A: {}, B: {}}
    play.up_again()


def hole(play: Play) -> None:
    play.say(A, after_ms=400)
    play.say(B, after_ms=10)
    play.both(10)


def hole_of_one_end(play: Play) -> None:
    play.one(A, 10)
    play.both(10)


def sight_lost(play: Play) -> None:
    """Another host's packets show that the capture goes on."""
    other = bfd(9, 0, DOWN)
    play.capture.say("198.51.100.1", "198.51.100.2", other, after_us=2000 * MS)


def b_is_not_seen_any_more(play: Play) -> None:
    play.one(A, 40)


def echo_lost(play: Play) -> None:
    play.say(A, DOWN, ECHO_FAILED, after_ms=10)
    play.say(B, DOWN, TOLD, after_ms=1)


def reset(play: Play) -> None:
    play.say(A, DOWN, FORWARDING_RESET, after_ms=10)
    play.say(B, DOWN, TOLD, after_ms=1)


def path_known_down(play: Play) -> None:
    play.say(A, ADMIN_DOWN, PATH_DOWN, after_ms=10)
    play.say(B, DOWN, TOLD, after_ms=1)


def told_by_nobody(play: Play) -> None:
    play.say(A, DOWN, TOLD, after_ms=10)
    play.both(1)


@pytest.mark.parametrize(
    ("happens", "code", "first"),
    [
        (cut_towards_a_beyond, Code.PATH_CUT_ONE_WAY, A),
        (cut_towards_a_beyond_and_b_ignores_the_first_down, Code.PATH_CUT_ONE_WAY, A),
        (cut_both_ways_beyond, Code.PATH_CUT_BOTH_WAYS, A),
        (cut_both_ways_before, Code.PATH_CUT_BOTH_WAYS, A),
        (cut_towards_us_before, Code.PATH_CUT_ONE_WAY, A),
        (stopped, Code.FAR_END_STOPPED, A),
        (silent_for_good, Code.FAR_END_SILENT, A),
        (stalled, Code.FAR_END_STALLED, A),
        (stalled_and_answers_what_waited, Code.FAR_END_STALLED, A),
        (back_with_an_answer_of_unknown_age, Code.FAR_END_SILENT, A),
        (back_with_init_after_an_expiry_of_its_own, Code.FAR_END_SILENT, A),
        (restarted, Code.FAR_END_RESTARTED, A),
        (restarted_at_once, Code.FAR_END_RESTARTED, None),
        (by_hand, Code.ADMINISTRATIVE, None),
        (faster_than_it_speaks, Code.TIMER_CHANGE, A),
        (hole, Code.CAPTURE_HOLES, None),
        (hole_of_one_end, Code.CAPTURE_HOLES, None),
        (sight_lost, Code.CAPTURE_HOLES, None),
        (b_is_not_seen_any_more, Code.CAPTURE_HOLES, None),
        (echo_lost, Code.ECHO_FAILED, A),
        (reset, Code.FORWARDING_RESET, A),
        (path_known_down, Code.PATH_DOWN, None),
        (told_by_nobody, Code.UNKNOWN, None),
    ],
)
def test_a_failure_is_told_by_its_name(
    tmp_path: Path, happens: Callable[[Play], None], code: Code, first: str | None
) -> None:
    play = Play()
    happens(play)
    session = play.story(tmp_path)
    (outage,) = session.outages
    assert outage.verdict.code is code
    noticed = outage.noticed_first
    assert (None if noticed is None else str(session.ends[noticed].address)) == first
    assert outage.verdict.sentence.endswith(".")
    assert all(sentence.endswith(".") for sentence in outage.verdict.evidence)


@pytest.mark.parametrize(
    ("diagnostic", "words"),
    [(TOLD, f"{B} heard of it and answered"), (EXPIRED, f"{B} gave up by itself and answered")],
)
def test_how_the_other_end_of_a_one_way_cut_went_down_is_said_as_it_says(
    tmp_path: Path, diagnostic: int, words: str
) -> None:
    play = Play()
    play.both(3)
    play.say(A, DOWN, EXPIRED, after_ms=1)
    play.say(B, DOWN, diagnostic, after_ms=0.1)
    play.say(A, DOWN, EXPIRED, after_ms=700)
    play.say(B, INIT, diagnostic, after_ms=1)
    play.say(A, DOWN, EXPIRED, after_ms=700)
    play.up_again()
    assert words in only(play.story(tmp_path).outages).verdict.sentence


def test_evidence_cuts_stamps_off_at_the_microsecond() -> None:
    scene = Scene(addresses=(), start_ns=1_000, interface="")
    assert scene.at(1_226_642_999) == "1.226641 s"


def test_an_outage_has_its_times_and_packets(tmp_path: Path) -> None:
    play = Play()
    heard_us = play.capture.now_us
    play.one(A, 3)
    down = play.say(A, DOWN, EXPIRED)
    down_us = play.capture.now_us
    play.one(A, 3, DOWN, EXPIRED, 300)
    play.say(B, DOWN, EXPIRED, after_ms=200)
    play.say(A, INIT, after_ms=1)
    play.say(B, UP)
    play.say(A, UP)
    up_us = play.capture.now_us
    play.both(10)
    outage = only(play.story(tmp_path).outages)
    zero = play.capture.start_us
    assert outage.packet == down
    assert outage.time_ns == (zero + down_us) * 1000
    assert outage.last_heard_ns == (zero + heard_us) * 1000
    assert outage.up_again_ns == (zero + up_us) * 1000
    assert outage.down_for_ns == (up_us - down_us) * 1000
    assert f"packet {down} at" in outage.verdict.evidence[0]


def test_a_session_that_never_lost_its_peer_has_no_verdict(tmp_path: Path) -> None:
    session = Play().story(tmp_path)
    assert session.outages == ()
    assert session.verdict is None


def test_each_outage_is_judged_for_itself(tmp_path: Path) -> None:
    play = Play()
    by_hand(play)
    play.up_again()
    stopped(play)
    session = play.story(tmp_path)
    assert [one.verdict.code for one in session.outages] == [Code.ADMINISTRATIVE, Code.FAR_END_STOPPED]
    assert session.verdict is session.outages[-1].verdict


def test_a_one_way_capture_says_what_is_missing(tmp_path: Path) -> None:
    capture = Capture()
    for _ in range(5):
        capture.say(A, B, bfd(1, 2, UP), after_us=50 * MS)
    capture.say(A, B, bfd(1, 2, DOWN, diagnostic=TOLD), after_us=50 * MS)
    path = tmp_path / "capture.pcap"
    path.write_bytes(capture.pcap())
    (session,) = replay.watch(path).sessions
    assert (len(session.ends), str(session.absent)) == (1, B)
    assert session.verdict is not None
    assert session.verdict.code is Code.UNKNOWN
    assert f"one-way capture: the packets of {B} are not in it" in session.verdict.sentence


def test_two_interfaces_show_where_the_path_is_cut(tmp_path: Path) -> None:
    """B falls silent at eth0, beside A, and is heard all the while at eth1, beside itself."""
    capture = Capture()

    def say(
        who: str, state: int, interfaces: tuple[int, ...], diagnostic: int = 0, after_ms: int = 25
    ) -> None:
        other, my, your = (B, 1, 2) if who == A else (A, 2, 1)
        frame = bfd(my, your, state, diagnostic=diagnostic)
        for number, interface in enumerate(interfaces):
            capture.say(who, other, frame, after_us=0 if number else after_ms * MS, interface=interface)

    for _ in range(10):
        say(A, UP, (0, 1))
        say(B, UP, (1, 0))
    for _ in range(3):
        say(A, UP, (0, 1))
        say(B, UP, (1,))
    say(A, DOWN, (0, 1), EXPIRED, 0)
    for _ in range(10):
        say(B, UP, (1,), after_ms=1)
    path = tmp_path / "capture.pcapng"
    path.write_bytes(capture.pcapng())
    for session in replay.watch(path).sessions:
        assert session.verdict is not None
        assert session.verdict.code is Code.PATH_CUT_ONE_WAY
        assert f"from {B} to {A}" in session.verdict.sentence
        assert any(
            "eth0" in one and "eth1" in one for one in (session.verdict.sentence, *session.verdict.evidence)
        )
