# SPDX-License-Identifier: Apache-2.0
"""What pcapng says around its packets: resolutions and offsets of stamps, names, losses, sections, blocks passed over."""

from __future__ import annotations

import random

import pytest

from tests.replay import capfile_octets as make
from tests.replay.capfile_reader import Interface, Record, read

SECOND = 1_000_000_000
LATEST_NS = 2**63 - 1


def stamped(
    ticks: int, *, resolution: int | None = None, offset: int | None = None, order: str = "<"
) -> int | None:
    options = b"" if resolution is None else make.resolution(resolution, order)
    options += b"" if offset is None else make.time_offset(offset, order)
    octets = (
        make.section(order) + make.interface(order, options=options) + make.enhanced(b"", ticks, order=order)
    )
    return read(octets).records[0].time_ns


@pytest.mark.parametrize("resolution", [*range(0, 40), 127, *range(128, 256)])
def test_a_stamp_is_exact_to_the_nanosecond_in_every_resolution(resolution: int) -> None:
    source = random.Random(resolution)
    a_second = 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution
    for ticks in {0, 1, 2**32, 2**64 - 1, min(2**64 - 1, 1_700_000_000 * a_second), source.randrange(2**64)}:
        assert stamped(ticks, resolution=resolution) == min(ticks * SECOND // a_second, LATEST_NS)


def test_a_stamp_is_in_microseconds_where_nothing_is_said() -> None:
    assert stamped(1_700_000_000_000_001) == 1_700_000_000_000_001_000


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("resolution", [0, 6, 9, 12, 0x80 | 10, 0x80 | 30])
@pytest.mark.parametrize("offset", [0, 1, -1, 1_600_000_000, 2**63 - 1, -(2**63)])
def test_the_offset_of_stamps_is_in_seconds_and_signed(order: str, resolution: int, offset: int) -> None:
    a_second = 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution
    time_ns = stamped(1000 * a_second + 1, resolution=resolution, offset=offset, order=order)
    assert time_ns == min(max((1000 + offset) * SECOND + SECOND // a_second, 0), LATEST_NS)


def described(options: bytes) -> Interface:
    return read(make.section() + make.interface(options=options)).interfaces[0]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("eth0", "eth0"),
        ("e" * 31, "e" * 31),
        ("e" * 300, "e" * 31),
        ("ü" * 20, "ü" * 15),
        ("a\x1b[31mb\n", "a?[31mb?"),
        (b"eth0\0behind", "eth0"),
        # U+009B begins an escape sequence by itself; U+00E9 and U+0142 have its octets' range in them and are letters.
        ("a\u009b31mb\u0080é", "a??31mb??é"),
        ("Gło\u00a0śnik", "Gło\u00a0śnik"),
    ],
)
def test_a_name_fits_and_leaves_the_terminal_alone(said: str, told: str) -> None:
    assert described(make.name(said)).name == told


def test_options_that_lead_out_of_their_block_end_there() -> None:
    assert described(make.name("eth0") + make.option(9, b"\x09", length=5000)) == Interface("eth0", 0)
    assert described(make.option(2, b"eth0", length=65535)) == Interface("", 0)
    assert described(make.END_OF_OPTIONS + make.name("eth0")) == Interface("", 0)


def test_options_of_a_wrong_length_say_nothing() -> None:
    octets = make.section() + make.interface(options=make.option(9, b"\x09\x00") + make.option(14, bytes(4)))
    assert read(octets + make.enhanced(b"", 7)).records[0].time_ns == 7000


@pytest.mark.parametrize(
    ("resolution", "finer"), [(6, False), (7, True), (9, True), (0x80 | 19, False), (0x80 | 20, True)]
)
def test_stamps_finer_than_a_microsecond_are_told(resolution: int, finer: bool) -> None:
    assert described(make.resolution(resolution)).nanosecond is finer


def losses(*blocks: bytes) -> int:
    return read(make.section() + make.interface() + b"".join(blocks)).interfaces[0].dropped


def test_later_statistics_take_the_place_of_earlier_ones() -> None:
    assert losses(make.statistics(ifdrop=3, osdrop=1), make.statistics(ifdrop=5, osdrop=4)) == 9
    assert losses(make.statistics(ifdrop=3), make.statistics(usrdeliv=5)) == 3


def test_losses_told_twice_count_once() -> None:
    with_option = make.enhanced(b"abcde", options=make.option(4, (6).to_bytes(8, "little")))
    assert losses(with_option, with_option) == 12
    assert losses(make.obsolete(b"", drops=6), make.obsolete(b"", drops=0xFFFF)) == 6
    assert losses(with_option, make.statistics(ifdrop=4)) == 6
    assert losses(with_option, make.statistics(ifdrop=8)) == 8


def test_losses_without_end_stay_in_range() -> None:
    most = 2**64 - 1
    again = make.section() + make.interface()
    assert losses(make.statistics(ifdrop=most, osdrop=most)) == most
    assert losses(make.statistics(ifdrop=most), again, make.statistics(ifdrop=most)) == most


def test_statistics_of_an_interface_that_is_none_are_passed_over() -> None:
    assert losses(make.statistics(1, ifdrop=3), make.statistics(2**32 - 1, ifdrop=3)) == 0


def test_a_section_has_its_own_byte_order_and_its_own_interfaces() -> None:
    first = make.section() + make.interface(options=make.name("a")) + make.enhanced(b"1")
    second = make.section(">") + make.interface(">", link_type=101, options=make.name("b", ">"))
    reading = read(first + second + make.enhanced(b"2", order=">") + first)
    assert [(record.data, record.interface, record.link_type) for record in reading.records] == [
        (b"1", 0, 1),
        (b"2", 1, 101),
        (b"1", 2, 1),
    ]
    assert [one.name for one in reading.interfaces] == ["a", "b", "a"]


def test_an_interface_described_again_in_the_next_section_is_the_same() -> None:
    def part(drops: int, order: str) -> bytes:
        described = [make.interface(order, options=make.name(name, order)) for name in ("a", "b")]
        return b"".join(
            [
                make.section(order),
                *described,
                make.enhanced(b"1", 0, 1, order),
                make.statistics(1, order, ifdrop=drops, usrdeliv=2),
            ]
        )

    reading = read(part(3, "<") + part(4, ">"))
    assert [record.interface for record in reading.records] == [1, 1]
    assert reading.interfaces == (Interface("a", 0), Interface("b", 2, dropped=7, delivered=4))


@pytest.mark.parametrize(
    "other",
    [
        make.interface(options=make.name("b")),
        make.interface(link_type=101, options=make.name("a")),
        make.interface(snap=96, options=make.name("a")),
        make.interface(options=make.name("a") + make.resolution(9)),
        make.interface(options=make.name("a") + make.time_offset(1)),
    ],
)
def test_an_interface_described_otherwise_is_another(other: bytes) -> None:
    first = make.section() + make.interface(options=make.name("a")) + make.enhanced(b"1")
    assert [
        record.interface for record in read(first + make.section() + other + make.enhanced(b"1")).records
    ] == [0, 1]


@pytest.mark.parametrize("octets", [0, 4, 1000, 3 << 20])
@pytest.mark.parametrize("kind", [4, 9, 10, make.CUSTOM, 0x80000001])
def test_a_block_that_is_not_known_is_passed_over_however_long(octets: int, kind: int) -> None:
    file = (
        make.section()
        + make.interface()
        + make.enhanced(b"1")
        + make.block(kind, bytes(octets))
        + make.enhanced(b"2")
    )
    reading = read(file, room=64)
    assert reading.fault is None
    assert [record.data for record in reading.records] == [b"1", b"2"]
    assert reading.kept < 64


def test_a_section_header_is_passed_over_however_long() -> None:
    comment = make.option(1, bytes(60000))
    file = make.section(options=20 * comment) + make.interface() + make.enhanced(b"1")
    assert read(file, room=64).records == (Record(b"1", 0, 1),)


def test_a_simple_packet_is_cut_at_the_snap_length() -> None:
    file = make.section() + make.interface(snap=40)
    assert read(file + make.simple(b"x" * 40, 1500)).records == (Record(b"x" * 40, None, 1500),)
    assert read(file + make.simple(b"x" * 39)).records == (Record(b"x" * 39, None, 39),)
