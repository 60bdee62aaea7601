# SPDX-License-Identifier: Apache-2.0
"""Capture files of BGP sessions and of the cable, read back by scapy and by tshark."""

import subprocess
from dataclasses import dataclass
from ipaddress import ip_address

import pytest
from scapy.layers.inet import TCP
from scapy.utils import rdpcap

from bfd_fastpath.lab.flow import SEGMENT_OCTETS, FlowFile
from bfd_fastpath.lab.linkcap import LinkFile
from bfd_fastpath.wire.bgp.message import KEEPALIVE

CLIENT, SERVER = (ip_address("127.0.0.1"), 40001), ip_address("127.0.0.1")
START_NS = 1_700_000_000_123_456_789


@pytest.fixture
def written(tmp_path):
    """A session: 1,000 KEEPALIVEs from the server, one from the client, and an orderly end."""
    path = tmp_path / "bgp.pcap"
    with FlowFile(path) as file:
        flow = file.open_flow(CLIENT, SERVER, START_NS)
        flow.said(True, KEEPALIVE, START_NS + 1_000)
        flow.said(False, KEEPALIVE * 1000, START_NS + 2_000)
        flow.close(True, START_NS + 3_000)
        flow.close(False, START_NS + 4_000)
    return path


def test_numbers_and_sizes_are_those_of_a_tcp_connection(written):
    packets = rdpcap(str(written))
    assert [str(p[TCP].flags) for p in packets[:3]] == ["S", "SA", "A"]
    following = {}
    for packet in packets:
        tcp = packet[TCP]
        data = bytes(tcp.payload)
        assert len(data) <= SEGMENT_OCTETS
        assert following.get(tcp.sport, tcp.seq) == tcp.seq
        if tcp.dport in following and "A" in str(tcp.flags):
            assert tcp.ack == following[tcp.dport]
        following[tcp.sport] = tcp.seq + len(data) + ("S" in str(tcp.flags)) + ("F" in str(tcp.flags))
    sent = b"".join(bytes(p[TCP].payload) for p in packets if p[TCP].sport == 179)
    assert sent == KEEPALIVE * 1000


def test_times_keep_their_nanoseconds(written):
    assert int(rdpcap(str(written))[0].time * 1_000_000_000) == START_NS


@pytest.mark.interop("tshark")
def test_tshark_finds_every_message_and_nothing_strange(written):
    shown = subprocess.run(
        ["tshark", "-r", written, "-T", "fields", "-e", "bgp.type", "-e", "tcp.analysis.flags"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = [line.split("\t") for line in shown.splitlines()]
    assert sum(len(row[0].split(",")) for row in rows if row[0]) == 1001
    assert not any(row[1] for row in rows if len(row) > 1)


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
