# SPDX-License-Identifier: Apache-2.0
"""The files that playing an end leaves: read back by scapy and tshark, and the same octets each time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.utils import rdpcap

from tests.replay.end_scene import NEIGHBOR, config, play, router
from tests.replay.recording import RAW, outage, write

PLAY = """
import sys
from ipaddress import ip_address
from json import dumps
from bfd_fastpath.config import load
from bfd_fastpath.replay import end
report = end.play(sys.argv[1], load(sys.argv[2]), ip_address("192.0.2.1"), out=sys.argv[3], bgp_out=sys.argv[4])
print(dumps(end.document(report)))
print("\\n".join(end.lines(report)))
"""


def control(packet: Any) -> bytes:
    return bytes(packet[UDP].payload)[:24]


def from_port(port: int, frame: bytes) -> bytes:
    """A tagged IPv4 frame from another UDP port, without a UDP checksum."""
    return frame[:38] + port.to_bytes(2, "big") + frame[40:44] + b"\0\0" + frame[46:]


def sent_by(packets: Any, mac: str) -> list[Any]:
    return [packet for packet in packets if packet.src == mac]


def test_what_we_would_have_sent_is_what_the_recorded_end_sent(record, tmp_path):
    recording = outage(record(vlan=100))
    mac = recording.frames[0][1][6:12]
    frames = [
        (time_ns, from_port(50_001, frame) if frame[6:12] == mac else frame)
        for time_ns, frame in recording.frames
    ]
    path = write(tmp_path / "one.pcap", frames)
    out = tmp_path / "out.pcapng"
    report = play(path, recording.addresses[0], out=out)
    ours, all_of_it = rdpcap(str(out)), rdpcap(str(path))
    recorded = sent_by(all_of_it, all_of_it[0].src)
    assert len(ours) == report.out_packets == report.sent
    assert {(one.src, one.dst, one[Dot1Q].vlan) for one in ours} == {
        (one.src, one.dst, one[Dot1Q].vlan) for one in recorded
    }
    assert {(one[IP].src, one[IP].dst, one[UDP].sport) for one in ours} == {
        (one[IP].src, one[IP].dst, one[UDP].sport) for one in recorded
    }
    assert {one[UDP].sport for one in ours} == {50_001}
    said = [control(one) for one in recorded]
    assert {control(one) for one in ours} <= set(said)


def test_frames_are_made_where_the_capture_has_none(record, tmp_path):
    recording = outage(record(version=6))
    path = write(tmp_path / "one.pcap", recording.frames, RAW)
    out = tmp_path / "out.pcapng"
    play(path, recording.addresses[0], out=out)
    packets = rdpcap(str(out))
    assert {(one[Ether].type, one[IPv6].hlim) for one in packets} == {(0x86DD, 255)}


def test_stamps_keep_their_nanoseconds(record, tmp_path):
    recording = outage(record())
    path = write(tmp_path / "one.pcap", recording.frames)
    out = tmp_path / "out.pcapng"
    report = play(path, recording.addresses[0], out=out)
    times = {int(packet.time * 1_000_000_000) for packet in rdpcap(str(out))}
    changes = {pair.ours.time_ns for pair in report.sessions[0].changes}
    assert changes <= times
    assert any(time % 1000 for time in times)


@pytest.mark.interop("tshark")
def test_tshark_reads_every_bfd_packet(record, tmp_path):
    recording = outage(record())
    path = write(tmp_path / "one.pcap", recording.frames)
    out = tmp_path / "out.pcapng"
    report = play(path, recording.addresses[0], out=out)
    rows = tshark(out, "bfd.version", "udp.checksum.status", "ip.checksum.status", checksums=True)
    assert rows == [["1", "1", "1"]] * report.sent


@pytest.mark.interop("tshark")
@pytest.mark.parametrize("more", ["", "passive = true\n"])
def test_tshark_follows_the_bgp_session(record, tmp_path, more):
    recording = outage(record())
    recording.run(100_000)
    path = write(tmp_path / "one.pcap", recording.frames)
    bgp = tmp_path / "bgp.pcapng"
    report = play(path, recording.addresses[0], config(NEIGHBOR + more), bgp_out=bgp)
    rows = tshark(bgp, "frame.time_epoch", "ip.src", "bgp.type", "tcp.analysis.flags", "_ws.malformed")
    assert len(rows) == report.bgp_packets
    assert all(row[3:] == ["", ""] for row in rows)
    types = "".join(row[2] for row in rows if row[2])
    # OPEN from both, and with hold time 90 s three rounds of KEEPALIVE in 100 s after the first.
    assert types.count("1") == 2
    assert types.count("4") >= 2 + 2 * 3
    text = subprocess.run(
        ["tshark", "-r", bgp, "-T", "json", "--no-duplicate-keys"], capture_output=True, text=True, check=True
    ).stdout
    assert "_ws.malformed" not in text
    layers = [packet["_source"]["layers"] for packet in json.loads(text)]
    assert sum('"bgp.ls.nlri_type": "2"' in json.dumps(one) for one in layers) == 3
    assert report.told is not None
    told = [f"{one.time_ns // 10**9}.{one.time_ns % 10**9:09}" for one in report.told]
    at = [row[0] for row in rows if row[2] and row[1] == "192.0.2.1"]
    assert set(told) <= set(at)


def test_the_connection_is_made_before_anything_is_said(record, tmp_path):
    recording = outage(record())
    path = write(tmp_path / "one.pcap", recording.frames)
    bgp = tmp_path / "bgp.pcapng"
    play(path, recording.addresses[0], config(NEIGHBOR), bgp_out=bgp)
    packets = rdpcap(str(bgp))
    assert [str(packet[TCP].flags) for packet in packets[:4]] == ["S", "SA", "A", "PA"]
    assert int(packets[0].time * 1_000_000_000) == recording.frames[0][0]
    assert {packet[IP].src for packet in packets} == {"192.0.2.1", "192.0.2.254"}


def test_the_same_file_gives_the_same_octets(record, tmp_path):
    recording = outage(record())
    path = write(tmp_path / "one.pcap", recording.frames)
    settings = tmp_path / "router.toml"
    settings.write_text(router() + NEIGHBOR)
    made = [run(tmp_path / seed, seed, path, settings) for seed in ("1", "2")]
    assert made[0] == made[1]
    assert all(len(one) > 100 for one in made[0])


def run(directory: Path, hash_seed: str, path: Path, settings: Path) -> tuple[bytes, ...]:
    """A process of its own in a directory of its own: what it printed, and both files."""
    directory.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", PLAY, path, settings, "out.pcapng", "bgp.pcapng"],
        cwd=directory,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        timeout=60,
        check=True,
    )
    return done.stdout, *((directory / name).read_bytes() for name in ("out.pcapng", "bgp.pcapng"))


def test_another_seed_sends_at_other_times(record, tmp_path):
    recording = outage(record())
    path = write(tmp_path / "one.pcap", recording.frames)
    for seed in (1, 2):
        play(path, recording.addresses[0], seed=seed, out=tmp_path / f"{seed}.pcapng")
    assert (tmp_path / "1.pcapng").read_bytes() != (tmp_path / "2.pcapng").read_bytes()


def tshark(path: Path, *fields: str, checksums: bool = False) -> list[list[str]]:
    options = [word for field in fields for word in ("-e", field)]
    if checksums:
        options += ["-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
    shown = subprocess.run(
        ["tshark", "-r", path, "-T", "fields", *options], capture_output=True, text=True, check=True
    )
    return [line.split("\t") for line in shown.stdout.splitlines()]
