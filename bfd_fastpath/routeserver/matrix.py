# SPDX-License-Identifier: Apache-2.0
"""Who can reach whom, as a plain JSON document: `show exchange` prints it, the report page shows it."""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from typing import Any

from bfd_fastpath.routeserver.client import Client
from bfd_fastpath.routeserver.exchange import Exchange
from bfd_fastpath.routeserver.grid import Grid, Row
from bfd_fastpath.routeserver.history import Happening, History
from bfd_fastpath.routeserver.identity import name_order
from bfd_fastpath.routeserver.protection import Protection, ranking
from bfd_fastpath.routeserver.records import ReachChange, Standing
from bfd_fastpath.routeserver.service import Left
from bfd_fastpath.routeserver.settings import Address
from bfd_fastpath.wire.bgpls import Flag

#: A row of the matrix has one of these for each member, in order.
UP, DOWN, UNKNOWN, UNANSWERED, NO_BFD, SILENT, ABSENT = "UD?.nx-"
#: Rows of a list that are made in one step.
ROWS = 500
#: The worst first.
_WORST = (DOWN, UNKNOWN, UNANSWERED, UP, NO_BFD)
_SIGNS = {
    Standing.UP: UP,
    Standing.DOWN: DOWN,
    Standing.UNKNOWN: UNKNOWN,
    Standing.UNANSWERED: UNANSWERED,
}
LEGEND = {
    UP: "reached: BFD is up",
    DOWN: "not reached: BFD was up and failed",
    UNKNOWN: "unknown: no BFD session has come up",
    UNANSWERED: "asked, and nothing said yet",
    NO_BFD: "known to have no BFD",
    SILENT: "not asked: the row's member reports nothing",
    ABSENT: "itself, or no address in this IP version",
}


def exchange_view(
    exchange: Exchange, history: History, time_ns: int
) -> Generator[None, None, dict[str, Any]]:
    """The whole of it, a client at a time: with a thousand of them it takes seconds, in which others have
    work to do. Who comes, goes or changes meanwhile is shown as it was, or as it is. time_ns: now, by the
    clock of `history`, since 1970."""
    members = sorted(exchange.clients.values(), key=lambda client: name_order(client.name))
    grid, times = Grid(exchange), _Times()
    standings: dict[str, Row] = {}
    for client in members:
        standings[client.name] = grid.row(client)
        yield
    matrix: list[dict[str, Any]] = []
    for version in (4, 6):
        columns = [_Column.of(client, grid, version) for client in members]
        for client, own in zip(members, columns, strict=True):
            if own.places:
                since = grid.spread(history.since(client.name))
                row = _row(client, columns, standings[client.name], since, times)
                matrix.append({"family": f"ipv{version}", "from": client.name} | row)
                yield
    lost = []
    for client in members:
        lost.append(sorted(_lost(exchange, history, client, times), key=_since))
        yield
    versions = frozenset(lan.version for lan in exchange.members.lan)
    ranked = yield from ranking(members, grid, standings, versions)
    happenings, counts, forgotten = history.happenings(), history.lost(), history.forgotten
    return {
        "time": _time(time_ns),
        "members": [_member(client) for client in members],
        "legend": LEGEND,
        "matrix": matrix,
        "lost": (yield from _some_at_a_time(merge(*lost, key=_since))),
        "changes": (yield from _some_at_a_time(_happening(exchange, one) for one in happenings)),
        "changes-forgotten": forgotten,
        "lost-over-time": (
            yield from _some_at_a_time({"time": _time(when), "pairs": count} for when, count in counts)
        ),
        "ranking": [_rank(place, one) for place, one in enumerate(ranked, 1)],
    }


def _some_at_a_time(rows: Iterable[dict[str, Any]]) -> Generator[None, None, list[dict[str, Any]]]:
    found = []
    for number, row in enumerate(rows, 1):
        found.append(row)
        if number % ROWS == 0:
            yield
    return found


def _since(row: dict[str, Any]) -> str:
    return str(row["since"] or "")


