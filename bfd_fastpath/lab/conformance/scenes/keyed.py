# SPDX-License-Identifier: Apache-2.0
"""Keyed MD5 and SHA1, plain and meticulous (RFC 5880 6.7.3, 6.7.4), sent and received."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from bfd_fastpath.lab.conformance import authentication
from bfd_fastpath.lab.conformance.authentication import AuthType, Key, seal
from bfd_fastpath.lab.conformance.far_end import Heard
from bfd_fastpath.lab.conformance.scene import Scene
from bfd_fastpath.lab.conformance.script import Scripts
from bfd_fastpath.lab.conformance.subject import Wish
from bfd_fastpath.wire.bfd import Packet, State

scripts = Scripts()


@dataclass(frozen=True, slots=True)
class Kind:
    """One type with the number of the first row of its clause, and the rows of its reception."""

    key: Key
    other: AuthType
    first: int
    window: int
    known: tuple[int, ...]
    accepted: int


_MD5 = Kind(Key(AuthType.KEYED_MD5, 3, b"md5 secret"), AuthType.KEYED_SHA1, 27, 42, (44, 45), 46)
_SHA1 = Kind(Key(AuthType.KEYED_SHA1, 5, b"sha1 secret"), AuthType.KEYED_MD5, 48, 63, (65,), 66)
METICULOUS_MD5: Final = Key(AuthType.METICULOUS_KEYED_MD5, 4, b"meticulous md5")
METICULOUS_SHA1: Final = Key(AuthType.METICULOUS_KEYED_SHA1, 6, b"meticulous sha1")


def _begun(s: Scene, key: Key) -> Key:
    s.begin(Wish(key=key))
    return s.wish.key or key


def _sent(s: Scene, kind: Kind) -> None:
    key = _begun(s, kind.key)
    s.come_up()
    s.answers_poll("Poll")
    s.far.run(1)
    heard = s.far.heard
    found = [one.section for one in heard]
    shown = heard[:4]
    count = f"{len(heard)} packets from Down to Up"
    first = kind.first

    def all_of(row: int, good: Callable[[authentication.Section, bytes], bool], what: str) -> None:
        right = sum(x is not None and good(x, one.octets) for x, one in zip(found, heard, strict=True))
        s.show(first + row, right == len(heard), f"{count}, {right} with {what}", *shown)

    all_of(0, lambda x, _: x.type == key.type, f"Auth Type {key.type}")
    length = 8 + key.type.digest_octets
    all_of(1, lambda x, octets: x.length == length == octets[3] - 24, f"Auth Len {length}")
    all_of(2, lambda x, _: x.key_id == key.key_id, f"key ID {key.key_id}")
    numbers = [x.sequence for x in found if x is not None]
    steps = [(b - a) & 0xFFFFFFFF for a, b in itertools.pairwise(numbers)]
    forward = len(numbers) == len(heard) and all(step < 1 << 16 for step in steps)
    s.show(
        first + 3,
        forward,
        f"{count}: sequence numbers from {numbers[:1]} to {numbers[-1:]}, never back",
        *shown,
    )
    genuine = [authentication.genuine(one.octets, key) for one in heard]
    told = f"{count}: {sum(genuine)} have the digest that hashlib gives"
    s.show(first + 4, all(genuine), f"{told} for {len(key.secret)} octets of key and zeros", *shown)
    s.show(first + 7, all(genuine), f"{told} over all {heard[0].octets[3]} octets", *shown)
    s.show(first + 8, all(genuine), f"{told}, in its field", *shown)
    leaks = [one for one in heard if key.secret in one.octets]
    s.show(first + 9, not leaks, f"{count}: the key is in none of them", *(leaks or shown)[:3])
    moves = _moves(heard)
    still = [one for one in moves if one[1] == 0]
    s.show(
        first + 10,
        bool(moves) and not still,
        f"{len(moves)} changes of state, {len(moves) - len(still)} with a higher sequence number",
        *[one[0] for one in moves[:3]],
    )


def _moves(heard: list[Heard]) -> list[tuple[Heard, int]]:
    """Packets whose state is another than the last one's, and by how much the sequence number grew."""
    moves = []
    for before, after in itertools.pairwise(heard):
        old, new = before.section, after.section
        if before.packet and after.packet and old and new and before.said.state is not after.said.state:
            moves.append((after, (new.sequence - old.sequence) & 0xFFFFFFFF))
    return moves


def _received(s: Scene, kind: Kind) -> None:
    key = _begun(s, kind.key)
    far = s.far
    s.come_up()
    first, span = kind.first, 3 * far.multiplier

    def ask(row: int, octets: bytes, what: str, taken: bool) -> None:
        """A Poll as made here, between two hellos."""
        answer = s.answers_octets(octets, f"row {row}: {what}")
        asked = far.sent[-1]
        said = "answered" if answer else "no answer"
        s.show(row, (answer is not None) is taken, f"{what}: {said}", asked, *([answer] if answer else []))

    def sealed(using: Key = key, ahead: int = 0) -> bytes:
        """A Poll whose sequence number is so far ahead of the last one that was sent."""
        return seal(far.packet(poll=True), using, far.sequence + ahead)

    ask(first + 12, bytes(far.packet(poll=True)), "no section", False)
    ask(first + 12, sealed(replace(key, type=kind.other)), f"{kind.other.words} with the same secret", False)
    ask(first + 13, sealed(replace(key, key_id=key.key_id ^ 1)), "another key ID", False)
    for change in (-1, 1):
        ask(
            first + 14,
            _crooked(far.packet(poll=True), key, far.sequence, change),
            f"Auth Len {change:+d}",
            False,
        )
    wrong = bytearray(sealed())
    wrong[-1] ^= 1
    ask(kind.accepted + 1, bytes(wrong), "a bit of the digest differs", False)
    ask(kind.accepted + 1, sealed(replace(key, secret=key.secret + b"?")), "another key", False)
    ask(kind.accepted, sealed(), "the right digest", True)
    ask(kind.window, sealed(ahead=-1), "sequence number one below the last", False)
    ask(kind.window, sealed(ahead=span + 1), f"{span + 1} above it", False)
    ask(kind.window, sealed(), "the last one again", True)
    ask(kind.window, sealed(ahead=span), f"{span} above it", True)


