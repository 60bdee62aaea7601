# SPDX-License-Identifier: Apache-2.0
"""Timers that are changed at the target while the session is Up (RFC 5880 6.8.3): what waits for the Poll's
end and what does not.
"""

from dataclasses import replace

from bfd_fastpath.lab.conformance.scene import Scene, gaps_ns, milliseconds
from bfd_fastpath.lab.conformance.script import Scripts
from bfd_fastpath.lab.conformance.subject import Wish
from bfd_fastpath.wire.bfd import State

scripts = Scripts()


@scripts.scene(83)
def change_polls(s: Scene) -> None:
    for field, value in (
        ("desired_us", 150_000),
        ("desired_us", 80_000),
        ("required_us", 200_000),
        ("required_us", 90_000),
    ):
        s.begin()
        far = s.far
        s.come_up()
        far.answers = False
        s.change(replace(s.wish, **{field: value}))  # type: ignore[arg-type]
        heard = [h for h in far.run(1) if h.packet]
        name = "desired_min_tx_us" if field == "desired_us" else "required_min_rx_us"
        with_it = [h for h in heard if getattr(h.said, name) == value]
        polls = [h for h in with_it if h.said.poll]
        told = f"{name.replace('_', ' ')} {value}: {len(polls)} of {len(with_it)} packets with it carry P"
        s.show(83, bool(polls) and len(polls) == len(with_it), told, *with_it[:3])


@scripts.scene(84)
def desired_raised(s: Scene) -> None:
    s.begin()
    far = s.far
    s.come_up()
    far.answers = False
    s.change(replace(s.wish, desired_us=400_000))
    heard = [h for h in far.run(2) if h.packet]
    polls = [h for h in heard if h.said.desired_min_tx_us == 400_000]
    gaps = gaps_ns(polls)
    slack = s.line.slack_ns
    held = len(gaps) > 3 and max(gaps) <= 100_000_000 + slack
    s.show(
        84,
        held,
        f"raised from 100 to 400 ms, its Poll unanswered: {len(gaps)} gaps of "
        f"{milliseconds(max(gaps, default=0))} at most",
        *polls[:4],
    )
    far.answers = True
    s.settle()
    gaps = gaps_ns(far.run(3))
    slower = bool(gaps) and min(gaps) >= 300_000_000 - slack
    s.show(84, slower, f"and {milliseconds(min(gaps, default=0))} at least after the answer", far.heard[-1])


@scripts.scene(85)
def required_lowered(s: Scene) -> None:
    s.begin(Wish(required_us=400_000))
    far = s.far
    s.come_up()
    far.run(1)
    far.answers = False
    s.change(replace(s.wish, required_us=100_000))
    s.await_("a packet that says 100 ms", lambda h: h.said.required_min_rx_us == 100_000)
    _detected(s, 85, 1_200_000_000, "lowered from 400 to 100 ms, its Poll unanswered")


@scripts.scene(90)
def at_once(s: Scene) -> None:
    s.begin()
    far = s.far
    s.come_up()
    far.run(0.5)
    far.answers = False
    s.change(replace(s.wish, required_us=400_000))
    s.await_("a packet that says 400 ms", lambda h: h.said.required_min_rx_us == 400_000)
    _detected(s, 90, 1_200_000_000, "Required Min RX raised from 100 to 400 ms, its Poll unanswered")
    s.begin(Wish(desired_us=400_000))
    s.come_up()
    far.run(0.5)
    far.answers = False
    s.change(replace(s.wish, desired_us=100_000))
    first = s.await_("a packet that says 100 ms", lambda h: h.said.desired_min_tx_us == 100_000)
    gaps = gaps_ns([first, *far.run(1)])
    fast = len(gaps) > 3 and max(gaps) <= 100_000_000 + s.line.slack_ns
    s.show(
        90,
        fast,
        f"Desired Min TX lowered from 400 to 100 ms: gaps of {milliseconds(max(gaps, default=0))} at most",
        first,
        *far.heard[-2:],
    )


def _detected(s: Scene, row: int, detection_ns: int, what: str) -> None:
    """Fall silent; Down comes with this Detection Time."""
    far = s.far
    far.hellos = False
    last = far.say("the last word", poll=False)
    down = far.wait_for(lambda h: h.said.state is State.DOWN, detection_ns / 1e9 + 1.5)
    after = down.time_ns - last.time_ns if down else 0
    slack = s.line.slack_ns
    right = down is not None and detection_ns - slack <= after <= detection_ns + 400_000_000 + slack
    s.show(
        row,
        right,
        f"{what}: Down {milliseconds(after)} after our last packet, {milliseconds(detection_ns)} being right",
        last,
        down or far.heard[-1],
    )


@scripts.scene(91)
def poll_after_poll(s: Scene) -> None:
    """A second change while the first one's Poll is under way. The Poll's next packet is answered after 0.7
    s: more than half and less than 75 % of the interval of a second, so that whatever the target takes for
    the round trip, its next packet is within it.
    """
    s.begin(Wish(desired_us=1_000_000))
    far = s.far
    far.multiplier = 50
    s.come_up()
    far.run(0.5)
    far.answers = far.hellos = False
    s.change(replace(s.wish, required_us=200_000))
    first = s.await_("the first Poll", lambda h: h.said.poll)
    s.change(replace(s.wish, required_us=300_000))
    again = s.await_("its next packet", lambda h: h.said.poll)
    far.run_to(again.time_ns + 700_000_000)
    answer = far.say("F, 0.7 s after P", final=True, poll=False)
    following = s.await_("a packet after F", lambda h: True, 3)
    # Whoever begins a new interval at F sends after the round trip, and may poll again.
    within = following.time_ns - answer.time_ns < 700_000_000 - s.line.slack_ns
    s.show(
        91,
        not (within and following.said.poll),
        f"its next packet, {milliseconds(following.time_ns - answer.time_ns)} after F and the round trip "
        f"being 700 ms, {'polls' if following.said.poll else 'does not poll'}",
        first,
        answer,
        following,
    )
    clear = far.say("a packet without F")
    far.answers = True
    later = [following, *(h for h in far.run(3.5) if h.packet)]
    polls = [h for h in later if h.said.poll and h.said.required_min_rx_us == 300_000]
    both = first.said.required_min_rx_us == 300_000
    s.expect(
        91, bool(polls) or both, "the second change has its Poll after a packet without F", clear, *polls[:1]
    )
