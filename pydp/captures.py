# SPDX-License-Identifier: Apache-2.0
"""Copies of the packets that ports receive or send, for whoever writes them to a file. It writes no file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydp.errors import NotFoundError, raise_status
from pydp.ffi import ffi, lib
from pydp.handle import Handle
from pydp.ports import Port
from pydp.states import Direction

_DEFAULT_SNAP = 2048


@dataclass(frozen=True, slots=True)
class CapturedPacket:
    """One packet as a port saw it."""

    #: CLOCK_MONOTONIC nanoseconds.
    time_ns: int
    #: Octets on the wire; `data` may have fewer.
    length: int
    #: The number given to Capture.add.
    port: int
    direction: Direction
    data: bytes


class Capture(Handle):
    """A queue of packet copies; `capacity` (a power of two) packets may wait,
    more are counted in `lost`. `snap_length` 0: 2048 octets a packet. Close it after its ports are closed.

    Raises InvalidArgumentError, OutOfMemoryError.
    """

    def __init__(self, name: str, *, capacity: int = 4096, snap_length: int = 0) -> None:
        made = ffi.new("pydp_capture_t **")
        raise_status(lib.pydp_capture_create(name.encode(), capacity, snap_length, made))
        self._adopt(int(ffi.cast("uintptr_t", made[0])))
        self._room = ffi.new("uint8_t[]", snap_length or _DEFAULT_SNAP)
        self._record = ffi.new("struct pydp_capture_record *")

    @property
    def _c(self) -> Any:
        return ffi.cast("pydp_capture_t *", self._address())

    def add(
        self, port: Port, number: int, directions: Direction = Direction.RECEIVED | Direction.SENT
    ) -> None:
        """Copy this port's packets too, marked with `number`. While no worker runs on the port; StateError
        otherwise.
        """
        raise_status(lib.pydp_capture_add(self._c, port._c, number, int(directions)))

    def read(self) -> CapturedPacket | None:
        """The oldest waiting packet, or None."""
        status = lib.pydp_capture_read(self._c, self._record, self._room, len(self._room))
        if status == NotFoundError.default_status:
            return None
        raise_status(status)
        record = self._record
        return CapturedPacket(
            time_ns=record.time_ns,
            length=record.length,
            port=record.port,
            direction=Direction(record.direction),
            data=bytes(ffi.buffer(self._room, record.captured)),
        )

    def packets(self) -> Iterator[CapturedPacket]:
        """The packets that wait at this moment, oldest first, each taken out of the queue."""
        while (packet := self.read()) is not None:
            yield packet

    @property
    def lost(self) -> int:
        """Packets that found the queue full."""
        lost = ffi.new("uint64_t *")
        raise_status(lib.pydp_capture_lost(self._c, lost))
        return int(lost[0])

    def close(self) -> None:
        """Free the queue. Closing twice changes nothing."""
        if self.alive:
            raise_status(lib.pydp_capture_destroy(self._c))
            self._release()
