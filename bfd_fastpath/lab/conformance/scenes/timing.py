# SPDX-License-Identifier: Apache-2.0
"""When packets go (RFC 5880 6.8.3, 6.8.7): jitter, intervals that the peer changes, none at all."""

from bfd_fastpath.lab.conformance.far_end import SECOND, Heard
from bfd_fastpath.lab.conformance.scene import Scene, StuckError, gaps_ns, milliseconds
from bfd_fastpath.lab.conformance.script import Scripts
from bfd_fastpath.lab.conformance.subject import Wish

scripts = Scripts()


def _paced(s: Scene, seconds: float) -> tuple[list[Heard], list[int], int]:
    """Packets of a while, their gaps, and the interval that was negotiated."""
    heard = [h for h in s.far.run(seconds) if h.packet and not h.said.final]
    gaps = gaps_ns(heard)
    if len(gaps) < 3:
        raise StuckError(f"only {len(heard)} packets came in {seconds:g} s")
    return heard, gaps, s.interval_ns()


def _span(gaps: list[int]) -> str:
    return f"{len(gaps)} gaps of {milliseconds(min(gaps))} to {milliseconds(max(gaps))}"


@scripts.scene(113, 115, 116, 117)
def jitter(s: Scene) -> None:
    s.begin()
    s.come_up()
    heard, gaps, every = _paced(s, 10)
    slack = s.line.slack_ns
    least, most = every * 75 // 100 - slack, every + slack
    at = f"at {milliseconds(every)}"
    s.show(113, max(gaps) <= 2 * every + slack, f"packets flow: {_span(gaps)} {at}", *heard[:3])
    s.show(
        115, min(gaps) >= least, f"{_span(gaps)} {at}, less jitter {milliseconds(every * 0.75)}", *heard[:3]
    )
    # Of many draws over a quarter of the interval some lie in each half of it.
    low = sum(gap < every * 875 // 1000 for gap in gaps)
    spread = len(gaps) // 10 < low < len(gaps) - len(gaps) // 10
    distinct = len({round(gap / 1e5) for gap in gaps})
    s.show(
        116,
        spread and distinct > len(gaps) // 4 and min(gaps) >= least,
        f"{_span(gaps)} {at}: {low} below 87.5 %, {distinct} different to a tenth of a millisecond",
        *heard[:4],
    )
    s.show(117, min(gaps) >= least and max(gaps) <= most, f"{_span(gaps)} {at}: 75 to 100 %", *heard[:4])


@scripts.scene(118, 119)
def jitter_at_multiplier_1(s: Scene) -> None:
    s.begin(Wish(multiplier=1))
    s.come_up()
    heard, gaps, every = _paced(s, 10)
    slack = s.line.slack_ns
    if heard[0].said.multiplier != 1:
        raise StuckError(f"its Detect Mult is {heard[0].said.multiplier}")
    at = f"at {milliseconds(every)} and Detect Mult 1"
    s.show(118, max(gaps) <= every * 90 // 100 + slack, f"{_span(gaps)} {at}: at most 90 %", *heard[:4])
    s.show(119, min(gaps) >= every * 75 // 100 - slack, f"{_span(gaps)} {at}: at least 75 %", *heard[:4])


@scripts.scene(87, 88, 120)
def peer_reception(s: Scene) -> None:
    """The peer's Required Min RX rises to two seconds and falls to a tenth of one."""
    s.begin()
    far = s.far
    s.come_up()
    far.required_us = 2_000_000
    far.say("Required Min RX 2 s", poll=True)
    far.run(2.2)
    slow, gaps, every = _paced(s, 9)
    slack = s.line.slack_ns
    s.show(
        120,
        min(gaps) >= every * 75 // 100 - slack,
        f"Required Min RX raised to 2 s: {_span(gaps)}",
        *slow[:3],
    )
    # Right after a packet: most of the two seconds lies ahead.
    s.await_("a packet", lambda h: not h.said.final)
    far.run(1)
    far.required_us = 100_000
    cut = far.say("Required Min RX 100 ms", poll=True)
    overdue = far.run(0.6)
    fast = [h for h in overdue if h.packet and not h.said.final]
    every = s.interval_ns()
    first = fast[0].time_ns - cut.time_ns if fast else 0
    s.show(
        88,
        bool(fast) and first <= every // 4 + slack,
        "lowered to 100 ms a second after its last packet: "
        + (f"the next came {milliseconds(first)} later" if fast else "none came in 0.6 s"),
        cut,
        *fast[:1],
    )
    gaps = gaps_ns(fast)
    held = bool(gaps) and max(gaps) <= every + slack
    s.show(
        87, held, f"after the packet that lowers it: {_span(gaps) if gaps else 'no packets'}", cut, *fast[:3]
    )
    s.expect(120, held, "and more often when it is lowered to 100 ms", cut, *fast[:2])


@scripts.scene(122)
def peer_wants_nothing(s: Scene) -> None:
    s.begin()
    far = s.far
    s.come_up()
    far.required_us = 0
    far.say("Required Min RX 0", poll=True)
    far.run(s.soon_s)
    quiet = [h for h in far.run(5) if h.packet and not h.said.final]
    s.show(
        122, not quiet, f"Required Min RX 0: {len(quiet)} periodic packets in 5 s", far.sent[-1], *quiet[:3]
    )
    answer = s.answers_poll("Poll with Required Min RX 0")
    s.expect(122, answer is not None, "it answers a Poll meanwhile", *([answer] if answer else []))


@scripts.scene(6)
def its_reception(s: Scene) -> None:
    """Hellos as fast as it says it can take them."""
    s.begin()
    s.come_up()
    far = s.far
    last = far.last
    assert last is not None
    if last.required_min_rx_us == 0:
        s.not_applicable(6, "it wants no periodic packets at all")
        return
    every_us = last.required_min_rx_us
    far.desired_us = every_us
    far.poll = True
    s.settle()
    far.pace_us = max(every_us * 9 // 10, 1000)
    count = len(far.sent)
    start_ns = s.line.now_ns
    heard = far.run(min(20, 400 * every_us / 1e6))
    took_s = (s.line.now_ns - start_ns) / SECOND
    downs = [h for h in heard if h.packet and h.said.state.name != "UP"]
    how = ""
    if s.simulated:
        # With Detect Mult 1 none of them may be missed.
        far.multiplier = 1
        far.poll = True
        s.settle()
        edge = far.run(min(10, 200 * every_us / 1e6))
        downs += [h for h in edge if h.packet and h.said.state.name != "UP"]
        how = " and then with Detect Mult 1"
    s.show(
        6,
        not downs,
        f"{len(far.sent) - count} packets at the {every_us} us that it advertises, for {took_s:.3g} s{how}: "
        f"it {'went Down' if downs else 'stayed Up'}",
        *far.sent[count : count + 2],
        *(downs[:2] or heard[-1:]),
    )