def _crooked(packet: Packet, key: Key, sequence: int, change: int) -> bytes:
    """Auth Len one too short or too long, the digest right for what it is."""
    octets = bytearray(seal(packet, key, sequence))
    octets[25] += change
    length = key.type.digest_octets
    octets[32 : 32 + length] = authentication.digest(key, bytes(octets))
    return bytes(octets)


def _first_numbers(s: Scene, kind: Kind) -> None:
    """A session that has heard nothing takes any number, and measures the next ones by it."""
    key = _begun(s, kind.key)
    far = s.far
    first = s.await_("a packet", lambda h: True, 5)
    far.your = first.said.my_discriminator
    number = 0xFFFFFFFE
    poll = far.packet(poll=True)
    answer = s.answers_octets(seal(poll, key, number), f"the first sequence number, {number:#x}")
    asked = far.sent[-1]
    taken = [answer] if answer else []
    s.show(kind.known[0], answer is not None, f"the first number, {number:#x}, is taken", asked, *taken)
    poll = far.packet(poll=True, state=State.UP)
    answer = s.answers_octets(seal(poll, key, number - 5), "five below it")
    for row in kind.known:
        s.expect(row, answer is None, "five below it: refused", far.sent[-1])
    answer = s.answers_octets(seal(poll, key, 3), "five above it, past the end of 32 bits")
    taken = [answer] if answer else []
    s.expect(
        kind.known[-1],
        answer is not None,
        "five above it, past the end of 32 bits: taken",
        far.sent[-1],
        *taken,
    )


def _meticulous_sent(s: Scene, key: Key, row: int) -> None:
    key = _begun(s, key)
    s.come_up()
    s.answers_poll("Poll")
    s.far.run(1)
    heard = s.far.heard
    genuine = sum(authentication.genuine(one.octets, key) for one in heard)
    numbers = [x.sequence for one in heard if (x := one.section) is not None]
    steps = {(b - a) & 0xFFFFFFFF for a, b in itertools.pairwise(numbers)}
    by = ", ".join(map(str, sorted(steps)))
    s.show(
        row,
        steps == {1} and genuine == len(heard),
        f"{len(heard)} packets, sequence numbers grow by {by}",
        *heard[:4],
    )


def _meticulous_received(s: Scene, key: Key, row: int) -> None:
    key = _begun(s, key)
    far = s.far
    s.come_up()
    most = 3 * far.multiplier
    for ahead, taken in ((0, False), (-1, False), (most + 1, False), (1, True), (most, True)):
        number = far.sequence + ahead
        answer = s.answers_octets(
            seal(far.packet(poll=True), key, number), f"row {row}: the last number {ahead:+d}"
        )
        said = "answered" if answer else "no answer"
        asked = far.sent[-1]
        s.show(
            row,
            (answer is not None) is taken,
            f"the last number {ahead:+d}: {said}",
            asked,
            *([answer] if answer else []),
        )
        if taken:
            far.sequence = number


@scripts.scene(27, 28, 29, 30, 31, 34, 35, 36, 37)
def md5_sent(s: Scene) -> None:
    _sent(s, _MD5)


@scripts.scene(39, 40, 41, 42, 46, 47)
def md5_received(s: Scene) -> None:
    _received(s, _MD5)


@scripts.scene(44, 45)
def md5_first_numbers(s: Scene) -> None:
    _first_numbers(s, _MD5)


@scripts.scene(38)
def meticulous_md5_sent(s: Scene) -> None:
    _meticulous_sent(s, METICULOUS_MD5, 38)


@scripts.scene(43)
def meticulous_md5_received(s: Scene) -> None:
    _meticulous_received(s, METICULOUS_MD5, 43)


@scripts.scene(48, 49, 50, 51, 52, 55, 56, 57, 58)
def sha1_sent(s: Scene) -> None:
    _sent(s, _SHA1)


@scripts.scene(60, 61, 62, 63, 66, 67)
def sha1_received(s: Scene) -> None:
    _received(s, _SHA1)


@scripts.scene(65)
def sha1_first_numbers(s: Scene) -> None:
    _first_numbers(s, _SHA1)


@scripts.scene(59)
def meticulous_sha1_sent(s: Scene) -> None:
    _meticulous_sent(s, METICULOUS_SHA1, 59)


@scripts.scene(64)
def meticulous_sha1_received(s: Scene) -> None:
    _meticulous_received(s, METICULOUS_SHA1, 64)
