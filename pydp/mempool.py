# SPDX-License-Identifier: Apache-2.0
"""Pools of packet buffers, for programs that make packets of their own (Burst.append)."""

from dataclasses import dataclass
from typing import Any

from pydp.errors import raise_status
from pydp.ffi import ffi, lib
from pydp.handle import MempoolHandle


@dataclass(frozen=True, slots=True)
class MempoolUsage:
    """How many buffers are free, and how many are out."""

    available: int
    in_use: int


class Mempool(MempoolHandle):
    """`mbufs` packet buffers for packets of up to `data_room` octets (0: 2048).

    Raises InvalidArgumentError, OutOfMemoryError, StateError before eal.init.
    """

    def __init__(self, name: str, mbufs: int, *, data_room: int = 0) -> None:
        made = ffi.new("pydp_mempool_t **")
        raise_status(lib.pydp_mempool_create(name.encode(), mbufs, data_room, made))
        self._adopt(int(ffi.cast("uintptr_t", made[0])))

    @property
    def _c(self) -> Any:
        return ffi.cast("pydp_mempool_t *", self._address())

    def usage(self) -> MempoolUsage:
        """Buffers free and out at this moment."""
        available, in_use = ffi.new("uint32_t *"), ffi.new("uint32_t *")
        raise_status(lib.pydp_mempool_usage(self._c, available, in_use))
        return MempoolUsage(available[0], in_use[0])

    def close(self) -> None:
        """Free the pool. Closing twice changes nothing. BusyError while buffers are out."""
        if self.alive:
            raise_status(lib.pydp_mempool_destroy(self._c))
            self._release()
