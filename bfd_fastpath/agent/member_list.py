# SPDX-License-Identifier: Apache-2.0
"""The exchange's member list in the IX-F Member Export format (JSON, schema 0.6 to 1.0): who has which
address.

Read leniently where the schema is: members without connections, connections without a VLAN, VLANs of one
family.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bfd_fastpath.agent.settings import Member
from bfd_fastpath.config import values
from bfd_fastpath.config.key import MAX_U32
from bfd_fastpath.config.model import Address, Network


class MemberListError(Exception):
    """The text is no member list; one sentence says why."""


def read_members(
    text: str, lan: Sequence[Network], names: Iterable[str] = (), ours: Iterable[Address] = ()
) -> tuple[Member, ...]:
    """The routers with addresses on `lan`, one for each entry of a vlan_list: its IPv4 and IPv6 address
    belong together, also where they are two entries, one behind the other.

    An entry whose route server peering is switched off in a family (`routeserver` false) has no address of
    that family here. `names` are those that others have, `ours` addresses that are nobody's in the list. A
    router that stands there twice is one. Raises MemberListError.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MemberListError(f"it is not JSON: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("member_list"), list):
        raise MemberListError('it has no "member_list", so it is no IX-F member export')
    found: list[Member] = []
    taken = set(names)
    owners: dict[Address, int] = dict.fromkeys(ours, 0)
    for asn, addresses in _routers(document["member_list"]):
        here = tuple(one for one in addresses if any(one in network for network in lan))
        _check_owner(owners, asn, here)
        here = tuple(one for one in dict.fromkeys(here) if one not in owners)
        owners |= dict.fromkeys(here, asn)
        if here:
            name = next(n for n in _names(asn) if n not in taken)
            taken.add(name)
            found.append(Member(name, asn, here))
    return tuple(found)


def _check_owner(owners: Mapping[Address, int], asn: int, addresses: Iterable[Address]) -> None:
    for address in addresses:
        if owners.get(address, asn) not in (asn, 0):
            raise MemberListError(f"{address} is of AS {owners[address]} and of AS {asn}")


def _names(asn: int) -> Iterator[str]:
    yield f"as{asn}"
    number = 2
    while True:
        yield f"as{asn}-{number}"
        number += 1


def _routers(members: list[Any]) -> Iterator[tuple[int, list[Address]]]:
    for member in members:
        asn = member.get("asnum") if isinstance(member, dict) else None
        if isinstance(asn, bool) or not isinstance(asn, int) or not 0 < asn <= MAX_U32:
            raise MemberListError(f'a member without an AS number in "asnum": {str(member)[:60]}')
        for connection in member.get("connection_list") or ():
            for vlan in _joined(connection.get("vlan_list") or ()):
                yield asn, [_address(asn, one) for one in _entries(vlan)]


def _joined(vlans: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """arouteserver writes a router's families as two entries of one VLAN, the IPv4 one first."""
    before: dict[str, Any] = {}
    for vlan in vlans:
        halves = "ipv6" not in before and "ipv4" not in vlan and before.get("ipv4") and vlan.get("ipv6")
        if halves and before.get("vlan_id") == vlan.get("vlan_id"):
            yield {**before, **vlan}
            before = {}
            continue
        yield before
        before = vlan
    yield before


def _entries(vlan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each family is one object, or a list of them (schema 1.0)."""
    for family in ("ipv4", "ipv6"):
        entry = vlan.get(family) or ()
        for one in [entry] if isinstance(entry, dict) else entry:
            if one.get("address") and one.get("routeserver") is not False:
                yield one


def _address(asn: int, entry: dict[str, Any]) -> Address:
    try:
        return values.address(entry["address"])
    except values.WrongError:
        raise MemberListError(f"AS {asn} has the address {entry['address']!r}, which is none") from None
