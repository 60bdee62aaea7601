# SPDX-License-Identifier: Apache-2.0
"""A route server that has one table, taken from an MRT dump, and announces it to one peer: for labs and
benches."""

from __future__ import annotations

import asyncio
import bz2
import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import IO, cast

from bfd_fastpath.net.bgp_listener import Listener
from bfd_fastpath.net.speaker import Speaker
from bfd_fastpath.net.speaker_settings import SpeakerSettings
from bfd_fastpath.prefixes import PrefixMap, Run
from bfd_fastpath.wire import mrt
from bfd_fastpath.wire.bgp import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    Attributes,
    BgpError,
    Closed,
    Established,
    Event,
    Family,
    MpReach,
    PeerInfo,
    Update,
    end_of_rib,
)
from bfd_fastpath.wire.bgp.attribute_decoder import AttributeContext, decode_attributes, split
from bfd_fastpath.wire.bgp.attributes import WELL_KNOWN, AttributeType, encode_attributes
from bfd_fastpath.wire.bgp.message import HEADER

Address = IPv4Address | IPv6Address
FAMILIES: dict[int, Family] = {4: IPV4_UNICAST, 6: IPV6_UNICAST}
#: BIRD 2.0.12 dumps some well-known attributes without their flags.
_FLAGS: dict[int, int] = dict.fromkeys(
    (AttributeType.NEXT_HOP, AttributeType.LOCAL_PREF, AttributeType.ORIGIN, AttributeType.AS_PATH),
    WELL_KNOWN.value,
)
#: Octets handed to the socket at a time.
_PIECE = 1 << 20


def opened(path: Path, mode: str) -> IO[bytes]:
    """A file that is packed where its name says so, as dumps mostly are. OSError."""
    match path.suffix:
        case ".gz":
            return cast("IO[bytes]", gzip.open(path, mode))
        case ".bz2":
            return cast("IO[bytes]", bz2.open(path, mode))
    return cast("IO[bytes]", path.open(mode))


def load(path: Path, *, peer: Address | None = None, limit: int | None = None) -> PrefixMap[bytes]:
    """The attributes of each prefix, of the peer with this address or of the first that has it; the first
    `limit` prefixes of the dump. Raises OSError, EOFError, mrt.MrtError; KeyError for a peer that is not in
    it.
    """
    table: PrefixMap[bytes] = PrefixMap()
    wanted: set[int] | None = None
    with opened(path, "rb") as stream:
        for record in mrt.read_table(stream.read):
            if not isinstance(record, mrt.RibRecord):
                if peer is not None:
                    wanted = {number for number, one in enumerate(record) if one.address == peer}
                    if not wanted:
                        raise KeyError(peer)
                continue
            entry = next((one for one in record.entries if wanted is None or one.peer in wanted), None)
            run = Run.read(record.version, record.nlri, 0, len(record.nlri))
            if entry is not None and run:
                table.set(run, entry.attributes)
                if len(table) == limit:
                    break
    return table


def updates(
    version: int, octets: bytes, run: Run, *, limit: int, as4: bool = True, next_hop: Address | None = None
) -> Iterator[bytes]:
    """UPDATEs of at most `limit` octets that announce the prefixes with the attributes of a dump, and the
    next hop where one is given. Raises BgpError or ValueError where the attributes are none.
    """
    raw = split(octets, 0, len(octets))
    others = [(_FLAGS.get(kind, flags), kind, value) for flags, kind, value in raw.others]
    attributes, faults = decode_attributes(others, AttributeContext(external=False))
    if raw.faults or faults:
        raise ValueError(str((*raw.faults, *faults)[0].text))
    next_hops: tuple[Address, ...] = () if next_hop is None else (next_hop,)
    if not next_hops and AttributeType.MP_REACH in raw.mp:
        next_hops = _next_hops(raw.mp[AttributeType.MP_REACH][1])
    attributes = replace(attributes, local_pref=None)
    if version == 4 and (not next_hops or isinstance(next_hops[0], IPv4Address)):
        if next_hops:
            attributes = replace(attributes, next_hop=cast("IPv4Address", next_hops[0]))
        yield from _in_message(attributes, run, limit, as4)
        return
    if not next_hops:
        raise ValueError("no next hop")
    attributes = replace(attributes, next_hop=None)
    family = FAMILIES[version]
    room = limit - HEADER.size - 4 - len(encode_attributes(attributes, as4=as4))
    room -= len(MpReach(family, next_hops, ()).encode()) + 1
    for part in run.pieces(room):
        yield Update(attributes=attributes, mp_reach=MpReach(family, next_hops, part)).encode(as4=as4)


