# SPDX-License-Identifier: Apache-2.0
"""Capture files of the cable, read back by scapy."""

from dataclasses import dataclass

from scapy.utils import rdpcap

from bfd_fastpath.lab.linkcap import LinkFile

START_NS = 1_700_000_000_123_456_789


@dataclass(frozen=True)
class Packet:
    time_ns: int
    length: int
    data: bytes


def test_link_file_holds_the_octets_as_captured(tmp_path):
    path = tmp_path / "bfd.pcap"
    file = LinkFile(path, START_NS)
    frame = bytes.fromhex("ffffffffffff020000000001 0806") + bytes(46)
    file.write(Packet(500, 60, frame))
    file.write(Packet(900, 1514, frame))
    file.close()
    packets = rdpcap(str(path))
    assert [bytes(p) for p in packets] == [frame, frame]
    assert [p.wirelen for p in packets] == [60, 1514]
    assert int(packets[0].time * 1_000_000_000) == START_NS + 500


def test_writing_frames_as_they_are_is_nothing_to_warn_about(tmp_path, caplog):
    file = LinkFile(tmp_path / "bfd.pcap", 0)
    file.write(Packet(1, 4, b"\x00" * 14))
    file.close()
    assert caplog.records == []
