# SPDX-License-Identifier: Apache-2.0
"""ReachTells by the run: the octets that they are, which become NLRIs where somebody looks at one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from bfd_fastpath.wire.nhreach.nlri import TELLS, Address, NhReachNlri, NhState, decode_run


class TellRun(Sequence[NhReachNlri]):
    """Tells of addresses of one version, 4 or 6."""

    __slots__ = ("octets", "version")

    def __init__(self, version: int, octets: bytes) -> None:
        self.version = version
        self.octets = octets

    @classmethod
    def of(cls, version: int, told: Iterable[tuple[Address, NhState]]) -> TellRun:
        """One of each address, in their order."""
        return cls(version, b"".join([TELLS[state] + address.packed for address, state in told]))

    def pieces(self, octets: int) -> Iterator[TellRun]:
        """Runs of at most so many octets, but at least one NLRI each."""
        size = max(octets // self._size, 1) * self._size
        for start in range(0, len(self.octets), size):
            yield TellRun(self.version, self.octets[start : start + size])

    @property
    def _size(self) -> int:
        return 5 if self.version == 4 else 17

    def __len__(self) -> int:
        return len(self.octets) // self._size

    def __iter__(self) -> Iterator[NhReachNlri]:
        return iter(decode_run(self.version, self.octets))

    @overload
    def __getitem__(self, index: int) -> NhReachNlri: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[NhReachNlri]: ...
    def __getitem__(self, index: int | slice) -> NhReachNlri | Sequence[NhReachNlri]:
        return decode_run(self.version, self.octets)[index]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, TellRun):
            return self.octets == other.octets and (self.version == other.version or not self.octets)
        return tuple(self) == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"TellRun({', '.join(map(str, self))})"
