# SPDX-License-Identifier: Apache-2.0
"""RFC 5880 6.7 and the rows about authentication of 6.8: what is sent, what is refused, and that a refused packet leaves no
trace. Digests are computed here once more, with hashlib, octet by octet."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from bfd_fastpath.wire.bfd import Fault, Key, Packet, State, decode
from tests.core.conftest import New
from tests.core.scene import FAST, LOCAL, MS, REMOTE, bring_up, peer
from tests.core.signing import MD5, SHA1, SIMPLE, End, NativeEnd, OracleEnd, section, signed
from tests.core.test_vectors import SIGNED

Ends = Callable[..., End]
KEYS = {
    "simple": Key(1, SIMPLE, b"secret"),
    "md5": Key(2, MD5, b"sixteen octets.."),
    "sha1": Key(3, SHA1, b"twenty octets of key"),
}
TYPES = {
    ("simple", False): 1,
    ("md5", False): 2,
    ("md5", True): 3,
    ("sha1", False): 4,
    ("sha1", True): 5,
}
CRYPTO = [kind for kind in TYPES if kind[0] != "simple"]
SECTION, DIGEST = 24, 32


@pytest.fixture(params=[NativeEnd, OracleEnd], ids=["native", "oracle"])
def ends(request: pytest.FixtureRequest) -> Ends:
    """Makes ends: ends(keys, meticulous=, seed=)."""
    made: Ends = request.param
    return made


def hears(end: End, packet: Packet, now: int = MS) -> Fault | None:
    """The fault; and when there is one, nothing of the end has changed."""
    before = (end.state, end.subject.view)
    fault = end.hear(packet, now)
    if fault is not None:
        assert (end.state, end.subject.view) == before
    return fault


def changed(packet: Packet, at: int, octets: bytes) -> Packet:
    """The packet with other octets, its digest as it was."""
    whole = bytearray(bytes(packet))
    whole[at : at + len(octets)] = octets
    return decode(bytes(whole))


def digest_of(octets: bytes, secret: bytes) -> bytes:
    """6.7.3, 6.7.4: the plain hash of the whole packet, with the zero-padded key where the digest is."""
    length = len(octets) - DIGEST
    return hashlib.new(
        {16: "md5", 20: "sha1"}[length], octets[:DIGEST] + secret.ljust(length, b"\0")
    ).digest()


DOWN = peer(State.DOWN, your_discriminator=0)


def test_row_013_both_types_of_sha1_are_there(ends: Ends) -> None:
    for meticulous in (False, True):
        end = ends([KEYS["sha1"]], meticulous=meticulous)
        assert section(end.say())[0] == 4 + meticulous
        assert hears(end, signed(DOWN, KEYS["sha1"], meticulous=meticulous)) is None


def test_row_014_015_no_packet_changes_whether_authentication_is_in_use(new: New, ends: Ends) -> None:
    plain = new(**FAST)
    for _ in range(3):
        assert plain.receive(signed(DOWN, KEYS["sha1"]), MS).fault is Fault.AUTHENTICATION
        assert plain.packet().authentication is None
    end = ends([KEYS["sha1"]])
    for _ in range(3):
        assert hears(end, DOWN) is Fault.UNAUTHENTICATED
        assert end.say().authentication is not None


def test_row_016_017_018_a_password_is_in_every_packet(ends: Ends) -> None:
    for length in range(1, 17):
        key = Key(200, SIMPLE, bytes(range(1, length + 1)))
        end = ends([key])
        for _ in range(2):
            packet = end.say()
            assert section(packet) == bytes([1, 3 + length, 200]) + key.secret
            assert bytes(packet)[3] == 24 + 3 + length


def test_row_019_a_password_has_one_to_sixteen_octets() -> None:
    from tests.core.binding import lib

    assert lib.bfd_key_longest(SIMPLE) == 16


def test_row_022_039_060_another_type_or_none_is_refused(ends: Ends) -> None:
    for (name, meticulous), type_ in TYPES.items():
        end = ends([KEYS[name]], meticulous=meticulous)
        right = signed(DOWN, KEYS[name], meticulous=meticulous)
        assert hears(end, DOWN) is Fault.UNAUTHENTICATED
        for other in range(256):
            if other != type_:
                fault = hears(end, changed(right, SECTION, bytes([other])))
                assert fault in (Fault.AUTH_TYPE, Fault.AUTH_LENGTH)
                assert fault is Fault.AUTH_TYPE or 0 < other < 6
        assert hears(end, right) is None


@pytest.mark.parametrize("meticulous", [False, True])
def test_row_022_039_060_a_well_formed_section_of_another_type_is_refused_by_its_type(
    ends: Ends, meticulous: bool
) -> None:
    for name, key in KEYS.items():
        end = ends([key], meticulous=meticulous)
        for other in KEYS.values():
            same_id = Key(key.key_id, other.algorithm, other.secret)
            for theirs in (False, True):
                right = same_id.auth_type(theirs) is key.auth_type(meticulous)
                fault = hears(end, signed(DOWN, same_id, meticulous=theirs))
                assert fault is (None if right else Fault.AUTH_TYPE), (name, other, theirs)


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_row_023_040_061_an_unknown_key_id_is_refused(ends: Ends, kind: tuple[str, bool]) -> None:
    key = KEYS[kind[0]]
    end = ends([key], meticulous=kind[1])
    for key_id in range(256):
        other = replace(key, key_id=key_id)
        if key_id != key.key_id:
            assert hears(end, signed(DOWN, other, meticulous=kind[1])) is Fault.AUTH_KEY_ID


def test_row_024_a_password_of_another_length_is_refused(ends: Ends) -> None:
    end = ends([KEYS["simple"]])
    for length in set(range(1, 17)) - {6}:
        fault = hears(end, signed(DOWN, Key(1, SIMPLE, b"secretsecretsecr"[:length])))
        assert fault is Fault.AUTH_LENGTH


def test_row_025_each_octet_of_a_password_counts(ends: Ends) -> None:
    end = ends([KEYS["simple"]])
    for at in range(6):
        wrong = bytearray(b"secret")
        wrong[at] ^= 1
        assert hears(end, signed(DOWN, Key(1, SIMPLE, bytes(wrong)))) is Fault.AUTH_DIGEST


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_row_026_046_066_109_what_is_right_is_accepted(ends: Ends, kind: tuple[str, bool]) -> None:
    key = KEYS[kind[0]]
    end = ends([key], meticulous=kind[1])
    assert hears(end, signed(DOWN, key, 7, meticulous=kind[1])) is None
    init = end.subject.view
    assert (init.state, init.remote_discriminator) == (State.INIT, REMOTE)
    assert hears(end, signed(peer(State.UP), key, 8, meticulous=kind[1])) is None
    assert end.subject.view.state is State.UP


@pytest.mark.parametrize("kind", CRYPTO, ids=str)
@pytest.mark.parametrize("length", [1, 6, 15, 16])
def test_row_027_028_029_030_031_034_035_048_049_050_051_052_055_056_a_section_as_it_is_sent(
    ends: Ends, kind: tuple[str, bool], length: int
) -> None:
    key = Key(77, KEYS[kind[0]].algorithm, bytes(range(250 - length, 250)))
    packet = ends([key], meticulous=kind[1]).say()
    octets = bytes(packet)
    size = {"md5": 24, "sha1": 28}[kind[0]]
    assert octets[:3] == bytes([0x20, 0x44, 3])
    assert octets[3] == len(octets) == SECTION + size
    assert octets[SECTION : SECTION + 4] == bytes([TYPES[kind], size, 77, 0])
    assert octets[DIGEST:] == digest_of(octets, key.secret)


def test_row_030_051_the_sequence_number_that_is_sent_is_the_one_that_is_kept(ends: Ends) -> None:
    for name, meticulous in CRYPTO:
        end = ends([KEYS[name]], meticulous=meticulous)
        for _ in range(3):
            octets = bytes(end.say())
            assert int.from_bytes(octets[28:32]) == end.state[0]


def test_row_031_052_a_key_of_twenty_octets_fills_the_field_of_sha1(ends: Ends) -> None:
    octets = bytes(ends([KEYS["sha1"]]).say())
    assert octets[DIGEST:] == hashlib.sha1(octets[:DIGEST] + b"twenty octets of key").digest()


def test_row_031_052_the_known_vectors() -> None:
    for name, key in (
        ("meticulous MD5", Key(1, MD5, b"secret")),
        ("meticulous SHA1", Key(1, SHA1, b"secret")),
    ):
        octets = bytes.fromhex(SIGNED[name])
        assert octets[DIGEST:] == digest_of(octets, b"secret")
        packet = decode(octets)
        assert signed(replace(packet, authentication=None), key, 1, meticulous=True) == packet


@pytest.mark.parametrize("kind", CRYPTO, ids=str)
def test_row_036_057_the_key_is_never_sent(ends: Ends, kind: tuple[str, bool]) -> None:
    key = KEYS[kind[0]]
    end = ends([key], meticulous=kind[1])
    for _ in range(50):
        octets = bytes(end.say())
        assert all(key.secret[at : at + 4] not in octets for at in range(len(key.secret) - 3))


@pytest.mark.parametrize("name", ["md5", "sha1"])
def test_row_037_058_a_keyed_type_counts_when_something_else_is_said(ends: Ends, name: str) -> None:
    end = ends([KEYS[name]])
    first = end.say()
    assert end.say() == first
    start = end.state[0]
    for number, change in enumerate(
        [
            {"poll": True},
            {"state": State.INIT, "your_discriminator": REMOTE},
            {"final": True},
            {"desired_min_tx_us": 7},
            {},
        ],
        1,
    ):
        end.say(**change)
        end.say(**change)
        assert end.state[0] == (start + number) % 2**32


@pytest.mark.parametrize("name", ["md5", "sha1"])
def test_row_038_059_a_meticulous_type_counts_every_packet(ends: Ends, name: str) -> None:
    end = ends([KEYS[name]], meticulous=True)
    for _ in range(5):
        before = end.state[0]
        end.say()
        assert end.state[0] == (before + 1) % 2**32


def test_row_037_038_058_059_the_count_is_circular(ends: Ends) -> None:
    for meticulous in (False, True):
        end = ends([KEYS["md5"]], meticulous=meticulous)
        end.count_from(2**32 - 1)
        assert bytes(end.say())[28:32] == bytes(4)


def test_row_041_062_another_length_is_refused(ends: Ends) -> None:
    for name, meticulous in CRYPTO:
        end = ends([KEYS[name]], meticulous=meticulous)
        right = signed(DOWN, KEYS[name], meticulous=meticulous)
        for more in (1, 2, 4):
            octets = bytearray(section(right) + bytes(more))
            octets[1] += more
            assert hears(end, replace(right, authentication=bytes(octets))) is Fault.AUTH_LENGTH
        for less in (1, 4, len(right.authentication) - 2):
            octets = bytearray(section(right)[:-less])
            octets[1] -= less
            assert hears(end, replace(right, authentication=bytes(octets))) is Fault.AUTH_LENGTH
        lies = changed(right, SECTION + 1, bytes([section(right)[1] - 1]))
        assert hears(end, lies) is Fault.AUTH_LENGTH


@pytest.mark.parametrize("name", ["md5", "sha1"])
@pytest.mark.parametrize("start", [0, 100, 2**31 - 3, 2**32 - 5, 2**32 - 1])
@pytest.mark.parametrize("multiplier", [1, 3, 255])
@pytest.mark.parametrize("meticulous", [False, True])
def test_row_042_043_063_064_only_sequence_numbers_in_the_window_are_accepted(
    ends: Ends, name: str, start: int, multiplier: int, meticulous: bool
) -> None:
    key, say = KEYS[name], replace(DOWN, multiplier=multiplier)
    first = 1 if meticulous else 0
    for ahead, right in [
        (first, True),
        (3 * multiplier, True),
        (first - 1, False),
        (-1, False),
        (3 * multiplier + 1, False),
        (2**31, False),
        (2**32 - 1, False),
    ]:
        end = ends([key], meticulous=meticulous)
        assert hears(end, signed(say, key, start, meticulous=meticulous)) is None
        fault = hears(end, signed(say, key, (start + ahead) % 2**32, meticulous=meticulous), 2 * MS)
        assert fault is (None if right else Fault.AUTH_SEQUENCE), ahead


def test_row_042_063_the_window_moves_with_each_accepted_packet(ends: Ends) -> None:
    end = ends([KEYS["md5"]])
    for number in range(0, 90, 9):
        assert hears(end, signed(DOWN, KEYS["md5"], number)) is None
        assert end.state[1] == number
    assert hears(end, signed(DOWN, KEYS["md5"], 80)) is Fault.AUTH_SEQUENCE


@pytest.mark.parametrize("kind", CRYPTO, ids=str)
def test_row_044_045_065_the_first_packet_makes_the_sequence_number_known(
    ends: Ends, kind: tuple[str, bool]
) -> None:
    end = ends([KEYS[kind[0]]], meticulous=kind[1])
    assert end.state[1] is None
    assert hears(end, signed(DOWN, KEYS[kind[0]], 0xDEADBEEF, meticulous=kind[1])) is None
    assert end.state[1] == 0xDEADBEEF


@pytest.mark.parametrize("kind", CRYPTO, ids=str)
def test_row_047_065_067_every_octet_is_under_the_digest_from_the_first_packet_on(
    ends: Ends, kind: tuple[str, bool]
) -> None:
    """Also while AuthSeqKnown is 0, where 6.7.4's text would accept before it looks at the digest."""
    key = KEYS[kind[0]]
    end = ends([key], meticulous=kind[1])
    right = bytes(signed(peer(State.DOWN), key, 5, meticulous=kind[1]))
    structure = {0, 1, 2, 3, SECTION, SECTION + 1, SECTION + 2}
    for at in sorted(set(range(len(right))) - structure):
        wrong = bytearray(right)
        wrong[at] ^= 0x10
        assert hears(end, decode(bytes(wrong))) is Fault.AUTH_DIGEST, at
    for at, octet in ((0, 0x23), (1, 0x04), (1, 0x64), (2, 9)):
        assert hears(end, changed(decode(right), at, bytes([octet]))) is Fault.AUTH_DIGEST, at
    assert hears(end, decode(right)) is None


