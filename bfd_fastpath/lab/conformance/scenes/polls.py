# SPDX-License-Identifier: Apache-2.0
"""Poll Sequences of the target's own at the edge of Up, and its answers to ours (RFC 5880 6.5, 6.8.3,
6.8.7).
"""

import itertools

from bfd_fastpath.lab.conformance.far_end import Heard
from bfd_fastpath.lab.conformance.scene import Scene, gaps_ns, milliseconds
from bfd_fastpath.lab.conformance.script import Scripts
from bfd_fastpath.wire.bfd import State

scripts = Scripts()
_NO_POLL = "it starts no Poll Sequence when it comes Up: its Desired Min TX is a second or more there, too"


@scripts.scene(7, 8, 9, 86, 111)
def poll_at_up(s: Scene) -> None:
    """Desired Min TX falls below a second at Up, so a Poll is due (6.8.3); its answer is kept back."""
    s.begin()
    far = s.far
    far.answers = False
    _end_what_was_left(s)
    up = s.come_up(settle=False)
    down = [h for h in far.heard if h.packet and h.said.state is not State.UP]
    low = min((h.said.desired_min_tx_us for h in down), default=0)
    s.show(
        86, bool(down) and low >= 1_000_000, f"Desired Min TX in Down and Init: at least {low} us", *down[:3]
    )
    heard = [up, *far.run(1.5)]
    low = min(h.said.desired_min_tx_us for h in heard)
    if low < 1_000_000 and down and not any(h.said.poll for h in heard):
        told = f"Desired Min TX went from a second to {low} us without a Poll"
        for row in (8, 9, 111):
            s.show(row, False, told, down[-1], *heard[:2])
    elif not any(h.said.poll for h in heard):
        for row in (8, 9, 111):
            s.not_applicable(row, _NO_POLL)
    else:
        _unanswered(s, [h for h in heard if not h.said.final])
    far.say("a Poll of ours in theirs", poll=True)
    heard = [*heard, *far.run(0.3)]
    both = [h for h in far.heard if h.packet and h.said.poll and h.said.final]
    finals = [h for h in heard if h.said.final]
    s.show(
        7,
        not both,
        f"{len(far.heard)} packets, {len(finals)} with F while it polled: none with P and F",
        *finals[:3],
    )
    if not any(h.said.poll for h in heard):
        return
    answer = far.say("the answer", final=True, poll=False)
    after = [h for h in far.run(0.5) if h.packet]
    polls = [h for h in after if h.said.poll]
    s.show(
        111,
        bool(after) and not polls,
        f"{len(after)} packets after F, {len(polls)} with P",
        answer,
        *after[:3],
    )


def _end_what_was_left(s: Scene) -> None:
    """A session that was Up before may still poll for that change. An answer that says AdminDown leaves it
    Down."""
    first = s.await_("a packet", lambda h: True, 5)
    if first.said.poll:
        s.far.say("the answer to an older Poll", state=State.ADMIN_DOWN, final=True, poll=False)
        s.await_("the end of that Poll Sequence", lambda h: not h.said.poll)


def _unanswered(s: Scene, heard: list[Heard]) -> None:
    polls = [h for h in heard if h.said.poll]
    rides = polls[0].time_ns <= heard[0].time_ns + s.interval_ns() + s.line.slack_ns
    s.show(8, rides and len(polls) > 3, f"{len(polls)} of {len(heard)} packets carried P", *polls[:4])
    gaps = gaps_ns(polls)
    least = s.interval_ns() * 75 // 100 - s.line.slack_ns
    shortest = min(gaps, default=0)
    s.show(
        9,
        len(gaps) > 2 and shortest >= least,
        f"unanswered for 1.5 s, no packet came early: {len(gaps)} gaps, the shortest "
        f"{milliseconds(shortest)} of {milliseconds(s.interval_ns())}",
        *polls[:4],
    )


@scripts.scene(124)
def polls_answered(s: Scene) -> None:
    """In Down, Init and Up."""
    s.begin()
    far = s.far
    first = s.await_("a packet", lambda h: True, 5)
    for state, wanted in ((State.ADMIN_DOWN, State.DOWN), (State.DOWN, State.INIT), (State.UP, State.UP)):
        far.state = state
        answer = s.answers_poll(f"Poll with {state.name}", your_discriminator=first.said.my_discriminator)
        asked = far.sent[-1]
        if answer is None:
            s.show(124, False, f"no answer to a Poll that says {state.name}", asked)
            return
        good = not answer.said.poll and answer.said.state is wanted
        late = answer.time_ns - asked.time_ns
        s.show(
            124, good, f"{wanted.name}: answered after {milliseconds(late)} with F, P clear", asked, answer
        )
    far.hellos = True
    s.settle()
    every = s.interval_ns()
    for _ in range(5):
        answer = s.answers_poll("Poll between two hellos")
        asked = far.sent[-1]
        late = answer.time_ns - asked.time_ns if answer else 0
        s.expect(
            124,
            answer is not None and late < every,
            "five more are answered in Up",
            asked,
            *([answer] if answer else []),
        )
        far.run(0.013)


@scripts.scene(125)
def polls_in_a_row(s: Scene) -> None:
    s.begin()
    s.come_up()
    far = s.far
    start = s.line.now_ns
    answers = []
    for _ in range(20):
        far.say("one of twenty Polls", poll=True)
        answers += [h for h in far.run(0.01) if h.packet and h.said.final]
    answers += [h for h in far.run(s.soon_s) if h.packet and h.said.final]
    took = far.sent[-1].time_ns - start
    if len(answers) >= 20:
        s.show(
            125,
            True,
            f"20 Polls within {milliseconds(took)} had {len(answers)} answers: no limit",
            *answers[:4],
        )
        return
    gaps = [b.time_ns - a.time_ns for a, b in itertools.pairwise(answers)]
    limit = min(gaps, default=took)
    desired = far.last.desired_min_tx_us * 1000 if far.last else 0
    s.show(
        125,
        desired >= limit - s.line.slack_ns,
        f"20 Polls had {len(answers)} answers, {milliseconds(limit)} apart at least; "
        f"Desired Min TX is {milliseconds(desired)}",
        *answers[:4],
    )
