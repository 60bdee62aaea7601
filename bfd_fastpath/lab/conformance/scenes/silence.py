# SPDX-License-Identifier: Apache-2.0
"""What silence does (RFC 5880 6.8.1, 6.8.4, 6.8.18): the Detection Time, and what is kept and forgotten by
then.
"""

from bfd_fastpath.lab.conformance.far_end import SECOND
from bfd_fastpath.lab.conformance.scene import Scene, gaps_ns, milliseconds
from bfd_fastpath.lab.conformance.script import Scripts
from bfd_fastpath.wire.bfd import State

scripts = Scripts()


@scripts.scene(68, 74, 92)
def detection(s: Scene) -> None:
    s.begin()
    far = s.far
    s.come_up()
    far.run(1)
    _silent(s, "Up", s.interval_ns())
    # In Init the target waits for more than our Down.
    s.begin()
    s.await_("a packet", lambda h: True, 5)
    far.say("Down: it goes Init")
    s.await_("Init", lambda h: h.said.state is State.INIT)
    far.run(0.2)
    far.say("Down once more")
    _silent(s, "Init", SECOND)


def _silent(s: Scene, state: str, every_ns: int) -> None:
    """Stop saying anything; the target's next state is Down, a Detection Time later."""
    far = s.far
    far.hellos = far.answers = False
    last = far.sent[-1]
    detection_ns = s.detection_ns()
    far.run_to(last.time_ns + detection_ns + every_ns + SECOND // 2, lambda h: h.said.state is State.DOWN)
    heard = [h for h in far.heard if h.packet and h.time_ns > last.time_ns]
    downs = [h for h in heard if h.said.state is State.DOWN]
    if not downs:
        s.show(
            92,
            False,
            f"{state}: silent for {milliseconds(detection_ns)}, and it did not go Down",
            last,
            *heard[-2:],
        )
        s.show(74, False, f"{state}: it did not go Down", last, *heard[-2:])
        return
    down = downs[0]
    after = down.time_ns - last.time_ns
    slack = s.line.slack_ns
    in_time = detection_ns - slack <= after <= detection_ns + every_ns + slack
    s.show(
        92,
        in_time and down.said.diagnostic == 1,
        f"{state}: it went Down {milliseconds(after)} after our last packet, the Detection Time being "
        f"{milliseconds(detection_ns)}, with diagnostic {down.said.diagnostic}",
        last,
        down,
    )
    kept = [h for h in heard if h.said.state is not State.DOWN]
    names = {h.said.your_discriminator for h in kept}
    s.show(
        68,
        after >= detection_ns - slack and names <= {far.discriminator},
        f"{state}: {len(kept)} packets until then kept the state and our discriminator",
        last,
        *kept[-2:],
    )
    later = [down, *(h for h in far.run(3.5) if h.packet)]
    yours = {h.said.your_discriminator for h in later}
    s.show(
        74, yours == {0}, f"{state}: {len(later)} packets after that have Your Discriminator 0", *later[:3]
    )


@scripts.scene(68, 140)
def kept_while_down(s: Scene) -> None:
    """The peer said AdminDown and three seconds of Required Min RX; its Detection Time is ten seconds
    then.
    """
    s.begin()
    far = s.far
    s.come_up()
    far.hellos = far.answers = False
    far.state, far.multiplier, far.required_us = State.ADMIN_DOWN, 10, 3_000_000
    said = far.say("AdminDown, Detect Mult 10, Required Min RX 3 s", poll=True, diagnostic=7)
    s.await_("Down", lambda h: h.said.state is State.DOWN)
    heard = far.run_to(said.time_ns + 9_500_000_000 - s.line.slack_ns)
    heard = [h for h in heard if h.packet and not h.said.final]
    gaps = gaps_ns(heard)
    yours = {h.said.your_discriminator for h in heard}
    kept = yours == {far.discriminator}
    named = sum(h.said.your_discriminator == far.discriminator for h in heard)
    told = f"Down: {named} of {len(heard)} packets in 9.5 s of 10 s name our discriminator"
    s.show(68, kept, told, said, *heard[:3])
    least = 3 * SECOND * 3 // 4 - s.line.slack_ns
    paced = len(heard) > 1 and min(gaps) >= least
    s.show(
        140,
        kept and paced,
        f"{told}, {milliseconds(min(gaps, default=0))} apart at least, our Required Min RX being 3 s",
        said,
        *heard[:3],
    )


@scripts.scene(141)
def forgotten_timers(s: Scene) -> None:
    s.begin()
    far = s.far
    s.come_up()
    far.required_us = 3_000_000
    far.say("Required Min RX 3 s", poll=True)
    far.run(0.5)
    far.hellos = far.answers = False
    last = far.sent[-1]
    # The packet that is under way by the old interval may come first.
    far.run_to(last.time_ns + s.detection_ns() + 3_100_000_000)
    heard = [h for h in far.run(6) if h.packet]
    gaps = gaps_ns(heard)
    every = heard[-1].said.desired_min_tx_us * 1000 if heard else 0
    s.show(
        141,
        len(gaps) > 2 and max(gaps) <= every + s.line.slack_ns,
        f"Required Min RX was 3 s; after silence {len(gaps)} gaps of {milliseconds(min(gaps, default=0))} to "
        f"{milliseconds(max(gaps, default=0))}, its own Desired Min TX being {milliseconds(every)}",
        last,
        *heard[:4],
    )
