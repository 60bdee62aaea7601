# SPDX-License-Identifier: Apache-2.0
"""What the control socket shows of a running agent, as plain JSON."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from bfd_fastpath.agent.agent import RsAgent
from bfd_fastpath.agent.driver import ordered
from bfd_fastpath.net.turns import in_turns
from bfd_fastpath.routeserver.matrix import exchange_view
from bfd_fastpath.routeserver.records import Standing
from bfd_fastpath.wire.bgp import counts


def clients(agent: RsAgent) -> dict[str, Any]:
    """The members: their sessions with the agent, and whether the route server has them as neighbours."""
    neighbours = {one.address for one in agent.neighbours}
    configured = {member.name for member in agent.settings.members}
    excluded = agent.clients.excluded()
    rows = [
        {
            "name": member.name,
            "as": member.asn,
            "addresses": [str(address) for address in member.addresses],
            "from": "configuration" if member.name in configured else "route-server",
            "route-server-neighbours": [str(a) for a in member.addresses if a in neighbours],
            "sessions": {
                str(address): speaker.state
                for address, speaker in agent.clients.seats(member)
                if speaker.state != "active"
            },
            "malformed": {
                str(address): found
                for address, speaker in agent.clients.seats(member)
                if (found := counts(speaker.malformed))
            },
            "not-taken": agent.clients.not_taken(member),
            "next-hops-lost": len(excluded.get(member.name, ())),
        }
        for member in agent.clients.members
    ]
    return {"clients": rows}


def nhib(agent: RsAgent) -> dict[str, Any]:
    """What each member that has a session says of the addresses it is asked about."""
    rows = [
        {"client": member.name, "next-hop": str(address), "state": standing.value}
        for member, standings in agent.clients.nhib()
        for address, standing in standings.items()
    ]
    return {"entries": rows, "down": sum(row["state"] == Standing.DOWN.value for row in rows)}


def driver(agent: RsAgent) -> dict[str, Any]:
    """The route server: what it was last given, how long that took, and what went wrong."""
    server, enforcer = agent.settings.route_server, agent.enforcer
    record, applied = enforcer.record, enforcer.applied
    due = enforcer.pace.due_ns()
    now = time.monotonic_ns()
    return {
        "type": server.kind.value,
        "method": server.method.value,
        "filter-file": str(server.filter_file),
        "state": "failed" if record.error else "applied" if applied is not None else "pending",
        "error": record.error,
        "clients-with-filters": len(applied.excluded) if applied is not None else None,
        "pairs": sum(map(len, applied.excluded.values())) if applied is not None else None,
        "reloads": record.reloads,
        "failures": record.failures,
        "failures-in-a-row": enforcer.pace.failures,
        "last-reload-ago-s": None if record.last_ns is None else round((now - record.last_ns) / 1e9, 3),
        "last-reload-took-s": record.last_took_s,
        "longest-reload-s": record.longest_s,
        "next-reload-in-s": None if due is None else round(max(0, due - now) / 1e9, 3),
        "third-party-next-hops": [str(one) for one in sorted(agent.third_parties, key=ordered)],
        "kept-pairs": agent.kept.pairs,
        "unmarked-routes": agent.unmarked,
        "fail-open-after-s": agent.settings.fail_open_after_us / 1e6,
    }


async def exchange(agent: RsAgent) -> dict[str, Any]:
    """Who reaches whom, made while the agent goes on with its work."""
    clients = agent.clients
    return await in_turns(exchange_view(clients.service.server.exchange, clients.history, time.time_ns()))


VIEWS: Mapping[str, Callable[[RsAgent], dict[str, Any]]] = {
    "agent-clients": clients,
    "agent-nhib": nhib,
    "agent-driver": driver,
}
