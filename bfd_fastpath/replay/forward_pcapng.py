# SPDX-License-Identifier: Apache-2.0
"""What came in and what left, as a capture file: an interface for each port and direction, and each packet's
verdict as its comment. It says nothing of the machine or the time at which it was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bfd_fastpath.replay.forward_passage import Passage, of_sent
from bfd_fastpath.wire import pcapng


class ForwardFile:
    """Use as a context manager. OSError where the file cannot be written."""

    def __init__(self, path: Path, ports: Sequence[str]) -> None:
        self.packets = 0
        self._ports = {name: 2 * i for i, name in enumerate(ports)}
        self._file = path.open("wb", buffering=1 << 20)
        self._file.write(pcapng.head(*(f"{name} {way}" for name in ports for way in ("in", "out"))))

    def write(self, made: Passage) -> None:
        """The packet as it came in, and all that left because of it."""
        if made.number:
            comment = f"packet {made.number}: {made.sentence()}"
            self._frame(made, made.frame, self._ports[made.port], comment, sent=False)
        for one in made.out:
            self._frame(made, one.frame, self._ports[one.port] + 1, of_sent(made, one), sent=True)

    def _frame(self, made: Passage, octets: bytes, interface: int, comment: str, *, sent: bool) -> None:
        self._file.write(pcapng.packet(made.time_ns, octets, comment, interface=interface, sent=sent))
        self.packets += 1

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> ForwardFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
