# SPDX-License-Identifier: Apache-2.0
"""native/replay's reader of capture files for tests: compiled into a cffi module below build/, fed in pieces."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from cffi import FFI

NATIVE = Path(__file__).resolve().parents[2] / "native"
HEADER = NATIVE / "replay" / "capfile.h"
#: The reader without the rest of its room.
SOURCES = [
    NATIVE / "replay" / f"{name}.c" for name in ("capfile", "pcap", "pcapng", "pcapng_interface", "stranger")
]


def _load() -> ModuleType:
    files = [*SOURCES, HEADER, HEADER.with_name("framing.h"), Path(__file__)]
    digest = hashlib.sha256(sys.version.encode())
    for path in files:
        digest.update(path.read_bytes())
    name = f"_capfile_{digest.hexdigest()[:16]}"
    directory = NATIVE.parent / "build" / "tests-replay" / name
    found = sorted(directory.glob(f"{name}*.so"))
    spec = importlib.util.spec_from_file_location(name, found[0] if found else _compile(name, directory))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _compile(name: str, directory: Path) -> Path:
    builder = FFI()
    builder.cdef("\n".join(line for line in HEADER.read_text().splitlines() if not line.startswith("#")))
    builder.set_source(
        name,
        f'#include "{HEADER.name}"',
        sources=[str(source) for source in SOURCES],
        include_dirs=[str(HEADER.parent)],
        extra_compile_args=["-std=c11", "-Wall", "-Wextra"],
    )
    # Two test runs may compile at once: each in a directory of its own, and whole files change places.
    built = Path(builder.compile(tmpdir=str(directory.with_name(f"{name}.{os.getpid()}"))))
    directory.mkdir(parents=True, exist_ok=True)
    return built.replace(directory / built.name)


_module = _load()
ffi: Any = _module.ffi
lib: Any = _module.lib


@dataclass(frozen=True, slots=True)
class Record:
    """A packet as the file has it; `time_ns` is None where the file gives it no stamp."""

    data: bytes
    time_ns: int | None
    length: int
    interface: int = 0
    link_type: int = 1


@dataclass(frozen=True, slots=True)
class Interface:
    name: str
    packets: int
    link_type: int = 1
    snap_length: int = 0
    dropped: int = 0
    delivered: int = 0
    nanosecond: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    offset: int
    reason: str
    text: str = field(compare=False, default="")


@dataclass(frozen=True, slots=True)
class Reading:
    """All that came of a file. `fault` is None where it was read to its end."""

    format: str
    records: tuple[Record, ...]
    interfaces: tuple[Interface, ...]
    fault: Fault | None
    #: The most octets that were ever kept back for the next piece.
    kept: int = field(compare=False, default=0)


def read(octets: bytes, cuts: Iterable[int] = (), *, room: int | None = None) -> Reading:
    """Read a file that comes in pieces, cut at these offsets; `room`: of the buffer that pieces go through, if they are
    to be no larger than it allows.
    """
    file = ffi.gc(lib.capfile_create(), lib.capfile_destroy)
    ends = sorted({cut for cut in cuts if 0 < cut < len(octets)} | {len(octets)})
    records: list[Record] = []
    kept, begin, most = b"", 0, 0
    for end in ends:
        while True:
            stop = end if room is None else min(end, begin + room - len(kept))
            pending = kept + octets[begin:stop]
            begin = stop
            result, used = _feed(file, pending, begin == len(octets), records)
            kept = pending[used:]
            most = max(most, len(kept))
            if result == lib.CAPFILE_FAULT:
                return _reading(file, records, most)
            assert room is None or used > 0 or len(kept) < room, "a full buffer brings no progress"
            if begin == end:
                break
    assert result == lib.CAPFILE_END
    assert kept == b""
    assert lib.capfile_offset(file) == len(octets)
    return _reading(file, records, most)


def _feed(file: Any, pending: bytes, last: bool, records: list[Record]) -> tuple[int, int]:
    data = ffi.from_buffer("uint8_t[]", pending)
    used, packet = ffi.new("size_t *"), ffi.new("struct capfile_packet *")
    at = 0
    while True:
        result = lib.capfile_next(file, data + at, len(pending) - at, last, used, packet)
        assert used[0] <= len(pending) - at
        at += used[0]
        if result != lib.CAPFILE_PACKET:
            return result, at
        begin = packet.data - data
        assert 0 <= begin <= begin + packet.captured <= at
        records.append(
            Record(
                bytes(ffi.buffer(packet.data, packet.captured)),
                packet.time_ns if packet.has_time else None,
                packet.length,
                packet.interface,
                packet.link_type,
            )
        )


def _reading(file: Any, records: list[Record], kept: int) -> Reading:
    interfaces = []
    for index in range(lib.capfile_interfaces(file)):
        one = lib.capfile_interface(file, index)
        name = ffi.string(one.name).decode(errors="replace")
        interfaces.append(
            Interface(
                name,
                one.packets,
                one.link_type,
                one.snap_length,
                one.dropped,
                one.delivered,
                bool(one.nanosecond),
            )
        )
    assert lib.capfile_interface(file, len(interfaces)) == ffi.NULL
    told = lib.capfile_fault(file)
    fault = None
    if told.reason != lib.CAPFILE_SOUND:
        reason = ffi.string(lib.capfile_reason_name(told.reason)).decode()
        fault = Fault(told.offset, reason, ffi.string(told.text).decode(errors="replace"))
    name = {
        lib.CAPFILE_UNKNOWN: "unknown",
        lib.CAPFILE_PCAP: "pcap",
        lib.CAPFILE_PCAPNG: "pcapng",
    }[lib.capfile_format(file)]
    return Reading(name, tuple(records), tuple(interfaces), fault, kept)
