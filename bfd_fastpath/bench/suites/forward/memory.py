# SPDX-License-Identifier: Apache-2.0
"""Where the programs of a row have their memory: all in hugepages, or none of them."""

from dataclasses import dataclass
from typing import Final

from pydp.host import read_host

#: Octets of a packet buffer with its place in a pool.
_MBUF: Final = 2432
#: l3fwd's tables of either family, and what else a program has.
_TABLES_MIB: Final = 420
_REST_MIB: Final = 48


@dataclass(frozen=True, slots=True)
class Memory:
    """The same for each of them."""

    huge: bool
    mib: int

    def line(self, prefix: str) -> list[str]:
        """EAL options."""
        if self.huge:
            return ["--in-memory", "--file-prefix", prefix]
        return ["--no-huge", "--no-shconf", "-m", str(self.mib), "--file-prefix", prefix]


def choose(mbufs: int, programs: int) -> Memory:
    """For so many programs, with so many packet buffers each."""
    buffers = mbufs * _MBUF >> 20
    all_of_them = programs * (buffers + _REST_MIB) + _TABLES_MIB
    return Memory(read_host().free_mib() >= all_of_them, buffers + _REST_MIB + _TABLES_MIB)
