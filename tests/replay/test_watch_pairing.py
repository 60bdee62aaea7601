# SPDX-License-Identifier: Apache-2.0
"""Several sessions between two addresses (multihop, micro): discriminators tell them apart, and a wrong guess is put right."""

from collections.abc import Callable

import pytest

from tests.replay.crafting import DOWN, INIT, MS, UP, A, B, Capture, bfd, datagram, ethernet, icmp_unreachable
from tests.replay.watching import Seen, watch

MULTIHOP, MICRO = 4784, 6784
Say = Callable[..., int]


@pytest.fixture(params=[MULTIHOP, MICRO], ids=["multihop", "micro"])
def lane(request: pytest.FixtureRequest) -> tuple[Capture, Say]:
    """A capture, and say("A" or "B", my, your, state): one packet, 10 ms after the one before."""
    capture = Capture()

    def say(end: str, my: int, your: int = 0, state: int = DOWN, after_us: int = 10 * MS) -> int:
        source, destination = (A, B) if end == "A" else (B, A)
        return capture.say(source, destination, bfd(my, your, state), after_us=after_us, dport=request.param)

    return capture, say


def pairs(seen: Seen) -> list[tuple[int, int]]:
    """Discriminators of A's and of B's end; 0 where it was not heard."""
    return [(s.ends[0].discriminator, s.ends[1].discriminator) for s in seen.sessions]


def test_several_sessions_that_come_up_together_are_told_apart(lane: tuple[Capture, Say]) -> None:
    capture, say = lane
    for n in (1, 2, 3):
        say("A", n)
    for n in (11, 12, 13):
        say("B", n)
    # In truth 1 talks to 13, 2 to 11 and 3 to 12.
    truth = {1: 13, 2: 11, 3: 12}
    for a, b in truth.items():
        say("A", a, b, INIT)
    for a, b in truth.items():
        say("B", b, a, UP)
        say("A", a, b, UP)
    seen = watch(capture.pcap())
    assert sorted(pairs(seen)) == [(1, 13), (2, 11), (3, 12)]
    assert not seen.told("restart", "late")
    assert seen.told("paired")
    for session in seen.sessions:
        assert [end.packets for end in session.ends] == [3, 2]
        assert [end.state for end in session.ends] == [UP, UP]


def test_an_unreachable_port_is_told_of_the_session_whose_packet_is_quoted(lane: tuple[Capture, Say]) -> None:
    capture, say = lane
    for n in (1, 2, 3):
        say("A", n), say("B", 10 + n, n)
    port = capture.records[-1][2][36:38]
    for my, quoted in ((2, 60), (2, 28), (9, 60)):
        packet = datagram(A, B, bfd(my, 10 + my, UP), dport=int.from_bytes(port, "big"))
        capture.add(ethernet(icmp_unreachable(B, A, packet[:quoted])))
    told = [(e.number, e.session, e.end) for e in watch(capture.pcap()).told("unreachable")]
    # Of a quotation that ends with the ports, or of a stranger's packet, nobody can say whose it was.
    assert told == [(7, 1, 1)]


def test_what_was_told_of_swapped_ends_can_be_put_right(lane: tuple[Capture, Say]) -> None:
    capture, say = lane
    say("A", 1), say("A", 2), say("B", 12), say("B", 11)
    shown = say("A", 1, 11, INIT)
    seen = watch(capture.pcap())
    (paired,) = seen.told("paired")
    assert (paired.number, paired.session, paired.value, paired.end) == (shown, 1, 0, 0)
    # B's 12 was taken for session 0 and 11 for session 1; A's ends change places.
    assert pairs(seen) == [(2, 12), (1, 11)]


def test_an_end_that_belongs_to_a_session_not_heard_yet_leaves(lane: tuple[Capture, Say]) -> None:
    capture, say = lane
    say("A", 1)
    say("B", 12)
    say("B", 11, 1, INIT)
    say("A", 1, 11, UP)
    say("A", 2, 12, INIT)
    seen = watch(capture.pcap())
    assert sorted(pairs(seen)) == [(1, 11), (2, 12)]
    assert not seen.told("restart")


def test_a_restart_is_seen_by_the_other_ends_discriminator(lane: tuple[Capture, Say]) -> None:
    capture, say = lane
    say("A", 1), say("B", 11, 1, INIT), say("A", 1, 11, UP), say("B", 11, 1, UP)
    restarted = say("B", 77, 1, INIT)
    seen = watch(capture.pcap())
    (event,) = seen.told("restart")
    assert (event.number, event.end, event.value) == (restarted, 1, 11)
    assert pairs(seen) == [(1, 77)]


def test_a_restart_after_a_silence_is_seen_without_any_name(lane: tuple[Capture, Say]) -> None:
    capture, say = lane
    say("A", 1), say("B", 11, 1, INIT), say("A", 1, 11, UP), say("B", 11, 1, UP)
    say("A", 1, 0, DOWN, after_us=400 * MS)
    say("B", 77, 0, DOWN)
    say("A", 1, 77, INIT)
    say("B", 77, 1, UP)
    seen = watch(capture.pcap())
    assert [e.value for e in seen.told("restart")] == [11]
    assert pairs(seen) == [(1, 77)]
    assert not seen.told("paired")


def test_a_quick_restart_is_seen_once_both_names_were_said(lane: tuple[Capture, Say]) -> None:
    capture, say = lane
    say("A", 1), say("B", 11, 1, INIT), say("A", 1, 11, UP), say("B", 11, 1, UP)
    say("B", 77, 0, DOWN)
    say("A", 1, 77, INIT)
    restarted = say("B", 77, 1, UP)
    say("A", 1, 77, UP)
    say("B", 77, 1, UP)
    seen = watch(capture.pcap())
    assert [(e.number, e.session, e.value) for e in seen.told("restart")] == [(restarted, 0, 11)]
    assert [end.packets for end in seen.sessions[0].ends] == [4, 4]


def test_one_direction_of_several_sessions_is_as_many_sessions(lane: tuple[Capture, Say]) -> None:
    capture, say = lane
    for _ in range(3):
        say("A", 1, 11, UP), say("A", 2, 12, UP)
    seen = watch(capture.pcap())
    assert pairs(seen) == [(1, 0), (2, 0)]
    assert [s.ends[0].packets for s in seen.sessions] == [3, 3]


def test_sessions_of_one_address_pair_are_bounded(lane: tuple[Capture, Say]) -> None:
    capture, say = lane
    for n in range(100):
        say("A", n + 1, n + 1001, UP, after_us=MS)
    seen = watch(capture.pcap())
    assert (seen.totals.sessions, seen.totals.unfollowed) == (64, 36)
    assert seen.totals.multihop + seen.totals.micro == 100


def test_no_packet_is_lost_whatever_the_discriminators_say(lane: tuple[Capture, Say]) -> None:
    capture, say = lane
    state = 12345
    for _ in range(3000):
        state = (state * 1103515245 + 12345) % 2**31
        my, your = state >> 8 & 7 or 8, state >> 11 & 7
        say("AB"[state >> 16 & 1], my, your + 8 if your else 0, UP if your else DOWN, after_us=MS)
    seen = watch(capture.pcap(), piece=1000)
    assert sum(end.packets for s in seen.sessions for end in s.ends) + seen.totals.unfollowed == 3000
    for session in seen.sessions:
        for end in session.ends:
            assert end.up.count + end.rest.count <= end.packets
