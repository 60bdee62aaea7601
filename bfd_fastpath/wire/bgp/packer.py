# SPDX-License-Identifier: Apache-2.0
"""Packs NLRIs that share attributes into as few UPDATEs as fit the peer's message limit. A group is never
split; of a run each NLRI is a group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias

from bfd_fastpath.prefixes import Prefix, Run
from bfd_fastpath.prefixes.prefix import encoded_length
from bfd_fastpath.wire.bgp.attributes import Attributes, encode_attributes
from bfd_fastpath.wire.bgp.family import IPV4_UNICAST, Family
from bfd_fastpath.wire.bgp.message import HEADER, STANDARD_LIMIT
from bfd_fastpath.wire.bgp.mp import Address, MpReach, MpUnreach
from bfd_fastpath.wire.bgp.nlri import Nlri
from bfd_fastpath.wire.bgp.update import Update
from bfd_fastpath.wire.nhreach import TellRun

Group = tuple[Nlri, ...]
Runs: TypeAlias = Run | TellRun
_FIXED = HEADER.size + 4


class PackError(ValueError):
    """One group with its attributes is larger than a message may be."""


def singles(nlris: Iterable[Nlri]) -> Iterator[Group]:
    """Each NLRI as a group of its own."""
    return ((nlri,) for nlri in nlris)


def pack_withdrawals(
    family: Family, groups: Iterable[Group] | Runs, *, limit: int = STANDARD_LIMIT
) -> Iterator[Update]:
    """UPDATEs that withdraw the groups, in their order. `limit` in octets, header included. Raises
    PackError.
    """
    overhead = _FIXED if family == IPV4_UNICAST else _FIXED + len(MpUnreach(family, ()).encode()) + 1
    for nlris in _batches(groups, limit - overhead):
        if family == IPV4_UNICAST:
            yield Update(withdrawn=_ipv4(nlris))
        else:
            yield Update(mp_unreach=MpUnreach(family, nlris))


def pack_announcements(
    family: Family,
    attributes: Attributes,
    next_hops: tuple[Address, ...],
    groups: Iterable[Group] | Runs,
    *,
    limit: int = STANDARD_LIMIT,
    as4: bool = True,
) -> Iterator[Update]:
    """UPDATEs that announce the groups, in their order, with the attributes.

    IPv4 unicast goes into the message's own fields when `next_hops` is empty (its next hop is then that of
    `attributes`), otherwise into MP_REACH like the rest. `limit` in octets, header included. Raises
    PackError.
    """
    plain = family == IPV4_UNICAST and not next_hops
    overhead = _FIXED + len(encode_attributes(attributes, as4=as4))
    if not plain:
        overhead += len(MpReach(family, next_hops, ()).encode()) + 1
    for nlris in _batches(groups, limit - overhead):
        if plain:
            yield Update(attributes=attributes, announced=_ipv4(nlris))
        else:
            yield Update(attributes=attributes, mp_reach=MpReach(family, next_hops, nlris))


def _batches(groups: Iterable[Group] | Runs, room: int) -> Iterator[Sequence[Nlri]]:
    if isinstance(groups, Run | TellRun):
        yield from _pieces(groups, room)
        return
    batch: list[Nlri] = []
    used = 0
    for group in groups:
        size = sum(map(_octets, group))
        if size > room:
            raise _too_large(len(group), size, room)
        if used + size > room:
            yield tuple(batch)
            batch, used = [], 0
        batch.extend(group)
        used += size
    if batch:
        yield tuple(batch)


def _pieces(run: Runs, room: int) -> Iterator[Runs]:
    for piece in run.pieces(room):
        if len(piece.octets) > room:
            raise _too_large(len(piece), len(piece.octets), room)
        yield piece


def _too_large(nlris: int, size: int, room: int) -> PackError:
    return PackError(f"{nlris} NLRIs of {size} octets do not fit the {max(room, 0)} left in a message")


def _octets(nlri: Nlri) -> int:
    return encoded_length(nlri) if isinstance(nlri, IPv4Network | IPv6Network) else len(nlri.encode())


def _ipv4(nlris: Sequence[Nlri]) -> Sequence[Prefix]:
    if isinstance(nlris, Run) and nlris.version == 4:
        return nlris
    prefixes = tuple(nlri for nlri in nlris if isinstance(nlri, IPv4Network))
    if len(prefixes) != len(nlris):
        raise PackError("an NLRI that is no IPv4 prefix, for IPv4 unicast")
    return prefixes
