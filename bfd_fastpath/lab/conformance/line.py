# SPDX-License-Identifier: Apache-2.0
"""What lies between the far end and the target: frames go in, frames come out, and time passes, simulated or
real.
"""

from typing import Protocol


class Line(Protocol):
    """Times are nanoseconds; those of frames are when they were on the line."""

    @property
    def now_ns(self) -> int: ...
    @property
    def slack_ns(self) -> int:
        """By how much a time measured here may differ from the target's own."""

    @property
    def simulated(self) -> bool:
        """Whether time passes only as it is asked to."""

    def send(self, frame: bytes) -> int:
        """Put a frame on the line; when that was."""

    def receive(self, until_ns: int) -> tuple[int, bytes] | None:
        """The next frame from the target, or None when this time has come first."""


class Tape:
    """All frames of a scene, numbered from 1."""

    def __init__(self) -> None:
        #: (time, octets, comment).
        self.frames: list[tuple[int, bytes, str]] = []

    def add(self, time_ns: int, frame: bytes, comment: str = "") -> int:
        self.frames.append((time_ns, frame, comment))
        return len(self.frames)
