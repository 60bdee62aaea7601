# SPDX-License-Identifier: Apache-2.0
"""What `show` answers, as JSON values: kebab-case names, microseconds, RFC 9314's words where it has them.
It changes nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pydp
from bfd_fastpath.config.model import Port
from bfd_fastpath.net.kernel_link import LinkState
from bfd_fastpath.router import rfc9314
from bfd_fastpath.router.events import Address
from bfd_fastpath.router.next_hop_views import fib_nexthops, forwarding
from bfd_fastpath.router.nhib_views import nexthops
from bfd_fastpath.router.quality import link_quality

if TYPE_CHECKING:
    from bfd_fastpath.router.router import Router

Json = dict[str, Any]
_HOST_COUNTERS = ("rx-host", "tx-host", "drop-host-rate", "drop-host-full")
#: What a port shows of its links to neighbours.
_NEIGHBOUR_COUNTERS = (
    "rx-arp",
    "tx-arp",
    "rx-nd",
    "tx-nd",
    "rx-echo",
    "address-conflict",
    "neighbour-conflict",
)
#: Sessions read in one turn of the loop, a few milliseconds.
_SLICE = 128
#: How `show` commands are called on the control socket, without "show-".
NAMES = (
    "sessions",
    "nexthops",
    "lags",
    "ports",
    "workers",
    "drops",
    "reporter",
    "forwarding",
    "fib-nexthops",
)


async def view(router: Router, name: str, peer: Address | None = None) -> Json:
    """The answer to `show NAME`, for one of NAMES; peer: only the sessions to it, with what they refused."""
    if name == "sessions":
        return await sessions(router, peer)
    return await fib_nexthops(router) if name == "fib-nexthops" else _VIEWS[name](router)


async def sessions(router: Router, peer: Address | None = None) -> Json:
    """In slices: reading a hundred thousand sessions must not keep a failure from being told. Of one peer,
    also which packets were refused and why."""
    names = router.dataplane.names()
    wall = rfc9314.wall_clock()
    unsolicited = router.unsolicited.ids()
    states = []
    for number, state in enumerate(router.engine.sessions, 1):
        if peer is None or state.config.dest_addr == peer:
            states.append(state)
        if number % _SLICE == 0:
            await asyncio.sleep(0)
    return {
        "summary": rfc9314.summary(states),
        "sessions": [
            rfc9314.session(one, names[one.config.port], wall, router.key_chains.name(one.config.key_chain))
            | {"unsolicited": one.id in unsolicited}
            | ({"refused": _refused(router, one.id)} if peer is not None else {})
            | _quality(router, one)
            for one in states
        ],
    }


def _quality(router: Router, state: pydp.SessionState) -> Json:
    """Only of sessions whose links are judged."""
    if not state.config.link_quality:
        return {}
    try:
        return {"link-quality": link_quality(router.engine.sessions.quality(state.id))}
    except (pydp.NotFoundError, pydp.StateError):  # it went, or changed, meanwhile
        return {}


def lags(router: Router) -> Json:
    return {
        "lags": [
            {
                "name": one.lag.name,
                "state": "up" if one.up else "down",
                "min-links": one.lag.min_links,
                "source-addr": str(one.lag.source_addr),
                "dest-addr": str(one.lag.dest_addr),
                "members": [
                    {"interface": member, "local-state": str(state) if state is not None else None}
                    for member, state in one.members.items()
                ],
            }
            for one in router.lags
        ]
    }


def ports(router: Router) -> Json:
    engine, dataplane = router.engine, router.dataplane
    neighbours = engine.neighbours()
    now = pydp.clock_ns()
    by_name = {port.name: port for port in router.config.ports}
    return {
        "ports": [
            _port(
                name,
                engine.ports[index],
                dataplane.link(name),
                [str(one) for one in dataplane.addresses(name)],
                by_name[name].neighbours.value,
                [_neighbour(one, now) for one in neighbours if one.port == index],
            )
            | {
                "counters": {key: engine.stats.port(index)[key] for key in _NEIGHBOUR_COUNTERS},
                "host": _host(router, name, index, by_name[name]),
            }
            for index, name in enumerate(dataplane.names())
        ],
        "worker": _worker(engine.stats.worker()),
    }


def workers(router: Router) -> Json:
    stats = router.engine.stats
    cpus = router.config.engine.cpus or (router.config.engine.cpu,)
    return {
        "workers": [
            {"worker": i, "cpu": cpus[i] if i < len(cpus) else None}
            | _worker(stats.worker(i))
            | {"stages": [_stage(one) for one in stats.stages(i)]}
            for i in range(stats.workers)
        ]
    }


def _stage(one: pydp.StageStats) -> Json:
    """Of the bursts that were timed."""
    return {
        "name": one.name,
        "packets": one.packets,
        "cycles-per-packet": round(one.cycles / one.packets, 1) if one.packets else None,
    }


def drops(router: Router) -> Json:
    found = []
    for index, name in enumerate(router.dataplane.names()):
        values = router.engine.stats.port(index)
        counters = [
            {"name": one.name, "count": values[one.name], "text": one.text}
            for one in pydp.counters()
            if one.is_drop
        ]
        found.append({"name": name, "drops": counters})
    return {"ports": found, "event-overflows": router.engine.events.overflows}


def reporter(router: Router) -> Json:
    now = pydp.clock_ns()
    return {"peers": [peer.view(now) for peer in router.peers()], "fuse": router.reports.view(now)}


def _refused(router: Router, session: int) -> list[Json]:
    try:
        values = router.engine.sessions.refused(session)
    except pydp.NotFoundError:
        return []
    texts = {one.name: one.text for one in pydp.counters()}
    return [{"name": name, "count": count, "text": texts[name]} for name, count in values.items()]


def _port(
    name: str, port: pydp.Port, link: LinkState, addresses: list[str], by: str, neighbours: list[Json]
) -> Json:
    info, stats = port.info(), port.stats()
    return {
        "name": name,
        "device": info.name,
        "driver": info.driver,
        "mac-address": info.mac,
        "mtu": info.mtu,
        "link": link.value,
        "link-up": link is LinkState.UP,
        "speed-mbps": info.speed_mbps,
        "numa-node": info.numa_node,
        "rx-interrupts": info.rx_interrupts,
        "addresses": addresses,
        "neighbours-by": by,
        "neighbours": neighbours,
        "statistics": {
            field.replace("_", "-"): getattr(stats, field) for field in pydp.PortStats.__dataclass_fields__
        },
    }


def _host(router: Router, name: str, index: int, port: Port) -> Json | None:
    tap = router.dataplane.host(name)
    if tap is None:
        return None
    counters = router.engine.stats.port(index)
    return {
        "name": port.host_name,
        "device": tap.info().name,
        "rate": port.host_rate,
        "counters": {key: counters[key] for key in _HOST_COUNTERS},
    }


def _neighbour(one: pydp.Neighbour, now_ns: int) -> Json:
    return {
        "address": str(one.address),
        "vlan": one.vlan,
        "mac-address": one.mac if one.mac != "00:00:00:00:00:00" else None,
        "state": str(one.state),
        "confirmed-seconds-ago": (now_ns - one.confirmed_ns) / 1e9 if one.confirmed_ns else None,
    }


def _worker(stats: pydp.WorkerStats) -> Json:
    buckets = stats.poll_gap_us_log2
    return {
        "running": stats.running,
        "turns": stats.turns,
        "busy-turns": stats.busy_turns,
        "sleeps": stats.sleeps,
        "stalls": stats.stalls,
        "stalled-sessions": stats.stalled_sessions,
        "commands": stats.commands,
        "events": stats.events,
        "received": stats.received,
        "forwarded": stats.forwarded,
        "handed-over": stats.handed_over,
        "poll-gap-max": stats.poll_gap_max_ns // 1000,
        # "below" in microseconds; null for the last bucket, which has no upper end.
        "poll-gaps": [
            {"below": 2 ** (i + 1) if i + 1 < len(buckets) else None, "count": count}
            for i, count in enumerate(buckets)
        ],
    }


_VIEWS = {
    "nexthops": nexthops,
    "lags": lags,
    "forwarding": forwarding,
    "ports": ports,
    "workers": workers,
    "drops": drops,
    "reporter": reporter,
}
