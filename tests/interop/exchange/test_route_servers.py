# SPDX-License-Identifier: Apache-2.0
"""OpenBGPD and BIRD beside rs-agent, on one LAN with five members whose frames to each other are dropped in the switch.
A tells by profile L7, so the agent must know by which BGP identifiers C and D go that have no session with it; B by L5.

BGP with the route server never notices, so only BFD and the agent can take the routes away."""

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.interop.exchange.agent import Agent
from tests.interop.exchange.agent import exchange as beside
from tests.interop.exchange.members import (
    EVERYBODY,
    INTERVAL_MS,
    MULTIPLIER,
    SHARED,
    A,
    B,
    BirdMember,
    C,
    D,
    E,
    FrrMember,
    Ours,
    Running,
    Who,
    places,
)
from tests.interop.exchange.servers import BirdRtrServer, BirdServer, OpenbgpdServer
from tests.interop.support.lan import Lan
from tests.interop.support.poll import stays, until

BOUND = 60.0


@dataclass
class Exchange:
    lan: Lan
    agent: Agent
    running: dict[str, Running]
    frr: FrrMember

    def wrong(self, *lost: tuple[Who, Who]) -> list[str]:
        """How the members' routes differ from what they are when the first of each pair lost the second."""
        found = []
        for who in EVERYBODY:
            name, wanted, seen = who.name, expected(who, *lost), self.running[who.name].routes()
            for prefix in SHARED if who.shares else ():
                seen.pop(prefix, None)  # its own is the better one
            for prefix in sorted(seen.keys() | wanted.keys()):
                if seen.get(prefix) != wanted.get(prefix):
                    found.append(f"{name}: {prefix} by {seen.get(prefix)}, not {wanted.get(prefix)}")
        return found

    def cut(self, source: Who, target: Who) -> None:
        """One way only."""
        self.lan.cut(source.name, only=f'oifname "{target.name}"')

    def until_routes(self, *lost: tuple[Who, Who]) -> None:
        """Waits until exactly these are lost: (who, whose)."""
        until(
            lambda: self.wrong(*lost), lambda seen: not seen, bound=BOUND, what=f"the routes without {lost}"
        )


def expected(who: Who, *lost: tuple[Who, Who]) -> dict[str, str]:
    """A member's routes and their next hops, when the first of each pair cannot reach the second."""
    found: dict[str, str] = {}
    for other in EVERYBODY:
        if other is who or (who, other) in lost:
            continue
        for prefix in other.prefixes:
            # Of two equal paths the one with the lower BGP identifier is better: B's before C's.
            if not (prefix in SHARED and who.shares):
                found.setdefault(prefix, other.addresses[":" in prefix])
    return found


@pytest.fixture(params=[OpenbgpdServer, BirdServer, BirdRtrServer], ids=["openbgpd", "bird", "bird-rtr"])
def exchange(request: pytest.FixtureRequest) -> Iterator[Exchange]:
    with beside(request.param) as (lan, agent):
        spaces = places(lan, EVERYBODY)
        frr = FrrMember(spaces["c"], C)
        running: dict[str, Running] = {
            "a": Ours(spaces["a"], A, transport="bgp-ls-l7"),
            "b": Ours(spaces["b"], B),
            "c": frr,
            "d": BirdMember(spaces["d"], D, bfd=True),
            "e": BirdMember(spaces["e"], E, bfd=False),
        }
        yield Exchange(lan, agent, running, frr)


@pytest.mark.root
@pytest.mark.timeout(300)
@pytest.mark.interop("frr", "bird", "openbgpd")
def test_who_lost_whom_loses_exactly_those_routes(
    exchange: Exchange, capsys: pytest.CaptureFixture[str]
) -> None:
    exchange.until_routes()
    _until_all_know(exchange)

    began = time.monotonic_ns()
    exchange.cut(B, A)  # one way: B still hears A
    exchange.cut(A, E)
    exchange.cut(E, A)  # of E, which has no BFD, nobody can know
    exchange.until_routes((A, B), (B, A))
    with capsys.disabled():
        _tell(exchange, began)
    stays(lambda: exchange.wrong((A, B), (B, A)), lambda seen: not seen, seconds=2, what="the others' routes")

    exchange.lan.restore()
    exchange.until_routes()

    exchange.cut(A, C)  # FRR and BIRD report nothing, so they keep A's routes
    exchange.cut(C, A)
    exchange.cut(A, D)
    exchange.cut(D, A)
    exchange.until_routes((A, C), (A, D))
    exchange.lan.restore()
    exchange.until_routes()

    exchange.frr.admin_down(A, True)
    until(
        lambda: exchange.agent.states(A, C),
        lambda seen: seen == {"unanswered"},
        bound=BOUND,
        what="A's state of C",
    )
    stays(exchange.wrong, lambda seen: not seen, seconds=2, what="every route")
    exchange.frr.admin_down(A, False)
    _until_all_know(exchange)

    exchange.cut(A, B)
    exchange.cut(B, A)
    exchange.until_routes((A, B), (B, A))
    exchange.agent.end(signal.SIGKILL)
    exchange.until_routes()  # the guard has emptied the filters
    assert "failed open" in exchange.agent.log.read_text()
    exchange.agent.start()
    exchange.until_routes((A, B), (B, A))
    assert exchange.agent.end(signal.SIGTERM) == 0
    exchange.until_routes()


def _until_all_know(exchange: Exchange) -> None:
    def known() -> set[str]:
        return {
            state
            for one, others in ((A, (B, C, D)), (B, (A, C, D)))
            for two in others
            for state in exchange.agent.states(one, two)
        }

    until(known, lambda seen: seen == {"up"}, bound=BOUND, what="Up between all who have BFD")


def _tell(exchange: Exchange, began_ns: int) -> None:
    """When what happened after a cut, for people; no bound, since the machine is shared."""
    a = exchange.running["a"]
    assert isinstance(a, Ours)
    down = a.told.last("next-hop", new="down")["time_ns"]
    gone = a.told.last("routes-withdrawn")["time_ns"]
    took = exchange.agent.driver()["last-reload-took-s"]
    alone = {
        OpenbgpdServer: "a reload alone, on an idle machine with 100 routes: 3 - 5 ms",
        BirdServer: "a reload alone, on an idle machine with 100 routes: 3 - 14 ms",
        BirdRtrServer: "BIRD's own reload at a change by RTR, with 100 routes: 55 - 62 ms",
    }
    print(
        f"\n{type(exchange.agent.server).__name__}: cut -> Down at A {(down - began_ns) / 1e6:.0f} ms (bound by BFD: {INTERVAL_MS * MULTIPLIER} ms),"
    )
    print(
        f"  Down -> last withdrawal at A {(gone - down) / 1e6:.1f} ms, of which the reload took {took * 1e3:.1f} ms"
    )
    print(f"  {alone[type(exchange.agent.server)]}")
