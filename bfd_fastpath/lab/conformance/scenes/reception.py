# SPDX-License-Identifier: Apache-2.0
"""What the target takes and what it discards (RFC 5880 6.8.6). Each bad packet carries a Poll, so that an
answer would show that it was taken; a good Poll after it shows that the target listens.
"""

from bfd_fastpath.lab.conformance.far_end import Heard
from bfd_fastpath.lab.conformance.scene import Scene, StuckError
from bfd_fastpath.lab.conformance.script import Scripts
from bfd_fastpath.wire.bfd import State

scripts = Scripts()
_VERSION_AT, _FLAGS_AT, _MULTIPLIER_AT, _LENGTH_AT = 0, 1, 2, 3


def _refused(s: Scene, row: int, octets: bytes, what: str) -> None:
    answer = s.answers_octets(octets, f"row {row}: {what}")
    asked = s.far.sent[-1]
    if answer is not None:
        s.show(row, False, f"{what}: its Poll was answered", asked, answer)
        return
    good = s.answers_poll("a good Poll")
    if good is None:
        s.show(row, False, f"after {what} a good Poll had no answer", asked, s.far.sent[-1])
        return
    s.show(row, good.said.state is State.UP, f"{what}: no answer, and it says Up after it", asked, good)


def _poll(s: Scene) -> bytearray:
    return bytearray(s.far.octets(poll=True))


@scripts.scene(96, 97, 98, 99, 100, 101, 102)
def malformed(s: Scene) -> None:
    s.begin()
    s.come_up()
    far = s.far
    for version in (0, 2, 7):
        octets = _poll(s)
        octets[_VERSION_AT] = version << 5 | octets[_VERSION_AT] & 0x1F
        _refused(s, 97, bytes(octets), f"version {version}")
    for length in (0, 23):
        octets = _poll(s)
        octets[_LENGTH_AT] = length
        _refused(s, 98, bytes(octets), f"Length {length}")
    octets = _poll(s)
    octets[_FLAGS_AT] |= 0x04
    octets[_LENGTH_AT] = 25
    _refused(s, 98, bytes(octets) + b"\x01", "Length 25 with A")
    octets = _poll(s)
    octets[_LENGTH_AT] += 1
    _refused(s, 99, bytes(octets), "Length one beyond the payload")
    octets = _poll(s)
    answer = s.answers_octets(bytes(octets) + bytes(4), "row 99: four octets behind Length")
    s.expect(
        99, answer is not None, "octets behind Length do no harm", far.sent[-1], *([answer] if answer else [])
    )
    octets = _poll(s)
    octets[_MULTIPLIER_AT] = 0
    _refused(s, 100, bytes(octets), "Detect Mult 0")
    octets = _poll(s)
    octets[_FLAGS_AT] |= 0x01
    _refused(s, 101, bytes(octets), "M set")
    _refused(s, 102, far.octets(poll=True, my_discriminator=0), "My Discriminator 0")
    _no_effect(s)


def _no_effect(s: Scene) -> None:
    """A discarded packet that says Down, other timers, another discriminator, F and D."""
    far = s.far
    before = far.last
    octets = bytearray(
        far.octets(
            state=State.DOWN,
            diagnostic=1,
            my_discriminator=far.discriminator ^ 0xFF,
            required_min_rx_us=5_000_000,
            desired_min_tx_us=5_000_000,
            multiplier=50,
            demand=True,
        )
    )
    octets[_VERSION_AT] |= 0x40
    # Several: what would be half taken shows the better.
    for _ in range(3):
        bad = far.put(bytes(octets), "row 96: version 3, and everything else different")
        heard = [h for h in far.run(0.35) if h.packet]
    said = [(h.said.state, h.said.your_discriminator) for h in heard]
    unmoved = bool(heard) and set(said) == {(State.UP, far.discriminator)} and before is not None
    s.expect(96, unmoved, "it stays Up, with our discriminator and its interval", bad, *heard[:3])
    silent_ns = s.line.now_ns
    far.hellos = far.answers = False
    detection_s = s.detection_ns() / 1e9
    while s.line.now_ns < silent_ns + s.detection_ns() * 2:
        far.put(bytes(octets), "row 96: discarded, so it keeps nothing alive")
        far.run(detection_s / 8)
    downs = [h for h in far.heard if h.packet and h.time_ns > silent_ns and h.said.state is State.DOWN]
    s.expect(
        96,
        bool(downs) and downs[0].said.diagnostic == 1,
        "with nothing but such packets its Detection Time runs out",
        far.sent[-1],
        *downs[:1],
    )


