# SPDX-License-Identifier: Apache-2.0
"""What `route-server show` shows, as JSON data."""

from collections.abc import Callable, Mapping
from typing import Any

from bfd_fastpath.routeserver.client import ClientSession
from bfd_fastpath.routeserver.core import RouteServer
from bfd_fastpath.routeserver.records import Standing


def clients(server: RouteServer) -> dict[str, Any]:
    """Each client with its sessions and what its NHIB comes to."""
    return {"clients": [_client(server, name) for name in server.clients]}


def nhib(server: RouteServer) -> dict[str, Any]:
    """Every address that a client is asked about or tells of, by client."""
    rows = []
    for name in server.clients:
        for address, standing in server.exchange.nhib(name).items():
            owner = server.exchange.members.owner(address)
            rows.append(
                {
                    "client": name,
                    "next-hop": str(address),
                    "member": None if owner is None else owner.name,
                    "state": standing.value,
                }
            )
    return {"entries": rows}


def routes(server: RouteServer) -> dict[str, Any]:
    """What each client's sessions are given: prefix, next hop and whose route it is."""
    rows = []
    for name, client in server.clients.items():
        for number in client.sessions:
            for prefix, path in server.sent(number).items():
                rows.append(
                    {
                        "client": name,
                        "session": number,
                        "prefix": str(prefix),
                        "next-hop": str(path.next_hop),
                        "from": path.client,
                        "as-path": str(path.attributes.as_path or ""),
                    }
                )
    return {"routes": rows}


def _client(server: RouteServer, name: str) -> dict[str, Any]:
    client = server.clients[name]
    standings = list(server.exchange.nhib(name).values())
    return {
        "name": name,
        "as": client.member.asn,
        "addresses": [str(a) for a in sorted(client.member.addresses, key=lambda a: (a.version, int(a)))],
        "router-id": None if client.member.identifier is None else str(client.member.identifier),
        "bfd": client.member.flag.name.lower().replace("_", "-"),
        "next-hops-not-asked-about": server.exchange.asking.dropped.get(name, 0),
        "nhib": {standing.value: standings.count(standing) for standing in Standing},
        "sessions": [_session(server, session) for session in client.sessions.values()],
    }


def _session(server: RouteServer, session: ClientSession) -> dict[str, Any]:
    facts = session.facts
    families = [f"ipv{version}-unicast" for version in sorted(facts.versions)]
    families += ["bgp-ls"] if facts.link_state else []
    families += [f"ipv{version}-nh-reach" for version in sorted(facts.nh_reach)]
    return {
        "peer": str(facts.peer_address),
        "families": families,
        "extended-next-hop": facts.extended_next_hop,
        "prefixes-received": {
            f"ipv{v}": server.table.count(facts.session, v) for v in sorted(facts.versions)
        },
        "not-taken": session.not_taken(),
    }


VIEWS: Mapping[str, Callable[[RouteServer], dict[str, Any]]] = {
    "route-server-clients": clients,
    "route-server-nhib": nhib,
    "route-server-routes": routes,
}
