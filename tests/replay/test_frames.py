# SPDX-License-Identifier: Apache-2.0
"""Every frame of a file, of any kind, with its number, time and interface."""

import gzip
from pathlib import Path

import pytest

from pydp.replay import Frames, ReplayError
from tests.replay.crafting import Capture


def made(count: int) -> Capture:
    capture = Capture()
    for i in range(count):
        capture.add(bytes([i % 256]) * (14 + i % 50), after_us=10, interface=i % 2)
    return capture


def read(path: Path) -> list[tuple[int, int, int, bytes]]:
    """Number, time in microseconds after the first, interface, octets."""
    found = []
    with Frames(path) as frames:
        for chunk in frames:
            for row in chunk.columns:
                octets = bytes(chunk.data[int(row["at"]) : int(row["at"]) + int(row["captured"])])
                found.append((int(row["number"]), int(row["time_ns"]) // 1000, int(row["interface"]), octets))
        assert frames.fault() is None
    return [(number, time - found[0][1], interface, octets) for number, time, interface, octets in found]


@pytest.mark.parametrize("count", [1, 40_000])
def test_frames_come_as_they_stand_in_the_file(tmp_path: Path, count: int) -> None:
    capture = made(count)
    wanted = [(i + 1, 10 * i, record[1], record[2]) for i, record in enumerate(capture.records)]
    path = tmp_path / "frames.pcapng"
    path.write_bytes(capture.pcapng())
    assert read(path) == wanted
    path.write_bytes(gzip.compress(capture.pcap(), 1))
    assert read(path) == [(number, time, 0, octets) for number, time, _, octets in wanted]


def test_the_file_is_read_up_to_its_fault(tmp_path: Path) -> None:
    path = tmp_path / "broken.pcapng"
    path.write_bytes(made(5).pcapng()[:-3])
    with Frames(path) as frames:
        assert sum(len(chunk.columns) for chunk in frames) == 4
        assert [one.name for one in frames.interfaces()] == ["eth0", "eth1"]
        fault = frames.fault()
    assert fault is not None
    assert (fault.reason, fault.packet) == ("truncated", 4)


def test_what_is_no_capture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("this is no capture at all")
    with Frames(path) as frames, pytest.raises(ReplayError):
        list(frames)
