# SPDX-License-Identifier: Apache-2.0
"""The state machine (RFC 5880 6.2, 6.8.6), the fields of packets, and packets that go early (6.8.7)."""

from typing import Final

from bfd_fastpath.lab.conformance.row import Need
from bfd_fastpath.lab.conformance.scene import Scene, milliseconds
from bfd_fastpath.lab.conformance.script import Scripts
from bfd_fastpath.wire.bfd import State

scripts = Scripts()
_A, _D, _I, _U = State.ADMIN_DOWN, State.DOWN, State.INIT, State.UP
#: (state, state heard) -> the next one.
TABLE: Final = {
    (_D, _A): _D,
    (_D, _D): _I,
    (_D, _I): _U,
    (_D, _U): _D,
    (_I, _A): _D,
    (_I, _D): _I,
    (_I, _I): _U,
    (_I, _U): _U,
    (_U, _A): _D,
    (_U, _D): _D,
    (_U, _I): _U,
    (_U, _U): _U,
}


@scripts.scene(114)
def state_machine(s: Scene) -> None:
    """Each state hears each state, in a Poll whose answer tells the next one."""
    for (before, heard), after in TABLE.items():
        s.begin()
        far = s.far
        # The answer to a Poll of a target that is Down would say Down, and make it Init.
        far.answers = before is State.UP
        if before is State.UP:
            s.come_up()
        else:
            s.await_("a packet", lambda h: True, 5)
            if before is State.INIT:
                far.say("Down")
                s.await_("Init", lambda h: h.said.state is State.INIT)
        far.hellos = False
        far.state = heard
        answer = s.answers_poll(f"{heard.name} to {before.name}")
        said = answer.said.state.name if answer else "nothing"
        asked = far.sent[-1]
        right = answer is not None and answer.said.state is after
        words = f"{before.name} hears {heard.name}: {after.name}"
        s.show(
            114,
            right,
            words if right else f"{words} was expected, it says {said}",
            asked,
            *([answer] if answer else []),
        )
        if right and answer is not None and (before, after) == (State.UP, State.DOWN):
            s.expect(114, answer.said.diagnostic == 3, "with diagnostic 3", answer)


@scripts.scene(126, 128)
def fields(s: Scene) -> None:
    s.begin()
    far = s.far
    far.run(1.2)
    first_after = len(far.heard)
    s.come_up()
    answer = s.answers_poll("Poll")
    far.run(1)
    own = far.heard[-1].datagram.payload[4:8]
    faults: list[str] = []
    for number, one in enumerate(far.heard):
        octets = one.octets
        checks = {
            "version": octets[0] >> 5 == 1,
            "diagnostic": octets[0] & 0x1F <= 8,
            "M": not octets[1] & 0x01,
            "A": bool(octets[1] & 0x04) == (s.wish.key is not None),
            "Detect Mult": octets[2] > 0,
            "Length": octets[3] == len(octets) and (s.wish.key is not None or octets[3] == 24),
            "My Discriminator": octets[4:8] == own,
        }
        if number > first_after + 1:
            checks["Your Discriminator"] = octets[8:12] == far.discriminator.to_bytes(4, "big")
        if s.offers(Need.RESTART):
            checks["Detect Mult"] = octets[2] == s.wish.multiplier
            if octets[1] >> 6 == State.UP:
                checks["Required Min RX"] = int.from_bytes(octets[16:20], "big") == s.wish.required_us
            wanted = s.wish.desired_us if octets[1] >> 6 == State.UP else 1_000_000
            checks["Desired Min TX"] = int.from_bytes(octets[12:16], "big") == max(wanted, s.wish.desired_us)
            checks["Required Min Echo RX"] = octets[20:24] == bytes(4) or s.offers(Need.ECHO)
        faults += [f"{name} of packet {one.number}" for name, good in checks.items() if not good]
    wrong = f"wrong: {', '.join(faults[:5])}" if faults else "every field of each is right"
    s.show(128, not faults, f"{len(far.heard)} packets from Down to Up: {wrong}", *far.heard[:3])
    s.expect(128, answer is not None, "an answer to a Poll among them", *([answer] if answer else []))
    demands = [h for h in far.heard if h.packet and h.said.demand]
    told = f"{len(far.heard)} packets from Down to Up, {len(demands)} with D"
    s.show(126, not demands, told, *(demands[:3] or far.heard[-1:]))


@scripts.scene(127)
def early(s: Scene) -> None:
    """A change of state between two packets that are a second apart."""
    s.begin()
    far = s.far
    # An answer to a Poll would make it Init before it is asked to.
    far.answers = False
    before = s.await_("a packet", lambda h: True, 5)
    far.run(0.1)
    asked = far.say("Down: it goes Init")
    init = far.wait_for(lambda h: h.said.state is State.INIT, 1.5)
    late = init.time_ns - asked.time_ns if init else 0
    told = init is not None and late < 300_000_000 + s.line.slack_ns
    s.show(
        127,
        told,
        "a tenth of a second after a packet it went Init, and said so "
        + (f"{milliseconds(late)} later" if init else "not in 1.5 s"),
        before,
        asked,
        *([init] if init else []),
    )
