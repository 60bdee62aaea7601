# SPDX-License-Identifier: Apache-2.0
"""What a session says before it has heard anything (RFC 5880 6.1, 6.3, 6.8.1, 6.8.7)."""

import itertools

from bfd_fastpath.lab.conformance.scene import Scene, StuckError, gaps_ns, milliseconds
from bfd_fastpath.lab.conformance.script import Scripts
from bfd_fastpath.lab.conformance.subject import Wish
from bfd_fastpath.wire.bfd import State

scripts = Scripts()
_SECOND_US = 1_000_000


@scripts.scene(1, 3, 69, 73, 75, 76, 77, 79)
def first_words(s: Scene) -> None:
    s.begin()
    everything = s.far.run(6.5)
    heard = [one for one in everything if one.packet is not None]
    zeros = [one for one in everything if len(one.octets) > 2 and one.octets[2] == 0]
    s.show(79, not zeros, f"{len(zeros)} packets with Detect Mult 0", *(zeros or everything)[:1])
    active = len(heard) >= 4
    s.show(1, active, f"it sent {len(heard)} packets in 6.5 s and heard none", *heard[:4])
    s.show(3, active, f"it takes the active part: {len(heard)} packets unasked", *heard[:4])
    if not heard:
        raise StuckError("a new session sent nothing in 6.5 s")
    first = heard[0]
    said = first.said
    s.show(69, said.state is State.DOWN, f"its first packet says {said.state.name}", first)
    yours = {one.said.your_discriminator for one in heard}
    s.show(73, yours == {0}, f"Your Discriminator before it heard us: {_hex(yours)}", *heard[:3])
    s.show(75, said.diagnostic == 0, f"its first packet has diagnostic {said.diagnostic}", first)
    low = min(one.said.desired_min_tx_us for one in heard)
    s.show(76, low >= _SECOND_US, f"Desired Min TX in all {len(heard)} packets: at least {low} us", first)
    s.show(79, said.multiplier > 0, f"its first packet has Detect Mult {said.multiplier}", first)
    gaps = gaps_ns(heard)
    longest = max(gaps, default=0)
    allowed = said.desired_min_tx_us * 1000 + s.line.slack_ns
    s.show(
        77,
        len(gaps) > 2 and longest <= allowed,
        f"its interval is its own Desired Min TX of {said.desired_min_tx_us} us: "
        f"{len(gaps)} gaps, the longest {milliseconds(longest)}",
        *heard[:4],
    )


@scripts.scene(4, 71, 72)
def discriminators(s: Scene) -> None:
    """Six sessions one after the other."""
    found: list[int] = []
    firsts = []
    for _ in range(6):
        s.begin()
        one = s.await_("a packet of the new session", lambda h: h.said.state is State.DOWN, 5)
        s.far.state = State.DOWN
        s.far.say("we are Down")
        later = s.far.run(2.5)
        same = {h.said.my_discriminator for h in (one, *later) if h.packet}
        s.expect(4, same == {one.said.my_discriminator}, "a session keeps its discriminator", one, *later[:1])
        found.append(one.said.my_discriminator)
        firsts.append(one)
    listed = ", ".join(f"{one:#010x}" for one in found)
    distinct = len(set(found)) == len(found) and 0 not in found
    s.show(4, distinct, f"six sessions made one after the other had {listed}", *firsts)
    s.show(71, distinct, f"none is 0 and none comes twice: {listed}", *firsts)
    steps = {(b - a) & 0xFFFFFFFF for a, b in itertools.pairwise(found)}
    s.show(72, len(steps) > 2, f"no two steps between {listed} tell the next one", *firsts)


@scripts.scene(5)
def two_sessions(s: Scene) -> None:
    s.begin()
    second = s.second_end()
    second.hellos = s.far.hellos = True
    s.far.run(4, others=(second,))
    ours, theirs = s.far.last, second.last
    if ours is None or theirs is None:
        raise StuckError("one of the two sessions said nothing in 4 s")
    s.show(
        5,
        ours.my_discriminator != theirs.my_discriminator,
        f"two sessions at once: {ours.my_discriminator:#010x} and {theirs.my_discriminator:#010x}",
        s.far.heard[-1],
        second.heard[-1],
    )


@scripts.scene(2, 121)
def passive(s: Scene) -> None:
    s.begin(Wish(passive=True))
    unasked = s.far.run(5)
    s.show(
        2, not unasked, f"passive, it sent {len(unasked)} packets in 5 s before it heard one", *unasked[:3]
    )
    s.show(121, not unasked, f"no discriminator of ours known: {len(unasked)} packets in 5 s", *unasked[:3])
    s.far.hellos = True
    heard = s.far.run(2)
    spoke = f"it sent {len(heard)} packets in 2 s after our first one"
    s.show(2, bool(heard), spoke, *s.far.sent[:1], *heard[:2])
    s.show(121, bool(heard), spoke, *s.far.sent[:1], *heard[:2])
    s.far.state = State.UP
    if s.far.wait_for(lambda h: h.said.state is State.UP, 4) is None:
        raise StuckError("the passive session did not come Up")
    s.far.hellos = False
    s.far.run(s.detection_ns() / 1e9 + 1.5)
    after = s.far.run(4)
    s.show(
        121, not after, f"our discriminator forgotten after silence: {len(after)} packets in 4 s", *after[:3]
    )


def _hex(values: set[int]) -> str:
    return ", ".join(f"{one:#x}" if one else "0" for one in sorted(values))
