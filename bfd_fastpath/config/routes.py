# SPDX-License-Identifier: Apache-2.0
"""From a [[route]] table to a StaticRoute: which port and VLAN its next hops are at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from typing import Any

from bfd_fastpath.config import values
from bfd_fastpath.config.draft import At, Draft
from bfd_fastpath.config.model import Address, InterfaceAddress, Network, StaticRoute, Via
from bfd_fastpath.config.read import Reader
from bfd_fastpath.config.values import WrongError

#: What a group has room for.
MOST = {"via": 64, "backup": 8}
_KEYS = ("address", "interface", "vlan", "weight")
_vlan = values.integer(0, 4094)
_weight = values.integer(1, 65_535)
#: No packet to these is forwarded (RFC 1122 3.2.1.3, RFC 4291 2.5, 2.7, RFC 5771).
_NOT_FORWARDED = tuple(map(ip_network, ("127.0.0.0/8", "224.0.0.0/4", "::1/128", "fe80::/10", "ff00::/8")))


def build_route(reader: Reader, path: str, good: dict[str, Any], draft: Draft) -> StaticRoute | None:
    """The route, or None when it has faults or one of its ports has."""
    before = len(reader.faults)
    prefix: Network | None = good.get("prefix")
    if prefix is not None:
        _check_prefix(reader, f"{path}.prefix", prefix)
    special = good.get("special-next-hop")
    if special is None and "via" not in good and not reader.failed(f"{path}.special-next-hop"):
        instead = 'write via = "198.51.100.2", or special-next-hop = "blackhole"'
        reader.fault(f"{path}.via", "it is missing, and the route leads nowhere", instead)
    for key in MOST:
        if key in good and special is not None:
            reader.fault(f"{path}.{key}", "stands beside special-next-hop", "keep one of the two")
    if "backup" in good and "via" not in good and special is None:
        reader.fault(f"{path}.backup", "stands without via", "write the first of them as via")
    found: dict[str, list[At[Via]] | None] = {
        key: _vias(reader, path, key, good[key], prefix, draft) for key in MOST if key in good
    }
    _check_twice(reader, (one for listed in found.values() for one in listed or ()))
    if len(reader.faults) > before or prefix is None or None in found.values():
        return None
    return StaticRoute(
        prefix=prefix,
        via=tuple(one.value for one in found.get("via") or ()),
        backup=tuple(one.value for one in found.get("backup") or ()),
        special_next_hop=special,
        route_preference=good.get("route-preference", 1),
    )


def _check_prefix(reader: Reader, key: str, prefix: Network) -> None:
    for net in _NOT_FORWARDED:
        if (
            prefix.version == net.version
            and prefix.network_address in net
            and prefix.prefixlen >= net.prefixlen
        ):
            reader.fault(key, f"no packet to an address in {net} is forwarded", "remove the route")


def _check_twice(reader: Reader, found: Iterable[At[Via]]) -> None:
    seen: dict[tuple[str | None, int, Address], str] = {}
    for one in found:
        first = seen.setdefault(one.value.place, one.path)
        if first != one.path:
            reader.fault(one.path, f"{one.value.address} is {first} too", "name each next hop once")


def _vias(
    reader: Reader, path: str, key: str, value: Any, prefix: Network | None, draft: Draft
) -> list[At[Via]] | None:
    """None when a port with faults leaves open where one of them is."""
    listed = value if isinstance(value, list) else [value]
    if not listed or len(listed) > MOST[key]:
        wrong = f"{len(listed)} next hops" if listed else "empty"
        reader.fault(f"{path}.{key}", wrong, f"write 1 to {MOST[key]} of them, or leave {key} out")
    result: list[At[Via]] = []
    known = True
    for index, item in enumerate(listed):
        where = f"{path}.{key}[{index}]" if isinstance(value, list) else f"{path}.{key}"
        try:
            via = _via(reader, where, key, item, prefix, draft)
        except WrongError as fault:
            reader.fault(where + fault.at, fault.wrong, fault.instead)
            continue
        known = known and via is not None
        if via is not None:
            result.append(At(where, via))
    return result if known else None


def _via(reader: Reader, where: str, key: str, item: Any, prefix: Network | None, draft: Draft) -> Via | None:
    """One next hop; WrongError, or None when a port with faults leaves it open."""
    table: Mapping[str, Any] = item if isinstance(item, Mapping) else {"address": item}
    names = _KEYS if key == "via" else _KEYS[:-1]
    for name in table:
        if name not in names:
            reader.unknown(where, name, names)
    if "address" not in table:
        raise WrongError("no address in it", 'write { address = "198.51.100.2", interface = "lan0" }')
    given: dict[str, Any] = {}
    parsers = {"address": values.address, "interface": values.text, "vlan": _vlan, "weight": _weight}
    for name, parse in parsers.items():
        if name in table and name in names:
            try:
                given[name] = parse(table[name])
            except WrongError as fault:
                at = f".{name}" if isinstance(item, Mapping) else ""
                raise WrongError(fault.wrong, fault.instead, at + fault.at) from None
    address: Address = given["address"]
    if prefix is not None and prefix.version == 6 and address.version == 4:
        wrong = f"{address} is IPv4, and {prefix} is IPv6"
        raise WrongError(wrong, "write an IPv6 neighbour; only IPv4 goes by the other family (RFC 8950)")
    place = _place(given, draft)
    return None if place is None else Via(*place, address, given.get("weight", 1))


def _place(given: Mapping[str, Any], draft: Draft) -> tuple[str | None, int] | None:
    """The port and VLAN whose link the next hop is on, no port where it is on none; WrongError, None when it
    cannot be told."""
    address: Address = given["address"]
    interface, vlan = given.get("interface"), given.get("vlan")
    if interface is not None and not draft.knows_port(interface):
        names = ", ".join(one.value.name for one in draft.ports) or "none yet"
        raise WrongError(
            f'there is no port "{interface}"', f"write the name of a [[port]] ({names})", ".interface"
        )
    ours = [(port.value.name, one) for port in draft.ports for one in port.value.addresses]
    if any(one.address == address for _, one in ours):
        raise WrongError(f"{address} is our own address", "write the neighbour's")
    links = [(name, one) for name, one in ours if interface in (None, name) and vlan in (None, one.vlan)]
    if address.is_link_local:
        same = [(name, one) for name, one in links if one.address.version == address.version]
        place = _link_local_place(address, interface, same, draft)
        return None if place is None else (place[0], place[1].vlan)
    near = [
        (name, one)
        for name, one in links
        if one.address.version == address.version and address in one.network
    ]
    if not near:
        if draft.broken_ports:
            return None
        if interface is None and vlan is None:
            return None, 0
        shown = ", ".join(f"{one} on {name}" for name, one in links) or "none there"
        raise WrongError(
            f"{address} is in no connected prefix",
            f"write a neighbour in the prefix of one of ours ({shown})",
        )
    name, nearest = max(near, key=lambda one: one[1].prefix_length)
    net = nearest.network
    if net.version == 4 and net.prefixlen < 31 and address in (net[0], net[-1]):
        raise WrongError(f"{address} is not a host in {net}", "write the neighbour's address")
    return name, nearest.vlan


def _link_local_place(
    address: Address, interface: str | None, links: list[tuple[str, InterfaceAddress]], draft: Draft
) -> tuple[str, InterfaceAddress] | None:
    if interface is None:
        wrong = f"{address} is link-local, which is ambiguous without an interface"
        raise WrongError(wrong, f'write {{ address = "{address}", interface = "..." }}')
    if not links and draft.port(interface) is None:
        return None
    vlans = sorted({one.vlan for _, one in links})
    if len(vlans) != 1:
        if not vlans:
            wrong = f"{interface} has no IPv{address.version} address there to ask {address} from"
            raise WrongError(wrong, "add one to its addresses")
        wrong = f"{interface} has addresses in vlans {', '.join(map(str, vlans))}"
        raise WrongError(wrong, f"write vlan = {vlans[0]}, for one", ".vlan")
    return links[0]
