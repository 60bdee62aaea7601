# SPDX-License-Identifier: Apache-2.0
"""Damaged files, and files that are no captures: what stands before is read, and the fault says where, what and why."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.replay import capfile_octets as make
from tests.replay.capfile_damage import CASES, MOST, NG, PCAP, STRANGERS
from tests.replay.capfile_reader import Fault, Interface, read


@pytest.mark.parametrize("case", CASES)
def test_a_fault_stops_the_reading_and_says_where(case: str) -> None:
    octets, offset, reason, words = CASES[case]
    reading = read(octets)
    assert reading.fault == Fault(offset, reason)
    assert words in reading.fault.text
    assert read(octets, range(len(octets))) == reading
    assert {record.data for record in reading.records} <= {b"a" * 60}
    assert len(reading.records) == (offset >= min(len(PCAP), NG))


#: tshark takes an appended file for records, and rounds an odd length up.
READ_ON = {"appended-pcap", "odd-unknown-block"}


@pytest.mark.interop("tshark")
@pytest.mark.parametrize(
    "case", sorted(set(CASES) - {*READ_ON, "long-block", "long-record", "small-section"})
)
def test_tshark_finds_fault_with_the_same_files(case: str, tmp_path: Path) -> None:
    """Left out: records longer than are read here that it may read, and what it takes for no capture but a file to show."""
    path = tmp_path / "file"
    path.write_bytes(CASES[case][0])
    run = subprocess.run(["tshark", "-r", path], capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert len(run.stdout.splitlines()) == len(read(CASES[case][0]).records)


def test_a_record_of_the_most_octets_is_read() -> None:
    octets = make.pcap_header() + make.pcap_record(bytes(MOST - 16))
    assert len(read(octets, room=MOST).records[0].data) == MOST - 16
    octets = make.section() + make.interface() + make.enhanced(bytes(MOST - 32))
    assert len(read(octets, room=MOST).records[0].data) == MOST - 32


def test_more_interfaces_than_are_kept_are_a_fault() -> None:
    described = make.interface()
    reading = read(make.section() + 65537 * described)
    assert reading.fault == Fault(28 + 65536 * len(described), "too-many-interfaces")
    assert len(reading.interfaces) == 65536


def test_interfaces_are_not_kept_again_for_each_section() -> None:
    part = make.section() + make.interface(options=make.name("eth0")) + make.enhanced(b"a")
    assert read(70000 * part).interfaces == (Interface("eth0", 70000),)


@pytest.mark.parametrize("case", STRANGERS)
def test_what_is_no_capture_is_named(case: str) -> None:
    octets, words = STRANGERS[case]
    reading = read(octets)
    assert reading.fault == Fault(0, "not-a-capture")
    assert words in reading.fault.text
    assert f"it begins with {octets[:4].hex(' ')}" in reading.fault.text
    assert read(octets, range(len(octets))).fault.text == reading.fault.text


def test_an_empty_file_says_so() -> None:
    assert read(b"").fault == Fault(0, "empty")
    assert read(b"").fault.text == "the file is empty"


def test_the_faults_of_any_file_are_sentences_without_its_control_characters() -> None:
    for octets, *_ in (*CASES.values(), *STRANGERS.values()):
        assert read(octets).fault.text.isprintable()
        assert not read(octets).fault.text.endswith(".")
        assert len(read(octets).fault.text) < 159