def test_row_080_the_sequence_number_starts_at_random() -> None:
    starts = {NativeEnd([KEYS["md5"]], seed=seed).state[0] for seed in range(64)}
    assert len(starts) == 64
    assert min(starts) < 2**29
    assert max(starts) > 2**32 - 2**29


def test_row_081_no_sequence_number_is_known_at_first(ends: Ends) -> None:
    assert ends([KEYS["sha1"]]).state[1] is None


def test_row_082_the_sequence_number_is_forgotten_after_two_detection_times_of_silence(ends: Ends) -> None:
    key = KEYS["sha1"]
    detection = 150 * MS
    for wait, right in [(2 * detection - 1, False), (2 * detection, True), (100 * detection, True)]:
        end = ends([key])
        assert hears(end, signed(DOWN, key, 1000), MS) is None
        assert hears(end, signed(DOWN, key, 3), MS + wait) is (None if right else Fault.AUTH_SEQUENCE)
        assert end.state[1] == (3 if right else 1000)


def test_row_082_a_refused_packet_does_not_end_the_silence(ends: Ends) -> None:
    key = KEYS["sha1"]
    end = ends([key])
    assert hears(end, signed(DOWN, key, 1000), 0) is None
    for now in range(1, 300):
        assert hears(end, signed(DOWN, key, 3), now * MS) is Fault.AUTH_SEQUENCE
    assert hears(end, signed(DOWN, key, 3), 300 * MS) is None


