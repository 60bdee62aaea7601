# SPDX-License-Identifier: Apache-2.0
"""Where a capture's octets come from: plain and gzipped files of any length, pipes, and files that break off or are none."""

import gzip
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pydp.replay.errors import ReplayError
from pydp.replay.source import BODY, HEAD, Source

#: Longer than two buffers, and no multiple of one.
LONG = bytes(range(251)) * ((2 * BODY + 12_345) // 251)


def stored(directory: Path, content: bytes) -> Path:
    path = directory / "capture"
    path.write_bytes(content)
    return path


def drained(path: Path | str, leave: int = 0) -> tuple[bytes, Source]:
    """All octets, taken but for the last `leave` of each piece, which must come again in front of the next."""
    out = []
    with Source(path) as source:
        for piece in source:
            take = len(piece.data) if piece.last else max(len(piece.data) - leave, 0)
            out.append(bytes(piece.data[:take]))
            piece.use(take)
    return b"".join(out), source


@pytest.mark.parametrize("leave", [0, 1, 100_000, HEAD])
@pytest.mark.parametrize("packed", [False, True])
def test_every_octet_comes_once_and_in_order(tmp_path: Path, leave: int, packed: bool) -> None:
    path = stored(tmp_path, gzip.compress(LONG, 1) if packed else LONG)
    content, source = drained(path, leave)
    assert content == LONG
    assert (source.compressed, source.fault) == (packed, None)
    assert source.done == source.total == path.stat().st_size


def test_several_members_and_padding_are_one_stream(tmp_path: Path) -> None:
    path = stored(
        tmp_path,
        gzip.compress(b"one") + gzip.compress(LONG, 1) + bytes(513) + gzip.compress(b"two") + bytes(9),
    )
    content, source = drained(path)
    assert content == b"one" + LONG + b"two"
    assert source.fault is None


@pytest.mark.parametrize("cut", [1, 9, 5_000])
def test_a_truncated_stream_gives_what_was_there_and_says_where_it_ends(tmp_path: Path, cut: int) -> None:
    packed = gzip.compress(LONG, 1)[:-cut]
    content, source = drained(stored(tmp_path, packed))
    assert LONG.startswith(content)
    assert len(content) > BODY or cut == 5_000
    assert source.fault is not None
    assert (source.fault.reason, source.fault.offset) == ("gzip-truncated", len(packed))


def test_garbage_behind_the_stream_is_told_with_its_offset(tmp_path: Path) -> None:
    packed = gzip.compress(b"all of it")
    content, source = drained(stored(tmp_path, packed + b"garbage"))
    assert content == b"all of it"
    assert source.fault is not None
    assert (source.fault.reason, source.fault.offset) == ("gzip-trailing-garbage", len(packed))


def test_a_damaged_stream_stands_up_to_the_damage(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(os.urandom(3 * BODY), 1))
    packed[2 * BODY] ^= 0xFF
    content, source = drained(stored(tmp_path, bytes(packed)))
    assert BODY < len(content) <= 3 * BODY
    assert source.fault is not None
    assert source.fault.reason == "gzip-damaged"


@pytest.mark.parametrize(
    ("start", "command"),
    [
        (b"\xfd7zXZ\x00", "xz -dc"),
        (b"\x28\xb5\x2f\xfd", "zstd -dc"),
        (b"BZh91AY", "bzip2 -dc"),
        (b"\x04\x22\x4d\x18", "lz4 -dc"),
        (b"PK\x03\x04", "unzip -p"),
    ],
)
def test_other_compressions_are_refused_with_the_command_that_unpacks_them(
    tmp_path: Path, start: bytes, command: str
) -> None:
    with pytest.raises(ReplayError, match=command):
        Source(stored(tmp_path, start + bytes(100)))


def test_what_is_no_readable_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="directory"):
        Source(tmp_path)
    with pytest.raises(ReplayError, match="there is no file"):
        Source(tmp_path / "missing")
    with pytest.raises(ReplayError, match="is empty"):
        Source(stored(tmp_path, b""))


def test_a_source_that_is_left_early_stops_reading(tmp_path: Path) -> None:
    path = stored(tmp_path, LONG)
    before = threading.active_count()
    with Source(path) as source:
        next(iter(source))
    assert threading.active_count() == before


def test_a_pipe_is_read_to_its_end() -> None:
    program = (
        "import sys\nfrom pydp.replay.source import Source\nwith Source('-') as s:\n"
        "    n = 0\n    for p in s:\n        n += len(p.data)\n        p.use(len(p.data))\nprint(n, s.total, s.done)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=gzip.compress(LONG, 1),
        capture_output=True,
        check=True,
        timeout=60,
    )
    octets, total, stored_octets = map(int, done.stdout.split())
    assert (octets, total) == (len(LONG), 0)
    assert stored_octets < len(LONG)
