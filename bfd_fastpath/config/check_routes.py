# SPDX-License-Identifier: Apache-2.0
"""What [forwarding] and the [[route]] tables have to fulfil together with each other and with the ports."""

from __future__ import annotations

from bfd_fastpath.config.draft import Draft
from bfd_fastpath.config.model import Address, Host, Neighbours, Network, RouteSource
from bfd_fastpath.config.read import Reader


def check_routes(reader: Reader, draft: Draft) -> None:
    """Faults for routes that stand twice or could never be used, and for tables that are too small."""
    _check_twice(reader, draft)
    _check_connected(reader, draft)
    _check_remote(reader, draft)
    _check_sources(reader, draft)
    if draft.forwarding.enabled:
        _check_hosts(reader, draft)
        _check_kernel(reader, draft)
        _check_room(reader, draft)


def _check_twice(reader: Reader, draft: Draft) -> None:
    seen: dict[tuple[Network, int], str] = {}
    for route in draft.routes:
        first = seen.setdefault(route.value.key, route.path)
        if first != route.path:
            wrong = f"{route.value.prefix} is {first} already"
            instead = "put the next hops into one table, or give one another route-preference"
            reader.fault(f"{route.path}.prefix", wrong, instead)


def _check_connected(reader: Reader, draft: Draft) -> None:
    connected = {one.network: port for port in draft.ports for one in port.value.addresses}
    for route in draft.routes:
        port = connected.get(route.value.prefix)
        if port is not None:
            wrong = f"{route.value.prefix} is connected at {port.path}, which is preferred"
            reader.fault(f"{route.path}.prefix", wrong, "remove the route")


def _check_remote(reader: Reader, draft: Draft) -> None:
    """What is on no link of ours is reached by another route, which may be one that is learned."""
    learned = {RouteSource.BGP: bool(draft.neighbors), RouteSource.KERNEL: True}
    if any(learned[source] for source in draft.forwarding.routes):
        return
    links = ", ".join(f"{one} on {port.value.name}" for port in draft.ports for one in port.value.addresses)
    for route in draft.routes:
        for key, vias in (("via", route.value.via), ("backup", route.value.backup)):
            for address in (one.address for one in vias if one.interface is None):
                to_it = [one.value.prefix for one in draft.routes if _holds(one.value.prefix, address)]
                nearest = max(to_it, key=lambda one: one.prefixlen, default=None)
                if nearest is not None and nearest != route.value.prefix:
                    continue
                who = "no route but a default one" if nearest is None else "this route alone"
                reader.fault(
                    f"{route.path}.{key}",
                    f"{address} is in no connected prefix, and {who} leads to it",
                    f"write a neighbour in the prefix of one of ours ({links}), or a [[route]] to it",
                )


def _holds(prefix: Network, address: Address) -> bool:
    return prefix.version == address.version and prefix.prefixlen > 0 and address in prefix


def _check_sources(reader: Reader, draft: Draft) -> None:
    ours = {one.address for port in draft.ports for one in port.value.addresses}
    sources = {4: draft.forwarding.icmp_source_ipv4, 6: draft.forwarding.icmp_source_ipv6}
    for version, source in sources.items():
        if source is not None and source not in ours and not draft.broken_ports:
            reader.fault(
                f"forwarding.icmp-source-ipv{version}",
                f"{source} is no address of ours",
                "write one of the addresses of a [[port]]",
            )


def _check_kernel(reader: Reader, draft: Draft) -> None:
    for port in draft.ports:
        if port.value.neighbours is Neighbours.KERNEL:
            reader.fault(
                f"{port.path}.neighbours",
                '"kernel" leaves the packets of others to the kernel, and [forwarding] is for us',
                'write "own" (and host = "tap" for the kernel), or enabled = false under [forwarding]',
            )


def _check_hosts(reader: Reader, draft: Draft) -> None:
    """Routes of the kernel lead out at its interfaces of our ports."""
    hosts = any(port.value.host is Host.TAP for port in draft.ports)
    if RouteSource.KERNEL in draft.forwarding.routes and not hosts and not draft.broken_ports:
        reader.fault(
            "forwarding.routes",
            '"kernel" needs an interface of the kernel, and no [[port]] has one',
            'add host = "tap" to a [[port]], or take "kernel" out',
        )


def _check_room(reader: Reader, draft: Draft) -> None:
    """Of each family the static routes, the connected prefixes and our own addresses."""
    wanted: set[Network] = {route.value.prefix for route in draft.routes}
    for port in draft.ports:
        for one in port.value.addresses:
            wanted |= {one.network, one.host}
    limits = {4: draft.forwarding.max_ipv4_routes, 6: draft.forwarding.max_ipv6_routes}
    for version, limit in limits.items():
        count = sum(prefix.version == version for prefix in wanted)
        if count > limit:
            wrong = f"{limit} places for {count} routes of [[route]] and [[port]]"
            reader.fault(f"forwarding.max-ipv{version}-routes", wrong, f"write at least {count}")
