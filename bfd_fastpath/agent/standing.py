# SPDX-License-Identifier: Apache-2.0
"""Who is on the LAN: the members of the configuration, and those that the route server has as neighbours."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address

from bfd_fastpath.agent.driver import DriverError, Neighbour, Wanted, ordered
from bfd_fastpath.agent.drivers import driver
from bfd_fastpath.agent.drivers.bird_rtr import BirdRtr
from bfd_fastpath.agent.filter_file import FilterFile
from bfd_fastpath.agent.memory import Memory
from bfd_fastpath.agent.settings import Agent, Member
from bfd_fastpath.config.model import Address


def learned(settings: Agent, neighbours: Iterable[Neighbour], before: Iterable[Member]) -> list[Member]:
    """The members that nobody configured: one for the neighbours with the same AS and BGP identifier.

    `before` is what an earlier call returned: it keeps what it knew, so a session that is down does not
    part the addresses of a router. A neighbour that never had a session is nobody yet, and who is no
    neighbour any more is no member; a route server without any has only just begun.
    """
    neighbours = list(neighbours)
    there = {(one.asn, one.address) for one in neighbours}
    configured = {
        one for member in settings.members for one in (*member.addresses, *member.session_addresses)
    }
    routers: dict[tuple[int, IPv4Address], set[Address]] = {}
    for member in before:
        assert member.router_id is not None
        stay = {one for one in member.addresses if not there or (member.asn, one) in there}
        routers[member.asn, member.router_id] = stay - configured
    for one in neighbours:
        if one.identifier is None or one.address in configured or not on_lan(settings, one.address):
            continue
        for addresses in routers.values():
            addresses.discard(one.address)
        routers.setdefault((one.asn, one.identifier), set()).add(one.address)
    return [
        Member(f"as{asn}@{identifier}", asn, tuple(sorted(addresses, key=ordered)), router_id=identifier)
        for (asn, identifier), addresses in sorted(routers.items())
        if addresses
    ]


def wanted(
    members: Iterable[Member], excluded: Mapping[str, Iterable[Address]], others: Iterable[Address] = ()
) -> Wanted:
    """What the route server must leave out, by what each member, by name, has lost. `others`: addresses of
    neighbours that are no member's."""
    members = list(members)
    clients = {address for member in members for address in member.addresses} | set(others)
    lost: dict[Address, tuple[Address, ...]] = {}
    for member in members:
        if hops := excluded.get(member.name):
            lost |= dict.fromkeys(member.addresses, tuple(sorted(hops, key=ordered)))
    return Wanted(
        tuple(sorted(clients, key=ordered)), dict(sorted(lost.items(), key=lambda one: ordered(one[0])))
    )


def empty(settings: Agent) -> None:
    """Make the route server leave out nothing. Raises DriverError."""
    used = driver(settings.route_server, settings.lan)
    memory = Memory(settings.route_server.filter_file)
    if isinstance(used, BirdRtr):
        # Another attempt, after this one broke off, asks a BIRD that knows no longer who had entries.
        had = used.given() | memory.read().keys()
        with contextlib.suppress(DriverError):
            memory.note(had)
        used.open(had)
        memory.write({})
        return
    others = (one.address for one in used.neighbours() if on_lan(settings, one.address))
    FilterFile(settings.route_server.filter_file, used).apply(wanted(settings.members, {}, others))
    memory.write({})


def prepare(settings: Agent) -> bool:
    """Write an empty file where there is none, so that the route server can start; False where there is one.
    Raises DriverError."""
    file = FilterFile(settings.route_server.filter_file, driver(settings.route_server, settings.lan))
    return file.prepare(wanted(settings.members, {}))


def on_lan(settings: Agent, address: Address) -> bool:
    """Whether this is an address of the peering LAN."""
    return any(address in network for network in settings.lan)