@scripts.scene(107)
def unwanted_authentication(s: Scene) -> None:
    s.begin()
    if s.wish.key is not None:
        s.not_applicable(107, "its session authenticates, and nothing here can change that")
        return
    s.come_up()
    section = bytes((1, 9, 1)) + b"secret"
    _refused(s, 107, s.far.octets(poll=True, authentication=section), "A set, with a password")


@scripts.scene(103, 104, 105, 106)
def which_session(s: Scene) -> None:
    s.begin()
    far = s.far
    first = s.await_("a packet", lambda h: True, 5)
    far.learns = False
    far.your = 0
    far.say("row 106: Down with Your Discriminator 0")
    asked = far.sent[-1]
    init = far.wait_for(lambda h: h.said.your_discriminator == far.discriminator, s.soon_s + 1.2)
    s.expect(106, init is not None, "found by its addresses: it took our discriminator", asked, init or first)
    if init is None:
        raise StuckError("a packet with Your Discriminator 0 that says Down was not taken")
    far.learns = True
    far.your = first.said.my_discriminator
    s.come_up()
    answer = s.answers_poll("row 103: Your Discriminator")
    s.expect(
        103,
        answer is not None,
        "Your Discriminator alone found it",
        far.sent[-1],
        *([answer] if answer else []),
    )
    answer = s.answers_octets(
        far.octets(poll=True), "row 103: from another UDP port", source_port=49_152 + far.source_port % 1000
    )
    s.expect(
        103,
        answer is not None,
        "it is found from another UDP port, too",
        far.sent[-1],
        *([answer] if answer else []),
    )
    for wrong in (far.your ^ 0x00010000, far.your ^ 0x80000000, far.your ^ 1):
        _refused(s, 104, far.octets(poll=True, your_discriminator=wrong), f"Your Discriminator {wrong:#010x}")
    for state in (State.INIT, State.UP):
        octets = far.octets(poll=True, your_discriminator=0, state=state)
        _refused(s, 105, octets, f"Your Discriminator 0 in {state.name}")


@scripts.scene(95)
def order(s: Scene) -> None:
    """What can be seen of the order: values are taken before the state machine moves and both before a Poll
    is answered, so that one packet has all its effects in its answer.
    """
    s.begin()
    far = s.far
    s.come_up()
    far.hellos = False
    answer = s.answers_poll(
        "Down, with another discriminator and Required Min RX 3 s",
        state=State.DOWN,
        my_discriminator=far.discriminator ^ 0xFF00,
        required_min_rx_us=3_000_000,
        multiplier=50,
    )
    asked = far.sent[-1]
    if answer is None:
        s.show(95, False, "a Poll that says Down was not answered", asked)
        return
    said = answer.said
    s.expect(
        95, said.state is State.DOWN and said.diagnostic == 3, "the answer has the new state", asked, answer
    )
    learned = said.your_discriminator == far.discriminator ^ 0xFF00
    s.expect(95, learned, "the answer has the discriminator that the same packet brought", asked, answer)
    far.discriminator ^= 0xFF00
    far.state, far.required_us, far.multiplier = State.DOWN, 3_000_000, 50
    rest: list[Heard] = [h for h in far.run(2.2) if h.packet and not h.said.final]
    # Counted from the target's last packet before; one that goes at once because of its new state is no
    # periodic one.
    least = answer.time_ns - 100_000_000 + 3_000_000_000 * 3 // 4 - s.line.slack_ns
    at_once = answer.time_ns + round(s.soon_s * 1e9)
    early = [h for h in rest if at_once < h.time_ns < least]
    s.expect(95, not early, "its interval follows the Required Min RX in it", asked, *rest[:2])
