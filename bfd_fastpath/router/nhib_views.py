# SPDX-License-Identifier: Apache-2.0
"""What `show nexthops` answers: of each next hop its state and why, who asked, and what was told to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pydp
from bfd_fastpath.nhib import Entry, diagnostic_name, explain
from bfd_fastpath.report import Held
from bfd_fastpath.router import rfc9314
from bfd_fastpath.router.engine_events import expired_us
from bfd_fastpath.router.peer import Peer
from bfd_fastpath.router.reporting import ToldOf
from bfd_fastpath.session import Dampened

if TYPE_CHECKING:
    from bfd_fastpath.router.router import Router

Json = dict[str, Any]


def nexthops(router: Router) -> Json:
    now = pydp.clock_ns()
    wall = rfc9314.wall_clock()
    telling = [(peer, peer.telling()) for peer in router.peers()]
    return {
        "next-hops": [
            _nexthop(one, now, wall)
            | {"asked-by": _askers(one, router)}
            | {
                "told": [
                    _told(peer, told, now, wall)
                    for peer, found in telling
                    if (told := found.get(one.address))
                ]
            }
            | _dampened(router.manager.dampened(one.address, now), now)
            | _report_held(router.reports.held(one.address), now)
            for one in router.nexthops()
        ]
    }


def _askers(entry: Entry, router: Router) -> list[Json]:
    """Who wants it, and how a BGP neighbour names it."""
    how = {peer.user: peer.learned.named_by(entry.address) for peer in router.peers()}
    return [{"user": user, "by": how.get(user, ["configuration"])} for user in entry.askers]


def _told(peer: Peer, told: ToldOf, now_ns: int, wall: rfc9314.WallClock) -> Json:
    return {
        "peer": str(peer.neighbor.address),
        "port": peer.neighbor.port,
        "state": told.state.value,
        "transport": told.transport.value,
        "since": wall(told.time_ns),
        "seconds-ago": (now_ns - told.time_ns) / 1e9,
    }


def _dampened(standing: Dampened | None, now_ns: int) -> Json:
    if standing is None:
        return {"dampening": None}
    left = None if standing.until_ns is None else max(0.0, (standing.until_ns - now_ns) / 1e9)
    return {"dampening": {"penalty": round(standing.figure), "held": standing.held, "seconds-left": left}}


def _report_held(held: Held | None, now_ns: int) -> Json:
    if held is None:
        return {"report-held": None}
    return {"report-held": {"by": held.by.value, "seconds-left": max(0.0, (held.until_ns - now_ns) / 1e9)}}


def _nexthop(entry: Entry, now_ns: int, wall: rfc9314.WallClock) -> Json:
    seen, failure = entry.observation, entry.failure
    answer: Json = {
        "address": str(entry.address),
        "state": entry.state.value,
        "reason": entry.reason.value,
        "explanation": explain(entry, now_ns),
        "since": wall(entry.since_ns),
        "seconds-in-state": (now_ns - entry.since_ns) / 1e9,
        "users": list(entry.askers),
        "down-count": entry.down_count,
        "last-up-time": wall(entry.last_up_ns),
        "last-down-time": wall(entry.last_down_ns),
        "last-receive-time": wall(seen.last_hello_ns) if seen is not None else None,
        "leaves-at": wall(entry.leaves_ns),
        "retry-until": wall(entry.retry_until_ns),
        "last-failure": None,
    }
    if failure is not None:
        answer["last-failure"] = {
            "local-diagnostic": diagnostic_name(failure.diagnostic),
            "remote-diagnostic": diagnostic_name(failure.remote_diagnostic),
            "last-receive-time": wall(failure.last_hello_ns),
            "detection-time": expired_us(
                failure.detection_time_us, failure.last_hello_ns, failure.deadline_ns
            ),
            "poll-gap": failure.poll_gap_us,
        }
    return answer
