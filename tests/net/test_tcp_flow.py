# SPDX-License-Identifier: Apache-2.0
"""Capture files of BGP sessions, read back by scapy and by tshark."""

import subprocess
from ipaddress import ip_address

import pytest
from scapy.layers.inet import TCP
from scapy.utils import rdpcap

from bfd_fastpath.net.tcp_flow import SEGMENT_OCTETS, FlowFile
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
