# SPDX-License-Identifier: Apache-2.0
"""What an embedded route server is told before it starts: itself, its LAN and its clients. Plain records,
checked once."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from bfd_fastpath.wire.bgp.family import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    NH_REACH_SAFI,
    Family,
    nh_reach,
)
from bfd_fastpath.wire.bgpls import Flag

Address = IPv4Address | IPv6Address
Prefix = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """One client router: the sessions with the same AS and BGP identifier, or from the addresses named here.

    `flag` fixes what the other clients are told about it; None learns it: a client that negotiates a
    reachability family takes part, of any other nothing is known. Flag.NO_BFD is never learned (a missing
    capability proves nothing).
    """

    name: str
    asn: int
    #: Its addresses on the peering LAN, besides those that its sessions come from.
    lan_addresses: tuple[Address, ...] = ()
    #: With `asn`, finds the client of a session; None: only `session_addresses` do, or the AS alone if that
    #: is unambiguous.
    identifier: IPv4Address | None = None
    #: Addresses that its BGP sessions come from, where the identifier does not tell.
    session_addresses: tuple[Address, ...] = ()
    flag: Flag | None = None
    #: Addresses of the LAN that it is asked about besides everything else.
    ask: tuple[Address, ...] = ()
    #: Clients, by name, with which it exchanges no routes. Either of the two may say so.
    apart: tuple[str, ...] = ()
    #: Prefixes that a session of it may have at a time in each family; None: the server's limit.
    prefix_limit_ipv4: int | None = None
    prefix_limit_ipv6: int | None = None
    #: Where the server has roles: no session without one (RFC 9234 4.2).
    strict_role: bool = False


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The route server itself. `lan` lists the peering LAN's networks; a next hop is an address inside one of
    them."""

    asn: int
    identifier: IPv4Address
    lan: tuple[Prefix, ...]
    clients: tuple[ClientSettings, ...] = field(default=())
    #: Identifier field of the BGP-LS entries, one value for the LAN.
    bgpls_identifier: int = 0
    #: Private TLV of attribute 29 that carries the flag, and the enterprise number in front of it.
    flag_tlv: int = 65001
    enterprise: int = 32473
    hold_time_s: int = 90
    #: IP versions whose routes are exchanged; none for a server that only asks and listens.
    versions: tuple[int, ...] = (4, 6)
    #: Whether reachability is offered by BGP-LS; and the SAFI of NH-Reach, None for not offered.
    link_state: bool = True
    nh_reach_safi: int | None = NH_REACH_SAFI
    #: BGP-LS and NH-Reach NLRIs that a session may have at a time (RFC 9552 8.2.2 wants a limit), with what
    #: must be remembered of them; and prefixes in each family, None for any number. Beyond it the session
    #: ends.
    entry_limit: int = 65_536
    prefix_limit: int | None = None
    #: Next hops that are not its own which one client may make the others be asked about.
    third_party_limit: int = 64
    #: Whether a path through a next hop that is Up is preferred to one through a next hop that is Unknown.
    prefer_reached: bool = False
    #: Routes with more ASes in their path than this are not judged by reachability (rs-bfd-09 8); None: all
    #: are.
    as_path_limit: int | None = None
    #: Whether routes whose path does not begin with the client's AS are treated as withdrawn (RFC 4271 6.3).
    enforce_first_as: bool = True
    #: Whether it says that it is a route server (RFC 9234), refuses leaks and marks what it passes on.
    roles: bool = False

    @property
    def families(self) -> tuple[Family, ...]:
        """What each session is offered."""
        unicast = [IPV4_UNICAST if version == 4 else IPV6_UNICAST for version in self.versions]
        link_state = [BGP_LS] if self.link_state else []
        safi = self.nh_reach_safi
        return (*unicast, *link_state, *([] if safi is None else [nh_reach(v, safi) for v in (4, 6)]))

    def __post_init__(self) -> None:
        """Raises ValueError, naming the client, when two clients could not be told apart, or one names a
        client that is none."""
        owner: dict[Address, str] = {}
        names: set[str] = set()
        keys: dict[tuple[int, IPv4Address], str] = {}
        for client in self.clients:
            if client.name in names:
                raise ValueError(f"two clients are called {client.name!r}: give each its own name")
            names.add(client.name)
            for address in client.lan_addresses:
                if owner.setdefault(address, client.name) != client.name:
                    raise ValueError(
                        f"{address} is a LAN address of both {owner[address]!r} and {client.name!r}"
                    )
                if not any(address in network for network in self.lan):
                    raise ValueError(f"{address} of client {client.name!r} is outside the peering LAN")
            if client.identifier is not None:
                key = (client.asn, client.identifier)
                if key in keys:
                    raise ValueError(
                        f"clients {keys[key]!r} and {client.name!r} have the same AS and BGP identifier"
                    )
                keys[key] = client.name
        for client in self.clients:
            for other in client.apart:
                if other not in names or other == client.name:
                    raise ValueError(
                        f"client {client.name!r} is apart from {other!r}, which is no other client"
                    )


def find_client(
    clients: tuple[ClientSettings, ...], asn: int, identifier: IPv4Address, address: Address
) -> ClientSettings | None:
    """The client that a session with this peer belongs to, or None for a stranger.

    A configured session address decides; then AS and BGP identifier; then the AS alone, where exactly one
    client without a configured identifier has it. The AS must be the configured one in every case.
    """
    for client in clients:
        if address in client.session_addresses:
            return client if client.asn == asn else None
    for client in clients:
        if client.asn == asn and client.identifier == identifier:
            return client
    loose = [c for c in clients if c.asn == asn and c.identifier is None and not c.session_addresses]
    return loose[0] if len(loose) == 1 else None
