# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite control: full tables from BGP, loaded beside BIRD, GoBGP and OpenBGPD; and how long
clients wait for what follows from a lost link.
"""

from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pydp
from bfd_fastpath.bench import micro
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.asked import Asked, Scale
from bfd_fastpath.bench.daemons.daemon import DaemonError
from bfd_fastpath.bench.document import Better, Goal, Relation, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.suites.control import daemons, messages, ours
from bfd_fastpath.bench.suites.control.ours import Loaded
from bfd_fastpath.bench.suites.withdrawal import rows as withdrawal

_SUITE: Final = "control"
_PER_UPDATE: Final = 200
#: The table that GoBGP loads in the time that there is.
_SMALL: Final = 100_000
_GOAL_S: Final = 3.0
_BULK_GOAL_S: Final = 1.0


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """As they are done."""
    yield from micro.rows(_SUITE, asked)
    routes = asked.pick(10_000, 1_000_000)
    for name, (why, install) in daemons.missing().items():
        yield Skipped(_SUITE, f"{name}: a full table", why, install)
    tables = [(routes, 1)] if asked.quick else [(_SMALL, 1), (routes, 1), (routes, 2)]
    with TemporaryDirectory() as room:
        for count, servers in tables:
            file = Path(room) / f"table-{count}"
            if not file.exists():
                file.write_bytes(messages.stream(count, _PER_UPDATE))
            yield from _load(count, file, servers, asked)
    yield from withdrawal.rows(asked)
    try:
        yield _bulk(routes, asked)
    except (pydp.PydpError, BrokenProcessPool) as error:
        yield Skipped(_SUITE, "prefixes at hand", str(error), "")


def _load(routes: int, file: Path, servers: int, asked: Asked) -> Iterator[Row | Skipped]:
    """Ours in every round, beside each daemon as often as its patience allows."""
    found: dict[str, list[Loaded]] = {}
    for number in range(asked.pick(1, 3, 5)):
        asked.say(f"{routes:,} routes from {_servers(servers)}")
        found.setdefault("ours", []).append(alone(ours.loaded, routes, file, servers))
        if servers == 1:
            for name in beside(routes, number, asked):
                try:
                    found.setdefault(name, []).extend(daemons.loaded(routes, file, (name,)))
                except DaemonError as error:
                    yield Skipped(_SUITE, f"{name}: a full table", str(error), "")
    goal = None
    if servers == 1 and routes > _SMALL:
        goal = Goal("a million routes below 3 s", _GOAL_S, relation=Relation.AT_MOST)
    found = {who: several for who, several in found.items() if several}
    seconds = {who: Figure.of([one.seconds for one in several]) for who, several in found.items()}
    yield judged(
        Row(
            name=f"{routes:,} routes from BGP into the engine, {_servers(servers)}",
            parameters={"routes": routes, "feeds": servers, "per-update": _PER_UPDATE, "family": 4},
            unit="s",
            better=Better.LOWER,
            ours=seconds.pop("ours"),
            peers=seconds,
            goal=goal,
            detail={
                "octets-a-route": {who: round(several[-1].octets / routes) for who, several in found.items()}
            },
        )
    )


def beside(routes: int, number: int, asked: Asked) -> list[str]:
    """Who takes part in a round. GoBGP takes more than a minute for a million routes, so there it is measured
    once, and only in the whole matrix.
    """
    patient = routes <= _SMALL or (asked.scale is Scale.FULL and number == 0)
    return [name for name in daemons.NAMES if patient or name != "GoBGP"]


def _servers(count: int) -> str:
    return f"{count} route server{'s' if count > 1 else ''}"


def _bulk(routes: int, asked: Asked) -> Row:
    asked.say(f"{routes:,} prefixes at hand")
    seconds = alone(ours.bulk, routes, asked.pick(1, 5, 11))
    return judged(
        Row(
            name=f"{routes:,} prefixes at hand into RIB and engine",
            parameters={"routes": routes, "next-hops": messages.NEXT_HOPS},
            unit="s",
            better=Better.LOWER,
            ours=Figure.of(seconds),
            goal=None
            if asked.quick
            else Goal("a million below 1 s", _BULK_GOAL_S, relation=Relation.AT_MOST),
        )
    )
