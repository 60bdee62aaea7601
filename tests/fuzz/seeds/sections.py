# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzzer of authentication: `python -m tests.fuzz.seeds.sections DIRECTORY`. A chain of keys and packets, as targets/auth.c
reads them."""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.receive.play import section
from tests.replay.crafting import AUTH, DOWN, UP, bfd

SIGNED, COUNTED, OURS = 1, 2, 4
#: Algorithms 1 to 3, less one; each with a short and with its longest secret.
KEYS = [
    (0, b"secret"),
    (0, b"0123456789abcdef"),
    (1, b"secret"),
    (1, b"0123456789abcdef"),
    (2, b"0123456789abcdefghij"),
]
#: Auth Type and Auth Len by algorithm, plain and meticulous.
TYPES = {(0, False): 1, (0, True): 1, (1, False): 2, (1, True): 3, (2, False): 4, (2, True): 5}


def chain(*keys: tuple[int, bytes]) -> bytes:
    octets = bytes([len(keys) - 1])
    for algorithm, secret in keys:
        octets += bytes([0, algorithm, len(secret) - 1]) + secret
    return octets


def heard(tail: bytes, how: int = SIGNED | COUNTED, *, after: int = 1, state: int = UP) -> bytes:
    payload = bfd(7, 1, state, flags=AUTH, tail=tail)
    return bytes([how, after, len(payload)]) + payload


def scenes() -> Iterator[bytes]:
    for meticulous in (False, True):
        for keys in ([key] for key in KEYS):
            yield scene(meticulous, keys)
        yield scene(meticulous, [KEYS[2], KEYS[4], KEYS[0]])
        yield scene(meticulous, KEYS)


def scene(meticulous: bool, keys: list[tuple[int, bytes]]) -> bytes:
    octets = bytes([1, meticulous]) + chain(*keys)
    for place, (algorithm, secret) in enumerate(keys):
        kind = TYPES[algorithm, meticulous]
        length = {0: 3 + len(secret), 1: 24, 2: 28}[algorithm]
        sound = section(kind, place, length)
        octets += bytes([OURS, 0, 1, OURS, 0, 1, OURS, 0, 2])
        octets += heard(sound) + heard(sound) + heard(sound, SIGNED)
        octets += heard(sound[:-1] + b"!", COUNTED)
        octets += heard(section(kind, 99, length)) + heard(section(9, place, length))
        octets += heard(section(kind % 5 + 1, place, length)) + heard(section(kind, place, length - 1))
        octets += heard(section(kind, place, length, octets=length + 2))
        octets += b"".join(heard(section(kind, place, length, ahead)) for ahead in (0, -1, 9, 10, 1 << 31))
        octets += heard(section(kind, place, length, 500), after=255, state=DOWN)
        octets += bytes([0, 0, 26]) + bfd(7, 1, UP, flags=AUTH, tail=bytes([kind, length]), length=26)
        octets += bytes([OURS, 0, 3]) + struct.pack(">BBB", SIGNED, 0, 0)
    return octets


def main(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for number, octets in enumerate(scenes()):
        (directory / str(number)).write_bytes(octets)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