def _member(client: Client) -> dict[str, Any]:
    flag = {Flag.TAKES_PART: "takes-part", Flag.NO_BFD: "no-bfd"}.get(client.member.flag, "unknown")
    transports = set()
    for session in client.sessions.values():
        transports |= {"bgp-ls"} if session.facts.link_state else set()
        transports |= {f"nh-reach-ipv{version}" for version in session.facts.nh_reach}
    return {
        "name": client.name,
        "as": client.member.asn,
        "addresses": [str(address) for address in _in_order(client.member.addresses)],
        "bfd": flag,
        "sessions": len(client.sessions),
        "transports": sorted(transports),
    }


@dataclass(frozen=True, slots=True)
class _Column:
    """One member as the others' rows see it."""

    client: Client
    no_bfd: bool
    #: Of its addresses in the IP version.
    places: list[int]

    @classmethod
    def of(cls, client: Client, grid: Grid, version: int) -> "_Column":
        places = [place for place in grid.places(client.member) if grid.version(place) == version]
        return cls(client, client.member.flag == Flag.NO_BFD, places)


class _Times(dict[int, str]):
    """Times as they are shown; what one UPDATE said happened at one time."""

    def __missing__(self, time_ns: int) -> str:
        self[time_ns] = shown = _time(time_ns)
        return shown


def _row(
    client: Client, columns: list[_Column], standing: Row, since: list[int | None], times: _Times
) -> dict[str, Any]:
    """What the client has on each member, and since when."""
    signs, whens = [], []
    reports = client.reports
    for column in columns:
        when = None
        if column.client is client or not column.places:
            sign = ABSENT
        elif not reports:
            sign = SILENT
        elif column.no_bfd:
            sign = NO_BFD
        else:
            sign, place = _worst(standing, column.places)
            when = since[place] if place is not None else None
        signs.append(sign)
        whens.append(None if when is None else times[when])
    return {"states": "".join(signs), "since": whens}


def _worst(standing: Row, places: list[int]) -> tuple[str, int | None]:
    """Of several addresses of one member the worst counts."""
    if len(places) == 1:
        state = standing[places[0]]
        return (ABSENT, None) if state is None else (_SIGNS[state], places[0])
    asked = [(_SIGNS[state], place) for place in places if (state := standing[place]) is not None]
    return min(asked, key=lambda one: _WORST.index(one[0])) if asked else (ABSENT, None)


def _lost(exchange: Exchange, history: History, client: Client, times: _Times) -> Iterator[dict[str, Any]]:
    for address in _in_order(client.excluded()):
        owner = exchange.members.owner(address)
        when = history.since_ns(client.name, address)
        yield {
            "from": client.name,
            "to": owner.name if owner is not None else None,
            "address": str(address),
            "since": None if when is None else times[when],
        }


def _happening(exchange: Exchange, one: Happening) -> dict[str, Any]:
    event = one.event
    if isinstance(event, ReachChange):
        owner = exchange.members.owner(event.address)
        return {
            "time": _time(one.time_ns),
            "member": one.client,
            "about": owner.name if owner is not None else None,
            "address": str(event.address),
            "old": event.old.value,
            "new": event.new.value,
        }
    row = {"time": _time(one.time_ns), "member": one.client}
    return row | ({"session": "down", "text": event.text} if isinstance(event, Left) else {"session": "up"})


def _rank(place: int, one: Protection) -> dict[str, Any]:
    return {
        "place": place,
        "member": one.member,
        "score": round(one.score, 1),
        "reports": one.reports,
        "bfd-families": [f"ipv{version}" for version in sorted(one.versions)],
        "families": [f"ipv{version}" for version in sorted(one.present)],
        "answered": round(one.answered, 4),
        "confirmed": round(one.confirmed, 4),
    }


def _in_order(addresses: Iterable[Address]) -> list[Address]:
    return sorted(addresses, key=lambda address: (address.version, int(address)))


def _time(time_ns: int) -> str:
    seconds, rest = divmod(time_ns, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
