# SPDX-License-Identifier: Apache-2.0
"""Authentication as a whole (RFC 5880 6.7, 6.7.1, 6.8.1, 6.8.6): which types there are, when it is in use,
and how long sequence numbers are remembered.
"""

from bfd_fastpath.lab.conformance.authentication import AuthType, Key, genuine, seal
from bfd_fastpath.lab.conformance.scene import Scene, StuckError
from bfd_fastpath.lab.conformance.scenes.keyed import METICULOUS_MD5, METICULOUS_SHA1
from bfd_fastpath.lab.conformance.script import Scripts
from bfd_fastpath.lab.conformance.subject import Wish
from bfd_fastpath.wire.bfd import State

scripts = Scripts()
_SHA1 = Key(AuthType.KEYED_SHA1, 5, b"sha1 secret")
_MD5 = Key(AuthType.KEYED_MD5, 3, b"md5 secret")


@scripts.scene(13)
def both_sha1(s: Scene) -> None:
    for key in (_SHA1, METICULOUS_SHA1):
        s.begin(Wish(key=key))
        up = s.come_up()
        s.show(13, genuine(up.octets, key), f"{key.type.words}: Up, and its digest is right", up)


@scripts.scene(14, 15, 108, 109)
def in_use(s: Scene) -> None:
    s.begin(Wish(key=_MD5))
    key = s.wish.key or _MD5
    far = s.far
    s.come_up()
    answer = s.answers_octets(bytes(far.packet(poll=True)), "row 108: no section")
    s.expect(108, answer is None, "A clear: no answer", far.sent[-1], *([answer] if answer else []))
    answer = s.answers_poll("authenticated")
    s.expect(109, answer is not None, "authenticated: answered", far.sent[-1], *([answer] if answer else []))
    wrong = bytearray(far.octets(poll=True))
    wrong[-1] ^= 0x80
    answer = s.answers_octets(bytes(wrong), "row 109: the digest differs")
    s.expect(
        109, answer is None, "with another digest: no answer", far.sent[-1], *([answer] if answer else [])
    )
    far.hellos = False
    for _ in range(10):
        plain = far.put(bytes(far.packet()), "no section")
        far.run(0.05)
    heard = far.run(3)
    bare = [one for one in heard if not genuine(one.octets, key)]
    s.show(
        15,
        bool(heard) and not bare,
        f"ten packets without a section: its own {len(heard)} still have one",
        plain,
        *heard[:2],
    )
    if bare:
        s.show(14, False, "packets without a section turned its authentication off", plain, *bare[:2])
    else:
        s.not_applicable(14, "no packet turns its authentication on or off")
    _not_switched_on(s)


def _not_switched_on(s: Scene) -> None:
    if not s.may_choose_key:
        return
    s.begin()
    s.come_up()
    far = s.far
    for number in range(5):
        asked = far.put(seal(far.packet(), _MD5, number), "keyed MD5, which is not in use")
        far.run(0.05)
    heard = far.run(1)
    with_it = [one for one in heard if one.octets[1] & 0x04]
    s.expect(
        15,
        bool(heard) and not with_it,
        "nor do packets with a section turn it on",
        asked,
        *(with_it or heard)[:2],
    )


@scripts.scene(80)
def first_sequence_numbers(s: Scene) -> None:
    found = []
    firsts = []
    for _ in range(6):
        s.begin(Wish(key=METICULOUS_MD5))
        first = s.await_("a packet of the new session", lambda h: True, 5)
        section = first.section
        if section is None:
            raise StuckError("its first packet has no authentication section")
        found.append(section.sequence)
        firsts.append(first)
    high = {number >> 24 for number in found}
    listed = ", ".join(f"{number:#010x}" for number in found)
    s.show(80, len(set(found)) == 6 and len(high) > 3, f"six sessions began with {listed}", *firsts)


@scripts.scene(81, 82)
def numbers_forgotten(s: Scene) -> None:
    s.begin(Wish(key=METICULOUS_MD5))
    far = s.far
    far.sequence = 0x80000000
    s.await_("a packet", lambda h: True, 5)
    answer = s.answers_poll("the first number")
    asked = far.sent[-1]
    s.show(
        81,
        answer is not None,
        f"the first number, {far.sequence:#x}, is taken",
        asked,
        *([answer] if answer else []),
    )
    far.sequence = 0x80000001
    s.come_up()
    far.hellos = far.answers = False
    last = far.sent[-1]
    detection_ns = s.detection_ns()
    # Less than one Detection Time later: the number is still known.
    far.run_to(last.time_ns + detection_ns // 2)
    far.sequence = 100
    answer = s.answers_poll("a lower number, half a Detection Time later")
    s.expect(82, answer is None, "half a Detection Time later a lower number is refused", far.sent[-1])
    far.run_to(last.time_ns + 2 * detection_ns + 2_500_000_000)
    far.state, far.your = State.DOWN, 0
    answer = s.answers_poll("a lower number, after two Detection Times")
    told = "after two Detection Times of silence it is taken"
    s.expect(82, answer is not None, told, last, far.sent[-1], *([answer] if answer else []))
