# SPDX-License-Identifier: Apache-2.0
"""Poll Sequences by themselves: what starts one, what ends it, and what makes another wait."""

from bfd_fastpath.wire.bfd import PollPhase, PollSequence


def sent(now_ns: int = 0) -> PollSequence:
    poll = PollSequence()
    poll.want(now_ns)
    poll.packet_sent(now_ns)
    return poll


def test_p_is_on_the_wire_from_the_first_packet_to_final() -> None:
    poll = PollSequence()
    poll.want(0)
    assert (poll.active, poll.on_the_wire) == (True, False)
    poll.packet_sent(5)
    poll.packet_sent(9)
    assert (poll.on_the_wire, poll.first_sent_ns) == (True, 5)
    assert poll.heard(True, 20)
    assert not poll.active


def test_many_wants_before_the_first_packet_are_one_poll() -> None:
    poll = PollSequence()
    for now_ns in range(5):
        poll.want(now_ns)
    assert poll.started == 1
    assert not poll.another_wanted


def test_a_final_nobody_waits_for_is_nothing() -> None:
    poll = PollSequence()
    assert not poll.heard(True, 1)
    poll.want(2)
    assert not poll.heard(True, 3), "no P was sent yet"
    assert poll.phase is PollPhase.ARMED


def test_a_want_during_a_poll_waits_and_its_final_confirms_nothing() -> None:
    poll = sent()
    poll.want(10)
    assert not poll.heard(True, 20)
    assert poll.deadline_ns == 40
    poll.timer(39)
    assert poll.phase is PollPhase.HOLD
    poll.timer(40)
    assert (poll.phase, poll.started) == (PollPhase.ARMED, 2)


def test_a_packet_without_final_lets_it_begin() -> None:
    poll = sent()
    poll.want(10)
    poll.heard(True, 20)
    poll.heard(True, 21)
    assert not poll.active
    poll.heard(False, 22)
    assert poll.active