def test_row_107_a_section_that_nobody_asked_for_is_refused_however_right(new: New) -> None:
    session = new(**FAST)
    before = session.view
    for key in KEYS.values():
        assert session.receive(signed(DOWN, key), MS).fault is Fault.AUTHENTICATION
    assert session.view == before


def test_row_108_a_packet_without_authentication_is_refused_in_every_state(new: New) -> None:
    session = new(**FAST, authentication=True)
    assert session.receive(DOWN, 0).fault is Fault.UNAUTHENTICATED
    bring_up(session, authentication=b"\x01\x04\x01s")
    for state in State:
        before = session.view
        assert session.receive(peer(state), 3 * MS).fault is Fault.UNAUTHENTICATED
        assert session.view == before


def test_row_109_a_packet_that_fails_says_nothing_to_a_session_that_is_up(ends: Ends) -> None:
    key = KEYS["md5"]
    end = ends([key])
    assert hears(end, signed(DOWN, key, 1), 0) is None
    assert hears(end, signed(peer(State.UP), key, 2), MS) is None
    assert end.subject.view.state is State.UP
    for state in (State.DOWN, State.ADMIN_DOWN):
        forged = signed(peer(state, diagnostic=7), Key(key.key_id, MD5, b"guessed"), 3)
        assert hears(end, forged, 2 * MS) is Fault.AUTH_DIGEST
    assert end.subject.view.detection_ns == MS + 150 * MS


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_row_128_the_bit_and_the_length_follow_the_section(
    ends: Ends, kind: tuple[str, bool], new: New
) -> None:
    octets = bytes(ends([KEYS[kind[0]]], meticulous=kind[1]).say())
    assert octets[1] & 0x04
    assert octets[3] == len(octets) == 24 + octets[25]
    assert octets[4:8] == LOCAL.to_bytes(4)
    plain = bytes(new(**FAST).packet())
    assert not plain[1] & 0x04
    assert plain[3] == len(plain) == 24
