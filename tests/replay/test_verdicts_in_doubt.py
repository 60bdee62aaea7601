# SPDX-License-Identifier: Apache-2.0
"""What is said of an outage where a plain reading of the packets would blame the wrong one."""

from pathlib import Path

import pytest

import pydp.replay as replay
from pydp.replay import Code
from tests.replay.crafting import AUTH, DEMAND, DOWN, INIT, MS, UP, A, B, Capture, bfd
from tests.replay.play import EXPIRED, TOLD, Play, only


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((UP, 0), Code.FAR_END_STALLED),
        ((DOWN, TOLD), Code.FAR_END_STALLED),
        ((DOWN, EXPIRED), Code.FAR_END_SILENT),
    ],
)
def test_ends_that_fell_silent_together_are_told_together(
    tmp_path: Path, answer: tuple[int, int], code: Code
) -> None:
    """A daemon that went on again says Up once more, or Down at once: whichever of its timers fires first."""
    play = Play()
    play.say(A, UP, after_ms=1000)
    play.say(A, DOWN, EXPIRED, after_ms=0.1)
    play.say(B, *answer, after_ms=12)
    play.say(B, DOWN, EXPIRED, after_ms=0.1)
    play.up_again()
    verdict = only(play.story(tmp_path).outages).verdict
    assert verdict.code is code
    assert (
        "Both ends stalled" if code is Code.FAR_END_STALLED else "Neither end was heard"
    ) in verdict.sentence


KEYED_SHA1 = b"\x04\x1c\x07\x00" + bytes(24)


@pytest.mark.parametrize(
    ("flags", "tail", "code", "words"),
    [
        (AUTH, KEYED_SHA1, Code.UNKNOWN, "or they refuse each other's authentication"),
        (0, b"", Code.AUTHENTICATION, f"{A} sends keyed-sha1 with key 7, {B} no authentication"),
    ],
    ids=["another key", "none"],
)
def test_packets_that_may_be_refused_for_their_key_are_no_cut_path(
    tmp_path: Path, flags: int, tail: bytes, code: Code, words: str
) -> None:
    """Both authenticate; then B does so in another way, and both lose each other while hellos go on."""
    capture = Capture()

    def say(who: str, state: int, after_ms: int, diagnostic: int = 0, *, changed: bool = False) -> None:
        ends = (A, B) if who == A else (B, A)
        signed = (flags, tail) if changed and who == B else (AUTH, KEYED_SHA1)
        my, your = (1, 2) if who == A else (2, 1)
        packet = bfd(my, your, state, diagnostic=diagnostic, flags=signed[0], tail=signed[1])
        capture.say(*ends, packet, after_us=after_ms * MS)

    for changed in (False, True):
        for _ in range(3 if changed else 10):
            say(A, UP, 25, changed=changed)
            say(B, UP, 25, changed=changed)
    say(A, DOWN, 5, EXPIRED, changed=True)
    say(B, DOWN, 1, EXPIRED, changed=True)
    say(A, DOWN, 800, EXPIRED, changed=True)
    path = tmp_path / "capture.pcap"
    path.write_bytes(capture.pcap())
    verdict = only(replay.watch(path).sessions[0].outages).verdict
    assert (verdict.code, words in verdict.sentence) == (code, True), verdict


@pytest.mark.parametrize("seen", [False, True], ids=["missing", "seen"])
def test_a_reflector_that_is_not_heard_is_not_said_to_have_stalled(tmp_path: Path, seen: bool) -> None:
    """Replies say Up whatever happened: S-BFD's far end knows nothing (RFC 7880)."""
    capture = Capture()
    for turn in range(40):
        lost, down = 20 <= turn < 30, 23 <= turn < 31
        state, diagnostic = (DOWN, EXPIRED) if down else (UP, 0)
        request = bfd(1, 2, state, diagnostic=diagnostic, flags=DEMAND)
        capture.say(A, B, request, after_us=49 * MS, sport=50_000, dport=7784)
        if seen or not lost:
            capture.say(B, A, bfd(2, 1, UP), after_us=MS, sport=7784, dport=50_000)
    path = tmp_path / "capture.pcap"
    path.write_bytes(capture.pcap())
    outage = only(replay.watch(path).sessions[0].outages)
    assert outage.noticed_first == 0
    assert outage.verdict.code is (Code.PATH_CUT_ONE_WAY if seen else Code.FAR_END_SILENT)
    assert "stalled and recovered" not in outage.verdict.sentence


def test_an_end_that_comes_back_with_init_is_not_said_to_have_noticed(tmp_path: Path) -> None:
    """One way: what it said while it was not heard is not known, but it has heard the other end since."""
    capture = Capture()
    for _ in range(5):
        capture.say(A, B, bfd(1, 2, UP), after_us=50 * MS)
    capture.say(A, B, bfd(1, 2, INIT, tx=1_000_000), after_us=2000 * MS)
    capture.say(A, B, bfd(1, 2, UP), after_us=MS)
    path = tmp_path / "capture.pcap"
    path.write_bytes(capture.pcap())
    outage = only(replay.watch(path).sessions[0].outages)
    assert outage.noticed_first is None
    assert outage.verdict.code is Code.FAR_END_SILENT
    assert "was not heard for 2.00 s and came back with init" in outage.verdict.sentence
    assert outage.down_for_ns == 2001 * MS * 1000
