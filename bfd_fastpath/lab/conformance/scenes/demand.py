# SPDX-License-Identifier: Apache-2.0
"""Demand mode (RFC 5880 6.6, 6.8.4, 6.8.14, 6.8.17): the far end's, and the target's own."""

from dataclasses import replace

from bfd_fastpath.lab.conformance.far_end import SECOND, Heard
from bfd_fastpath.lab.conformance.row import Need
from bfd_fastpath.lab.conformance.scene import Scene, milliseconds
from bfd_fastpath.lab.conformance.script import Scripts
from bfd_fastpath.lab.conformance.subject import Wish
from bfd_fastpath.wire.bfd import State

scripts = Scripts()


def _silenced(s: Scene) -> tuple[list[Heard], list[Heard]]:
    """Up, and the far end demands: what the target says periodically in two seconds, and its answer to a
    Poll.
    """
    far = s.far
    s.come_up()
    far.demand = far.poll = True
    far.say("D set")
    far.run(0.5)
    quiet = [h for h in far.run(2) if h.packet and not h.said.final]
    answer = s.answers_poll("Poll, D set")
    return quiet, [answer] if answer else []


@scripts.scene(112, 113, 123, 134)
def peer_demands(s: Scene) -> None:
    s.begin()
    far = s.far
    far.demand = True
    first = s.await_("a packet", lambda h: True, 5)
    far.your = first.said.my_discriminator
    far.hellos = True
    before = [h for h in far.run(3) if h.packet and not h.said.final]
    s.expect(113, len(before) > 1, "D set while not both are Up: packets flow", *before[:3])
    far.demand = False
    quiet, answer = _silenced(s)
    sent = far.sent[-1]
    s.show(112, not quiet, f"D set, both Up: {len(quiet)} periodic packets in 2 s", sent, *quiet[:3])
    s.show(
        123,
        not quiet,
        f"D set, and no Poll of its own: {len(quiet)} periodic packets in 2 s",
        sent,
        *quiet[:3],
    )
    for row in (112, 123):
        s.expect(row, bool(answer), "it answers Polls meanwhile", *answer)
    far.demand = False
    cleared = far.say("D clear", poll=True)
    heard = [h for h in far.run(1.5) if h.packet and not h.said.final]
    s.show(134, len(heard) > 3, f"D clear again: {len(heard)} packets in 1.5 s", cleared, *heard[:3])
    s.show(113, len(heard) > 3, f"D clear again: {len(heard)} packets in 1.5 s", cleared, *heard[:3])


@scripts.scene(12)
def change_while_demanded(s: Scene) -> None:
    for what, changed in (
        ("Required Min RX", {"required_us": 150_000}),
        ("Desired Min TX", {"desired_us": 120_000}),
        ("Detect Mult", {"multiplier": 5}),
    ):
        s.begin()
        _silenced(s)
        s.far.answers = False
        s.change(replace(s.wish, **changed))  # type: ignore[arg-type]
        heard = [h for h in s.far.run(1.5) if h.packet and not h.said.final]
        polls = [h for h in heard if h.said.poll]
        s.show(
            12, bool(polls), f"{what} changed while we demand: {len(polls)} Polls", s.far.sent[-1], *polls[:2]
        )


@scripts.scene(139)
def concatenated_path(s: Scene) -> None:
    s.begin()
    _silenced(s)
    s.far.answers = False
    s.driver.concatenated(True)
    heard = [h for h in s.far.run(1.5) if h.packet and not h.said.final]
    told = [h for h in heard if h.said.poll and h.said.diagnostic in (6, 8)]
    codes = f"{len(told)} Polls with diagnostic 6 or 8 while we demand"
    s.show(139, bool(told) and told[0].said.state is State.UP, codes, *(told or heard)[:2])


@scripts.scene(10, 11, 126, needs=(Need.DEMAND,))
def target_demands(s: Scene) -> None:
    s.begin(Wish(demand=True))
    far = s.far
    far.answers = False
    far.hellos = True
    far.run(2.5)
    up = s.come_up(settle=False)
    # Longer, and its Poll would count as unanswered for a Detection Time (6.8.4).
    heard = [up, *(h for h in far.run(0.25) if h.packet)]
    demands = [h for h in heard if h.said.demand]
    before = [h for h in far.heard if h.packet and h.said.demand and h.said.state is not State.UP]
    s.show(
        10,
        bool(demands) and not before,
        f"{len(demands)} packets with D once both were Up, {len(before)} before",
        *demands[:2],
    )
    s.show(
        126,
        bool(demands) and not before,
        f"{len(demands)} packets with D once both were Up, {len(before)} before",
        *demands[:2],
    )
    polls = [h for h in demands if h.said.poll]
    s.show(
        11, bool(polls), f"D set at Up: {len(polls)} of {len(demands)} packets with it carry P", *demands[:3]
    )
    far.answers = True
    s.answers_octets(far.octets(final=True, poll=False), "its Poll is answered")
    far.run(1)
    far.answers = False
    s.change(replace(s.wish, demand=False))
    heard = [h for h in far.run(0.25) if h.packet]
    cleared = [h for h in heard if not h.said.demand and h.said.poll]
    s.show(11, bool(cleared), f"D cleared: {len(cleared)} packets without it carry P", *cleared[:2])
    far.answers = True
    far.run(0.5)
    s.change(replace(s.wish, demand=True))
    far.run(1)
    far.state = State.INIT
    down_ns = far.say("we say Init: no longer Up").time_ns
    late = [h for h in far.run(1) if h.packet and h.said.demand and h.time_ns > down_ns + s.line.slack_ns]
    s.show(10, not late, f"we say Init: {len(late)} packets with D after that", far.sent[-1], *late[:2])
    s.show(126, not late, f"we say Init: {len(late)} packets with D after that", far.sent[-1], *late[:2])


@scripts.scene(93)
def poll_unanswered(s: Scene) -> None:
    s.begin(Wish(demand=True))
    far = s.far
    s.come_up(settle=False)
    far.run(2)
    far.hellos = far.answers = False
    quiet = [h for h in far.run(3) if h.packet]
    downs = [h for h in quiet if h.said.state is State.DOWN]
    s.expect(93, not downs, "demanding, it stays Up through 3 s of silence", *downs[:1])
    s.change(replace(s.wish, required_us=150_000))
    poll = s.await_("its Poll", lambda h: h.said.poll)
    wanted = poll.said.multiplier * max(poll.said.desired_min_tx_us, far.required_us) * 1000
    down = far.wait_for(lambda h: h.said.state is State.DOWN, wanted / SECOND + 2)
    after = down.time_ns - poll.time_ns if down else 0
    slack = s.line.slack_ns
    in_time = down is not None and wanted - slack <= after <= wanted + wanted // poll.said.multiplier + slack
    s.show(
        93,
        in_time and down is not None and down.said.diagnostic == 1,
        f"its Poll unanswered: Down after {milliseconds(after)}, the Detection Time being "
        f"{milliseconds(wanted)}, with diagnostic {down.said.diagnostic if down else 'none'}",
        poll,
        down or far.heard[-1],
    )
