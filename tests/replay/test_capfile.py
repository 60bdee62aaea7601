# SPDX-License-Identifier: Apache-2.0
"""Capture files of every kind, whole and in pieces: the records that were written, in our files and in other tools'."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.utils import PcapNgWriter, PcapWriter

from tests.replay import capfile_octets as make
from tests.replay.capfile_reader import Fault, Interface, Reading, Record, read

SECOND = 1_000_000_000
#: Of lengths that need padding of every size, one of nothing.
PACKETS = [bytes([65 + i]) * length for i, length in enumerate((60, 61, 62, 63, 0, 1))]
tshark = pytest.mark.interop("tshark")


def cuts_at_random(octets: bytes, seed: int) -> list[int]:
    source = random.Random(seed)
    return source.sample(range(len(octets)), k=min(len(octets), source.randrange(1, 40)))


def read_all_ways(octets: bytes) -> Reading:
    """Whole, octet by octet, in random cuts, and through the smallest buffer that holds each record: all say the same."""
    whole = read(octets)
    single = read(octets, range(len(octets)))
    assert single == whole
    for seed in range(10):
        assert read(octets, cuts_at_random(octets, seed)) == whole
    assert read(octets, room=max(single.kept + 1, 24)) == whole
    return whole


def pcap_parts(order: str, magic: int, link_type: int = 1) -> list[bytes]:
    """The header and each record."""
    modified = magic == make.MODIFIED
    return [make.pcap_header(order, magic=magic, link_type=link_type)] + [
        make.pcap_record(data, 1_700_000_000 + i, 5, order, length=len(data) + i, modified=modified)
        for i, data in enumerate(PACKETS)
    ]


def pcap(order: str, magic: int, link_type: int = 1) -> bytes:
    return b"".join(pcap_parts(order, magic, link_type))


def pcapng_parts(order: str) -> list[bytes]:
    """Two interfaces of different resolution, and every block that there is."""
    nanoseconds = make.name("eth1", order) + make.resolution(9, order) + make.END_OF_OPTIONS
    return [
        make.section(order, options=make.option(4, b"a program", order)),
        make.interface(order, snap=64, options=make.name("eth0", order)),
        make.interface(order, link_type=101, options=nanoseconds),
        make.enhanced(PACKETS[0], 1_700_000_000_000_001, 0, order),
        make.block(make.CUSTOM, bytes(64), order),
        make.enhanced(PACKETS[1], 1_700_000_000_000_000_001, 1, order, length=1500),
        make.obsolete(PACKETS[2], 1_700_000_000_000_002, 0, 7, order),
        make.block(4, bytes(4), order),
        make.simple(PACKETS[3] + b"!", 70, order),
        make.statistics(1, order, ifdrop=3, osdrop=4, usrdeliv=9),
    ]


def pcapng(order: str = "<") -> bytes:
    return b"".join(pcapng_parts(order))


PCAPNG_READ = Reading(
    "pcapng",
    (
        Record(PACKETS[0], 1_700_000_000_000_001_000, 60),
        Record(PACKETS[1], 1_700_000_000_000_000_001, 1500, 1, 101),
        Record(PACKETS[2], 1_700_000_000_000_002_000, 62),
        Record(PACKETS[3] + b"!", None, 70),
    ),
    (Interface("eth0", 3, 1, 64, dropped=7), Interface("eth1", 1, 101, 0, 7, 9, nanosecond=True)),
    None,
)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("magic", [make.MICROSECOND, make.NANOSECOND, make.MODIFIED])
def test_a_pcap_file_gives_the_records_written(order: str, magic: int) -> None:
    nanosecond = magic == make.NANOSECOND
    records = tuple(
        Record(data, (1_700_000_000 + i) * SECOND + (5 if nanosecond else 5000), len(data) + i)
        for i, data in enumerate(PACKETS)
    )
    interface = Interface("", len(PACKETS), 1, 262144, nanosecond=nanosecond)
    assert read_all_ways(pcap(order, magic)) == Reading("pcap", records, (interface,), None)


@pytest.mark.parametrize("order", "<>")
def test_a_pcapng_file_gives_the_records_written(order: str) -> None:
    assert read_all_ways(pcapng(order)) == PCAPNG_READ


def test_the_length_of_a_check_sequence_is_no_part_of_the_link_type() -> None:
    reading = read(pcap("<", make.MICROSECOND, 0x24000001))
    assert {record.link_type for record in reading.records} == {1}
    assert reading.interfaces[0].link_type == 1


@pytest.mark.parametrize(
    ("version", "swapped"), [((2, 2), True), ((2, 3), True), ((2, 4), False), ((543, 0), True)]
)
def test_old_files_have_the_lengths_the_other_way_round(version: tuple[int, int], swapped: bool) -> None:
    words = {"captured": 60, "length": 40} if swapped else {"captured": 40, "length": 60}
    octets = make.pcap_header(version=version) + make.pcap_record(bytes(40), **words)
    assert read(octets).records == (Record(bytes(40), SECOND, 60),)


def test_more_captured_than_was_on_the_wire_counts_as_on_the_wire() -> None:
    assert read(make.pcap_header() + make.pcap_record(bytes(60), length=40)).records[0].length == 60
    octets = make.section() + make.interface() + make.enhanced(bytes(60), length=40)
    assert read(octets).records[0].length == 60


@pytest.mark.parametrize("octets", [make.pcap_header(), make.section(), make.section() + make.interface()])
def test_a_file_without_packets_is_sound(octets: bytes) -> None:
    reading = read_all_ways(octets)
    assert reading.records == ()
    assert reading.fault is None


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_a_file_cut_off_anywhere_gives_what_stands_before_and_says_where(order: str, form: str) -> None:
    parts = pcap_parts(order, make.MICROSECOND) if form == "pcap" else pcapng_parts(order)
    octets = b"".join(parts)
    ends = list(accumulate(map(len, parts)))
    whole = read(octets).records
    for length in range(4, len(octets)):
        reading = read(octets[:length])
        begin = max((end for end in ends if end <= length), default=0)
        assert reading.records == whole[: len(reading.records)]
        if length in ends:
            assert reading.fault is None
        else:
            assert reading.fault == Fault(begin, "truncated"), length
            assert "octets are missing" in reading.fault.text
        assert read(octets[:length], range(length)) == reading


def test_a_cut_off_record_says_how_much_is_missing() -> None:
    octets = make.pcap_header() + make.pcap_record(bytes(60))
    sentence = "the file ends in the middle of a packet record: 7 of its 76 octets are missing"
    assert read(octets[:-7]).fault.text == sentence


# Files of other programs


def frames() -> list[Ether]:
    packets = []
    for i in range(8):
        packet = (
            Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
            / IP(src="192.0.2.1", dst="192.0.2.2")
            / UDP(sport=49152, dport=3784)
            / bytes(24 + i)
        )
        packet.time = 1_700_000_000 + i / 8
        packets.append(packet)
    return packets


@pytest.mark.parametrize("nano", [False, True])
@pytest.mark.parametrize("endianness", "<>")
def test_scapys_pcap_files_are_read(tmp_path: Path, nano: bool, endianness: str) -> None:
    path = tmp_path / "a.pcap"
    with PcapWriter(str(path), nano=nano, endianness=endianness, linktype=1) as writer:
        for packet in frames():
            writer.write(packet)
    reading = read_all_ways(path.read_bytes())
    assert [record.data for record in reading.records] == [bytes(packet) for packet in frames()]
    assert [record.time_ns for record in reading.records] == [
        1_700_000_000 * SECOND + i * SECOND // 8 for i in range(8)
    ]
    assert reading.interfaces[0].nanosecond is nano


@pytest.fixture
def scapy_pcapng(tmp_path: Path) -> Path:
    path = tmp_path / "a.pcapng"
    with PcapNgWriter(str(path)) as writer:
        for packet in frames():
            writer.write(packet)
    return path


def test_scapys_pcapng_files_are_read(scapy_pcapng: Path) -> None:
    reading = read_all_ways(scapy_pcapng.read_bytes())
    assert [record.data for record in reading.records] == [bytes(packet) for packet in frames()]
    assert reading.records[1].time_ns == 1_700_000_000 * SECOND + SECOND // 8


@tshark
@pytest.mark.parametrize("form", ["pcap", "nsecpcap", "modpcap", "pcapng"])
def test_what_editcap_makes_of_a_file_has_the_same_packets(
    tmp_path: Path, scapy_pcapng: Path, form: str
) -> None:
    out = tmp_path / "converted"
    subprocess.run(["editcap", "-F", form, scapy_pcapng, out], check=True)
    reading = read_all_ways(out.read_bytes())
    assert reading.fault is None
    assert [record.data for record in reading.records] == [bytes(packet) for packet in frames()]
    assert [record.time_ns for record in reading.records] == [
        1_700_000_000 * SECOND + i * SECOND // 8 for i in range(8)
    ]


def rows(path: Path) -> list[tuple[int, int, int]]:
    """Of each packet what tshark says: stamp, captured, length."""
    fields = ["frame.time_epoch", "frame.cap_len", "frame.len"]
    told = subprocess.run(
        ["tshark", "-r", path, "-T", "fields", *(word for field in fields for word in ("-e", field))],
        check=False,
        capture_output=True,
        text=True,
    ).stdout
    found = []
    for line in told.splitlines():
        stamp, captured, length = line.split("\t")
        seconds, _, fraction = (stamp or "0").partition(".")
        found.append((int(seconds) * SECOND + int(fraction.ljust(9, "0")[:9]), int(captured), int(length)))
    return found


def ours(reading: Reading) -> list[tuple[int, int, int]]:
    return [(record.time_ns or 0, len(record.data), record.length) for record in reading.records]


def several_interfaces(tmp_path: Path, scapy_pcapng: Path) -> bytes:
    one, two, out = tmp_path / "one.pcap", tmp_path / "two.pcap", tmp_path / "merged"
    one.write_bytes(pcap("<", make.NANOSECOND))
    two.write_bytes(pcap(">", make.MICROSECOND, 101))
    subprocess.run(["mergecap", "-F", "pcapng", "-w", out, one, two, scapy_pcapng], check=True)
    return out.read_bytes()


def snapped(tmp_path: Path, scapy_pcapng: Path) -> bytes:
    out = tmp_path / "snapped"
    subprocess.run(["editcap", "-s", "40", scapy_pcapng, out], check=True)
    return out.read_bytes()


@tshark
@pytest.mark.parametrize(
    "build",
    [
        several_interfaces,
        snapped,
        lambda _, path: path.read_bytes(),
        lambda *_: pcap(">", make.NANOSECOND),
        lambda *_: pcap("<", make.MODIFIED),
        lambda *_: pcapng(">").replace(make.block(make.CUSTOM, bytes(64), ">"), b""),
        lambda _, path: path.read_bytes() + pcapng("<").replace(make.block(make.CUSTOM, bytes(64)), b""),
    ],
    ids=["merged", "snapped", "scapy", "nanosecond", "modified", "big-endian-pcapng", "two-sections"],
)
def test_tshark_says_the_same_of_each_packet(
    tmp_path: Path, scapy_pcapng: Path, build: Callable[[Path, Path], bytes]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(build(tmp_path, scapy_pcapng))
    reading = read_all_ways(path.read_bytes())
    assert reading.fault is None
    assert ours(reading) == rows(path)
