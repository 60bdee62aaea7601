# SPDX-License-Identifier: Apache-2.0
"""A simulation from beginning to end: everybody up, then each pattern broken, judged, healed and judged."""

import gc
import resource
import time
from collections.abc import Callable
from random import Random

from bfd_fastpath.lab.exchange.cast import draw
from bfd_fastpath.lab.exchange.exchange import Exchange
from bfd_fastpath.lab.exchange.patterns import Failure, Stage
from bfd_fastpath.lab.exchange.result import Played, Result
from bfd_fastpath.lab.exchange.truth import Matrix
from bfd_fastpath.lab.exchange.wanted import Pattern, Wanted
from bfd_fastpath.lab.exchange.world import NotConvergedError

#: What is being done, and the exchange.
Report = Callable[[str, Exchange], None]


def simulate(wanted: Wanted, report: Report = lambda doing, exchange: None) -> Result:
    """Raises NotConvergedError where something stays pending, or is wrong before anything fails;
    OutOfMemoryError."""
    begin = time.perf_counter()
    random = Random(wanted.seed)
    cast = draw(wanted)
    doing = ["bring-up"]
    # A collector that walks a thousand members' objects at once is no part of any of them.
    gc.collect()
    gc.disable()
    try:
        with Exchange(wanted, cast, random, lambda exchange: report(doing[0], exchange)) as exchange:
            exchange.start()
            exchange.settle()
            held = exchange.held()
            if (verdict := exchange.truth().judge(held)).wrong:
                raise NotConvergedError(f"{verdict.wrong} routes are wrong before anything failed")
            sessions, entries = exchange.sessions(), sum(len(one.nhib) for one in exchange.members)
            up_s, messages = time.perf_counter() - begin, sum(exchange.world.updates)
            for member in exchange.members:
                member.sabotage = wanted.sabotage
            exchange.server.sabotage = wanted.sabotage
            played = []
            for place, pattern in enumerate(wanted.patterns):
                doing[0] = str(pattern)
                # Not the sessions' own: how often those draw depends on how long the work takes.
                whom = Random(f"{wanted.seed} {place}")
                played.append(_play(exchange, Stage(exchange, whom, held), pattern, held))
                held = exchange.held()
    finally:
        gc.enable()
    return Result(
        wanted=wanted,
        members_without_bfd=sum(not player.bfd for player in cast.players),
        sessions=sessions // 2,
        entries=entries,
        bring_up_s=up_s,
        bring_up_messages=messages,
        played=tuple(played),
        rss_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        seconds=time.perf_counter() - begin,
    )


def _play(exchange: Exchange, stage: Stage, pattern: Pattern, held: Matrix) -> Played:
    begin, begin_ns = time.perf_counter(), exchange.world.now_ns
    before = exchange.truth().next_hops()
    exchange.watch(held)
    counts = [tuple(exchange.world.updates)]
    failure = stage.play(pattern)
    exchange.settle()
    counts.append(tuple(exchange.world.updates))
    truth = exchange.truth()
    affected = before != truth.next_hops()
    broken = truth.judge(exchange.held())
    took_ns = _took(exchange, failure, before, affected & ~truth.cut_off[:, None])
    exchange.unwatch()
    failure.heal()
    exchange.settle()
    counts.append(tuple(exchange.world.updates))
    return Played(
        pattern=pattern,
        text=failure.text,
        cuts=failure.cut_count,
        affected=int(affected.sum()),
        broken=broken,
        healed=exchange.truth().judge(exchange.held()),
        took_ns=took_ns,
        messages_broken=(counts[1][0] - counts[0][0], counts[1][1] - counts[0][1]),
        messages_healed=(counts[2][0] - counts[1][0], counts[2][1] - counts[1][1]),
        virtual_s=(exchange.world.now_ns - begin_ns) / 1e9,
        seconds=time.perf_counter() - begin,
    )


def _took(exchange: Exchange, failure: Failure, before: Matrix, affected: Matrix) -> tuple[int, ...]:
    """Of each client whose routes had to change, and that hears from the route server, the last of them."""
    last: dict[int, int] = {}
    for (client, column), time_ns in exchange.left.items():
        if affected[client, column]:
            took_ns = time_ns - failure.cut_of(client, int(before[client, column]))
            if took_ns >= 0:
                last[client] = max(last.get(client, 0), took_ns)
    return tuple(last.values())
