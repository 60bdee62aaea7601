# SPDX-License-Identifier: Apache-2.0
"""A whole capture watched, with the file in the page cache, against the programs that people would take
instead.
"""

import shutil
import struct
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy
import pytest

import pydp.replay as replay
from benches.windows import Windows
from pydp.replay.columns import event_drain
from pydp.replay.feed import Feed

SESSIONS = 1000
MANY = 100_000
SOME = 10_000
PACKETS = 2_000_000
#: What the peers can read in a window.
TSHARK_PACKETS = 100_000
SCAPY_PACKETS = 5_000
#: A quick run's capture is that part, and a peer reads no more of any.
TENTH = 10
ROUNDS = 5

#: (sessions, packets) to a file.
Written = Callable[[int, int], Path]

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


def order(count: int, sessions: int) -> "numpy.ndarray[Any, Any]":
    """Which end of which session speaks, packet by packet: each once in 50 ms, up to a quarter of that early
    (RFC 5880 6.8.7), so that they overtake each other.
    """
    ends = 2 * sessions
    places = numpy.arange(count)
    early = numpy.random.default_rng(1).integers(0, max(ends // 4, 1), count)
    return numpy.argsort(places - early, kind="stable") % ends


def capture(count: int, sessions: int) -> bytes:
    """Hellos of single-hop sessions that are Up, both ends, each every 50 ms."""
    records = numpy.zeros(count, dtype=_RECORD)
    speaker = order(count, sessions)
    session, back = speaker // 2, speaker % 2
    micros = 1_700_000_000_000_000 + numpy.arange(count) * 25_000 // sessions
    records["seconds"], records["micros"] = micros // 1_000_000, micros % 1_000_000
    records["captured"] = records["length"] = _FRAME
    records["ethernet"][:, 12] = 8
    near, far = 0x0A000000 + session, 0x0B000000 + session
    ip = records["ip"]
    ip[:, 0], ip[:, 1], ip[:, 4] = 0x45C0, _FRAME - 14, 0xFF11
    source, destination = numpy.where(back, far, near), numpy.where(back, near, far)
    ip[:, 6], ip[:, 7] = source >> 16, source & 0xFFFF
    ip[:, 8], ip[:, 9] = destination >> 16, destination & 0xFFFF
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
def packets(quick: bool) -> int:
    """How many a whole capture has."""
    return PACKETS // TENTH if quick else PACKETS


@pytest.fixture(scope="module")
def written(packets: int, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The first packets of a capture of so many sessions, as a file: (sessions, packets)."""
    room = tmp_path_factory.mktemp("captures")

    @cache
    def content(sessions: int) -> bytes:
        return capture(packets, sessions)

    def write(sessions: int, first: int) -> Path:
        path = room / f"{sessions}-{first}.pcap"
        if not path.exists():
            path.write_bytes(content(sessions)[: 24 + first * (16 + _FRAME)])
        return path

    return write


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


def needs(peer: Callable[[Path], int]) -> None:
    """Before its first window; to import is none of scapy's work."""
    if peer is by_scapy:
        import scapy.contrib.bfd
        import scapy.utils  # noqa: F401
    if peer is by_tshark and shutil.which("tshark") is None:
        pytest.skip("tshark is not here, so there is nothing to compare with; .ci/packages test installs it")


def all_of_it(peer: Callable[[Path], int], path: Path, count: int) -> None:
    """A peer that leaves some out would be no peer."""
    assert peer(path) == count


@pytest.mark.parametrize(
    ("name", "count", "peer"),
    [
        pytest.param("tshark", TSHARK_PACKETS, by_tshark, id="tshark"),
        pytest.param("scapy", SCAPY_PACKETS, by_scapy, id="scapy"),
    ],
)
def test_replay(
    windows: Windows, packets: int, written: Written, name: str, count: int, peer: Callable[[Path], int]
) -> None:
    needs(peer)
    first = min(count, packets // TENTH)
    whole, part = written(SESSIONS, packets), written(SESSIONS, first)
    story = windows.run(
        packets,
        lambda: replay.watch(whole),
        limit=(f"{name} on its first {first:,}", first, lambda: all_of_it(peer, part, first)),
        rounds=ROUNDS,
    )
    assert (story.packets, story.totals.single_hop, len(story.sessions)) == (packets, packets, SESSIONS)
    assert story.fault is None


def read(path: Path) -> tuple[int, int]:
    """What grows with a file: its packets taken, its events drained. Packets and sessions."""
    drain = event_drain(8192)
    with Feed(path, event_capacity=8192) as feed:
        for _ in feed.run():
            while len(drain.take(feed.c)):
                pass
        totals = feed.totals()
        return totals.single_hop, totals.sessions


def test_replay_mixed(windows: Windows, packets: int, written: Written) -> None:
    """So many sessions that none is in a cache when its next packet comes. tshark sees no end twice."""
    needs(by_tshark)
    first = min(TSHARK_PACKETS, packets // TENTH)
    whole, part = written(MANY, packets), written(MANY, first)
    seen = windows.run(
        packets,
        lambda: read(whole),
        limit=(f"tshark on its first {first:,}", first, lambda: all_of_it(by_tshark, part, first)),
        rounds=ROUNDS,
    )
    assert seen == (packets, MANY)


def test_replay_sessions(windows: Windows, tmp_path: Path) -> None:
    """What grows with the sessions: two packets of each, made into records and judged."""
    path = tmp_path / "sessions.pcap"
    path.write_bytes(capture(2 * SOME, SOME))
    story = windows.run(SOME, lambda: replay.watch(path), rounds=ROUNDS)
    assert len(story.sessions) > 0.9 * SOME
