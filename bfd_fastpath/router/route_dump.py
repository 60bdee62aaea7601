# SPDX-License-Identifier: Apache-2.0
"""What our BGP neighbours taught us as an MRT table dump, piece by piece: each answer is some milliseconds
of the loop."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import count
from typing import TYPE_CHECKING, Any

import pydp
from bfd_fastpath.prefixes import Run
from bfd_fastpath.router.peer import Peer
from bfd_fastpath.wire import mrt

if TYPE_CHECKING:
    from bfd_fastpath.router.router import Router

Json = dict[str, Any]
#: Prefixes in one answer.
PAGE = 1000
#: Dumps that are under way at a time, and how long one is kept without being asked on.
_DUMPS, _KEPT_NS = 2, 60_000_000_000
_SECOND_NS = 1_000_000_000


@dataclass(slots=True)
class _Dump:
    pages: Iterator[bytes]
    used_ns: int
    asked: int = 0


class RouteDump:
    """The dumps of one router. A prefix that changes meanwhile is told as it is when its page is made."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._dumps: dict[int, _Dump] = {}
        self._numbers = count(1)

    def page(self, cursor: str | None = None) -> Json:
        """The first records, or with the "next" of the answer before, those behind: whole records of MRT in
        base64. KeyError for a cursor that is too old, or none."""
        now = pydp.clock_ns()
        for number, one in list(self._dumps.items()):
            if now - one.used_ns > _KEPT_NS:
                del self._dumps[number]
        if cursor is None:
            number = next(self._numbers)
            while len(self._dumps) >= _DUMPS:
                del self._dumps[min(self._dumps, key=lambda one: self._dumps[one].used_ns)]
            self._dumps[number] = _Dump(self._pages(now), now)
        else:
            first, _, second = cursor.partition(".")
            number = int(first) if first.isdecimal() else 0
            if second != str(self._dumps[number].asked):
                raise KeyError(cursor)
        dump = self._dumps[number]
        dump.used_ns, dump.asked = now, dump.asked + 1
        records = next(dump.pages, None)
        if records is None:
            del self._dumps[number]
        octets = base64.b64encode(records or b"").decode()
        return {"records": octets, "next": None if records is None else f"{number}.{dump.asked}"}

    def _pages(self, now_ns: int) -> Iterator[bytes]:
        peers = list(self._router.peers())
        wall_s = int(time.time())
        collector = self._router.config.router.router_id or IPv4Address(0)
        known = [
            mrt.Peer(one.neighbor.remote_as, IPv4Address(one.identifier), one.neighbor.address)
            for one in peers
        ]
        yield mrt.peer_table(wall_s, collector, known)
        sequence = 0
        for version in (4, 6):
            for place, peer in enumerate(peers):
                rest = peer.learned.run(version)
                while rest:
                    page, rest = rest.cut(PAGE)
                    records = list(_records(page, peers, place, wall_s - now_ns // _SECOND_NS))
                    yield b"".join(mrt.rib(wall_s, sequence + i, one) for i, one in enumerate(records))
                    sequence += len(records)


def _records(page: Run, peers: list[Peer], place: int, offset_s: int) -> Iterator[mrt.RibRecord]:
    """Prefixes that the peers before this one do not have: those were told with them."""
    for nlri in page.each():
        entries = []
        for number, peer in enumerate(peers):
            path, since_s = peer.learned.find(page.version, nlri)
            if path is None:
                continue
            if number < place:
                break
            entries.append(mrt.RibEntry(number, since_s + offset_s, path.octets))
        else:
            if entries:
                yield mrt.RibRecord(page.version, nlri, tuple(entries))
