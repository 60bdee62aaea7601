# SPDX-License-Identifier: Apache-2.0
"""Authentication sections, read and not verified (RFC 5880 4.2 to 4.4): each type, right and wrong lengths."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.binding import ffi, lib
from tests.core.frames import exactly
from tests.core.subject import FAULT_NAMES
from tests.core.test_vectors import PLAIN, SIGNED

MANDATORY = bytes.fromhex("20c403181111111122222222000f4240000f424000000000")
RIGHT = {1: range(4, 20), 2: range(24, 25), 3: range(24, 25), 4: range(28, 29), 5: range(28, 29)}


@dataclass(frozen=True, slots=True)
class Section:
    fault: str
    type: int
    length: int
    key_id: int
    sequence: int


def read(octets: bytes) -> Section:
    """The octets are in memory of exactly their size, so that the sanitizer sees a read beyond them."""
    data = exactly(octets)
    packet, auth = ffi.new("struct bfd_packet *"), ffi.new("struct bfd_auth *")
    assert lib.bfd_packet_parse(data, len(octets), packet) == 0
    fault = FAULT_NAMES[lib.bfd_auth_parse(data, packet, auth)]
    return Section(fault, auth.type, auth.length, auth.key_id, auth.sequence)


def packet(section: bytes, behind: bytes = b"") -> bytes:
    return MANDATORY[:3] + bytes([24 + len(section)]) + MANDATORY[4:] + section + behind


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("simple", Section("", 1, 9, 1, 0)),
        ("meticulous MD5", Section("", 3, 24, 1, 1)),
        ("meticulous SHA1", Section("", 5, 28, 1, 1)),
    ],
)
def test_the_known_vectors(name: str, expected: Section) -> None:
    assert read(bytes.fromhex(SIGNED[name])) == expected


@pytest.mark.parametrize("name", PLAIN)
def test_a_packet_without_the_bit_has_no_section(name: str) -> None:
    assert read(bytes.fromhex(PLAIN[name])) == Section("", 0, 0, 0, 0)


def test_octets_behind_a_packet_without_the_bit_are_no_section() -> None:
    assert read(bytes.fromhex(PLAIN["A Up Poll"]) + b"\x01\x09\x01secret").type == 0


@pytest.mark.parametrize("type_", RIGHT)
@pytest.mark.parametrize("length", range(2, 40))
def test_each_type_has_its_lengths(type_: int, length: int) -> None:
    section = bytes([type_, length, 9, 0]) + bytes.fromhex("fedcba98") + bytes(length)
    got = read(packet(section[:length], b"padding behind the packet"))
    if length in RIGHT[type_]:
        assert got == Section("", type_, length, 9, 0xFEDCBA98 if type_ > 1 else 0)
    else:
        assert got == Section("auth-length", type_, length, 0, 0)


@pytest.mark.parametrize("type_", RIGHT)
@pytest.mark.parametrize("off", [-1, 1])
def test_a_section_ends_where_its_packet_does(type_: int, off: int) -> None:
    length = max(RIGHT[type_])
    section = bytes([type_, length]) + bytes(length - 2)
    assert read(packet((section + b"x")[: length + off])).fault == "auth-length"


@pytest.mark.parametrize("type_", [0, 6, 7, 255])
def test_a_type_that_rfc_5880_does_not_know(type_: int) -> None:
    assert read(packet(bytes([type_, 24]) + bytes(22))) == Section("auth-type", type_, 24, 0, 0)


def test_the_shortest_packet_with_the_bit_is_read_to_its_end_only() -> None:
    for type_ in RIGHT:
        assert read(packet(bytes([type_, 2]))).fault == "auth-length"


@given(st.binary(min_size=2, max_size=60))
def test_any_section_is_right_by_its_type_and_length_alone(section: bytes) -> None:
    got = read(packet(section))
    if section[0] not in RIGHT:
        assert got.fault == "auth-type"
    else:
        right = section[1] == len(section) and section[1] in RIGHT[section[0]]
        assert got.fault == ("" if right else "auth-length")
