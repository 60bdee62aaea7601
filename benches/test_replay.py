# SPDX-License-Identifier: Apache-2.0
"""A whole capture watched, with the file in the page cache, against the programs that people would take
instead.
"""

import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import pydp.replay as replay
from benches import windows

SESSIONS = 1000
PACKETS = 2_000_000
#: What the peers can read in a window.
TSHARK_PACKETS = 100_000
SCAPY_PACKETS = 5_000
ROUNDS = 5

_FRAME = 14 + 20 + 8 + 24
_RECORD = numpy.dtype(
    [
        ("seconds", "<u4"),
        ("micros", "<u4"),
        ("captured", "<u4"),
        ("length", "<u4"),
        ("ethernet", "u1", (14,)),
        ("ip", ">u2", (10,)),
        ("ports", ">u2", (4,)),
        ("head", "u1", (4,)),
        ("mine", ">u4"),
        ("yours", ">u4"),
        ("timers", ">u4", (3,)),
    ]
)


def checksum(words: "numpy.ndarray[Any, Any]") -> "numpy.ndarray[Any, Any]":
    """The internet checksum (RFC 1071) of each row."""
    total = words.astype(numpy.uint32).sum(axis=1)
    total = (total & 0xFFFF) + (total >> 16)
    folded: numpy.ndarray[Any, Any] = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    return folded


def capture(count: int) -> bytes:
    """Hellos of 1,000 sessions that are Up, both ends by turns, each every 50 ms."""
    records = numpy.zeros(count, dtype=_RECORD)
    number = numpy.arange(count)
    session, back = number // 2 % SESSIONS, number % 2
    micros = 1_700_000_000_000_000 + number * 25 // SESSIONS * 1000 + number * 25 % SESSIONS
    records["seconds"], records["micros"] = micros // 1_000_000, micros % 1_000_000
    records["captured"] = records["length"] = _FRAME
    records["ethernet"][:, 12] = 8
    near, far = session, session + 0x1000
    ip = records["ip"]
    ip[:, 0], ip[:, 1], ip[:, 4] = 0x45C0, _FRAME - 14, 0xFF11
    ip[:, 6], ip[:, 8] = 0x0A00, 0x0A00
    ip[:, 7], ip[:, 9] = numpy.where(back, far, near), numpy.where(back, near, far)
    ip[:, 5] = checksum(ip)
    records["ports"] = (49152, 3784, 32, 0)
    records["head"] = (0x20, 0xC0, 3, 24)
    records["mine"] = numpy.where(back, far, near) + 1
    records["yours"] = numpy.where(back, near, far) + 1
    records["timers"] = (50_000, 50_000, 0)
    words = numpy.frombuffer(records.tobytes(), dtype=">u2").reshape(count, -1)
    # From the IP addresses on, and what else UDP's pseudo header has: protocol and length.
    records["ports"][:, 3] = checksum(numpy.hstack([words[:, 21:], numpy.full((count, 1), 17 + 32)]))
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + records.tobytes()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The capture, and its first packets, by how many there are."""
    room = tmp_path_factory.mktemp("captures")
    content = capture(PACKETS)
    made = {}
    for count in (PACKETS, TSHARK_PACKETS, SCAPY_PACKETS):
        made[count] = room / f"{count}.pcap"
        made[count].write_bytes(content[: 24 + count * (16 + _FRAME)])
    return made


def by_tshark(path: Path) -> int:
    """tshark told to say what a watcher wants to know; packets that it took for BFD."""
    command = [
        "tshark",
        "-n",
        "-r",
        str(path),
        "-Y",
        "bfd",
        "-T",
        "fields",
        "-e",
        "frame.number",
        "-e",
        "bfd.sta",
    ]
    return subprocess.run(command, check=True, capture_output=True).stdout.count(b"\n")


def by_scapy(path: Path) -> int:
    """scapy's reader, with its dissector for BFD."""
    from scapy.contrib.bfd import BFD
    from scapy.utils import PcapReader

    with PcapReader(str(path)) as packets:
        return sum(1 for packet in packets if BFD in packet and packet[BFD].sta == 3)


@pytest.mark.parametrize(
    ("name", "count", "peer"),
    [
        pytest.param("tshark on its first 100,000", TSHARK_PACKETS, by_tshark, id="tshark"),
        pytest.param("scapy on its first 5,000", SCAPY_PACKETS, by_scapy, id="scapy"),
    ],
)
def test_replay(
    benchmark: BenchmarkFixture, files: dict[int, Path], name: str, count: int, peer: Callable[[Path], int]
) -> None:
    if peer is by_tshark and shutil.which("tshark") is None:
        pytest.skip("tshark is not here, so there is nothing to compare with; .ci/packages test installs it")
    assert peer(files[count]) == count
    story = windows.run(
        benchmark,
        PACKETS,
        lambda: replay.watch(files[PACKETS]),
        limit=(name, count, lambda: peer(files[count])),
        rounds=ROUNDS,
    )
    assert (story.packets, story.totals.single_hop, len(story.sessions)) == (PACKETS, PACKETS, SESSIONS)
    assert story.fault is None
