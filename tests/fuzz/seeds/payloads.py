# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzzer of the packet check: `python -m tests.fuzz.seeds.payloads DIRECTORY`. Two ports, a TTL and a payload."""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.replay.crafting import ADMIN_DOWN, AUTH, DEMAND, DOWN, FINAL, INIT, POLL, UP, bfd

#: Source port, destination port, TTL of each kind of BFD, and of what only looks like it.
WAYS = [
    (49152, 3784, 255),
    (49152, 3784, 254),
    (49152, 3785, 255),
    (49152, 4784, 64),
    (49152, 6784, 255),
    (49152, 7784, 64),
    (7784, 49152, 64),
    (7784, 7784, 64),
    (1, 2, 255),
]


def payloads() -> Iterator[bytes]:
    sound = bfd(1, 2, UP)
    for state in (ADMIN_DOWN, DOWN, INIT, UP):
        for flags in (0, POLL, FINAL, DEMAND):
            yield bfd(1, 2, state, flags=flags)
        yield bfd(1, 0, state)
    yield bfd(1, 2, UP, flags=AUTH, tail=bytes([1, 9, 1]) + b"secret")
    yield bfd(0, 2, UP)
    yield sound + bytes(40)
    # Version, Detect Mult, Multipoint, Length too small, too large, and without an authentication section.
    for at, value in ((0, 0x40), (2, 0), (1, 0xC1), (3, 23), (3, 25), (3, 255), (1, 0xC4)):
        yield sound[:at] + bytes([value]) + sound[at + 1 :]
    yield from (sound[:length] for length in (0, 1, 3, 4, 11, 12, 23))


def main(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for number, payload in enumerate(payloads()):
        for way, ports_and_ttl in enumerate(WAYS):
            (directory / f"{number}-{way}").write_bytes(struct.pack(">HHB", *ports_and_ttl) + payload)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
