# SPDX-License-Identifier: Apache-2.0
"""From where the route server would have been told, and in what session."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from scapy.layers.inet import IP
from scapy.utils import rdpcap

from bfd_fastpath.replay import end
from bfd_fastpath.replay.end_bgp import local_address
from tests.replay.end_scene import NEIGHBOR, config, play
from tests.replay.recording import outage, write

OURS = ip_address("192.0.2.1")
ELSEWHERE = NEIGHBOR.replace("192.0.2.254", "198.51.100.9")
DAY_NS = 24 * 3600 * 10**9


@pytest.mark.parametrize(
    ("neighbor", "address", "expected"),
    [
        (NEIGHBOR, "192.0.2.1", "192.0.2.1"),
        (NEIGHBOR, "2001:db8::1", "192.0.2.1"),
        (ELSEWHERE, "192.0.2.1", "192.0.2.1"),
        (ELSEWHERE, "2001:db8::1", "192.0.2.1"),
        (NEIGHBOR + 'local-address = "192.0.2.7"\n', "192.0.2.1", "192.0.2.7"),
        (NEIGHBOR.replace("192.0.2.254", "2001:db8::fe"), "192.0.2.1", "2001:db8::1"),
    ],
)
def test_the_session_comes_from_an_address_of_the_neighbors_family(neighbor, address, expected):
    settings = config(neighbor)
    found = local_address(settings, settings.neighbors[0], ip_address(address))
    assert found == ip_address(expected)


def test_without_such_an_address_the_configuration_is_wrong(record, tmp_path):
    recording = outage(record())
    settings = config(NEIGHBOR.replace("192.0.2.254", "2001:db8::fe"), addresses='["192.0.2.1/24"]')
    with pytest.raises(end.EndError, match="local-address") as caught:
        play(write(tmp_path / "one.pcap", recording.frames), OURS, settings)
    assert caught.value.exit_code == 2


def messages(path) -> bytes:
    """What the router said, octet by octet."""
    return b"".join(
        bytes(packet[IP].payload.payload) for packet in rdpcap(str(path)) if packet[IP].src == str(OURS)
    )


@pytest.mark.parametrize(("more_ns", "hold_time"), [(0, 90), (2 * DAY_NS, 0)])
def test_a_session_of_days_needs_no_keepalives(record, tmp_path, more_ns, hold_time):
    recording = outage(record())
    last = recording.frames[-1]
    path = write(tmp_path / "one.pcap", [*recording.frames, (last[0] + more_ns, last[1])])
    bgp = tmp_path / "bgp.pcapng"
    play(path, OURS, config(NEIGHBOR), bgp_out=bgp)
    said = messages(bgp)
    assert int.from_bytes(said[22:24], "big") == hold_time
    assert len(rdpcap(str(bgp))) < 100


def test_what_the_configuration_announces_is_announced(record, tmp_path):
    recording = outage(record())
    bgp = tmp_path / "bgp.pcapng"
    path = write(tmp_path / "one.pcap", recording.frames)
    play(path, OURS, config(NEIGHBOR + 'announce = ["203.0.113.0/24"]\n'), bgp_out=bgp)
    assert bytes([24, 203, 0, 113]) in messages(bgp)


def test_a_neighbor_without_bgp_ls_is_told_nothing_and_that_is_said(record, tmp_path):
    recording = outage(record())
    path = write(tmp_path / "one.pcap", recording.frames)
    report = play(path, OURS, config(NEIGHBOR + 'families = ["ipv4-unicast"]\n'))
    assert report.told == ()
    assert any("bgp-ls" in note for note in report.notes)