def _in_message(attributes: Attributes, run: Run, limit: int, as4: bool) -> Iterator[bytes]:
    if attributes.next_hop is None:
        raise ValueError("no next hop")
    room = limit - HEADER.size - 4 - len(encode_attributes(attributes, as4=as4))
    for part in run.pieces(room):
        yield Update(attributes=attributes, announced=part).encode(as4=as4)


def _next_hops(value: bytes) -> tuple[Address, ...]:
    """In the short form of RFC 6396 4.3.4, or, as some write it, in the whole one."""
    if value and value[0] + 1 != len(value):
        value = value[3 : 4 + value[3]] if len(value) > 4 else b""
    packed = value[1:]
    if len(packed) == 4:
        return (IPv4Address(packed),)
    if len(packed) not in (16, 32):
        raise ValueError(f"a next hop of {len(packed)} octets")
    return tuple(IPv6Address(packed[at : at + 16]) for at in range(0, len(packed), 16))


@dataclass(slots=True)
class Fed:
    """What the peer was sent."""

    prefixes: int = 0
    updates: int = 0
    #: Prefixes whose attributes in the dump cannot be announced.
    left_out: int = 0


class Feeder:
    """One session. `listen`: wait for the peer on this address and port instead of connecting."""

    def __init__(
        self,
        table: PrefixMap[bytes],
        settings: SpeakerSettings,
        *,
        next_hops: dict[int, Address] | None = None,
        listen: tuple[Address, int] | None = None,
    ) -> None:
        self.fed = Fed()
        self.speaker = Speaker(settings, self._happened)
        self._table = table
        self._next_hops = next_hops or {}
        self._listener = Listener(*listen) if listen is not None else None
        self._up: asyncio.Queue[PeerInfo | str] = asyncio.Queue()

    @property
    def port(self) -> int:
        """Where it waits for the peer; 0 while, or where, it does not."""
        return self._listener.port if self._listener is not None else 0

    async def run(self) -> Fed:
        """Wait for the session and send all; the session stays up. ConnectionError when it ends before
        that. OSError where it cannot listen."""
        if self._listener is not None:
            self._listener.add(self.speaker)
            await self._listener.start()
        self.speaker.start()
        peer = await self._up.get()
        if isinstance(peer, str):
            raise ConnectionError(peer)
        for version, family in FAMILIES.items():
            if family in peer.families:
                await self._send(version, family, peer.as4)
        return self.fed

    async def ended(self) -> str:
        """Waits until the session is gone; why."""
        while not isinstance(why := await self._up.get(), str):
            pass
        return why

    async def stop(self) -> None:
        """End the session with Cease."""
        await self.speaker.stop()
        if self._listener is not None:
            await self._listener.stop()

    async def _send(self, version: int, family: Family, as4: bool) -> None:
        waiting: list[bytes] = []
        size, limit = 0, self.speaker.limit
        for octets, run in self._table.runs(version):
            try:
                messages = list(
                    updates(version, octets, run, limit=limit, as4=as4, next_hop=self._next_hops.get(version))
                )
            except (BgpError, ValueError):
                self.fed.left_out += len(run)
                continue
            self.fed.prefixes += len(run)
            self.fed.updates += len(messages)
            waiting += messages
            size += sum(map(len, messages))
            if size >= _PIECE:
                await self._hand_over(waiting)
                waiting, size = [], 0
        await self._hand_over([*waiting, end_of_rib(family).encode()])

    async def _hand_over(self, messages: list[bytes]) -> None:
        if self.speaker.peer is None:
            raise ConnectionError(self.speaker.last_error or "the session ended")
        self.speaker.send_encoded(messages)
        await self.speaker.drain()
        await asyncio.sleep(0)

    def _happened(self, event: Event) -> None:
        if isinstance(event, Established):
            self._up.put_nowait(event.peer)
        elif isinstance(event, Closed):
            self._up.put_nowait(event.text)
