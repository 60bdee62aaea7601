# SPDX-License-Identifier: Apache-2.0
"""A next hop that is no client of the route server: rs-agent learns it from the route server's routes, members are
asked about it, and who loses it loses the routes through it, those alone.

A tells by NH-Reach, and its engine is on an AF_XDP socket; B tells by BGP-LS from AF_PACKET."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.interop.exchange.agent import Agent, exchange
from tests.interop.exchange.members import (
    THIRD,
    A,
    B,
    BirdMember,
    E,
    Ours,
    Who,
    bfd_alone,
    places,
)
from tests.interop.exchange.servers import BirdRtrServer, BirdServer, OpenbgpdServer
from tests.interop.support.lan import Lan
from tests.interop.support.poll import stays, until

F = Who("f", 6)
BOUND = 60.0


@dataclass
class Scene:
    lan: Lan
    agent: Agent
    a: Ours
    b: Ours
    e: BirdMember

    def cut(self, one: Who, two: Who) -> None:
        self.lan.cut(one.name, only=f'oifname "{two.name}"')
        self.lan.cut(two.name, only=f'oifname "{one.name}"')

    def until_routes(self, a: list[Who], b: list[Who]) -> None:
        """Waits until A and B have exactly the prefixes of these; F's are THIRD."""

        def seen() -> tuple[dict[str, str], dict[str, str]]:
            return self.a.routes(), self.b.routes()

        wanted = _routes(a), _routes(b)
        until(
            seen, lambda routes: routes == wanted, bound=BOUND, what=f"{wanted}\n{self.agent.log.read_text()}"
        )

    def until_states(self, who: Who, other: Who, *wanted: str) -> None:
        until(
            lambda: self.agent.states(who, other),
            lambda seen: seen == {*wanted},
            bound=BOUND,
            what=f"{wanted}",
        )


def _routes(whose: list[Who]) -> dict[str, str]:
    found: dict[str, str] = {}
    for who in whose:
        prefixes = THIRD if who is F else who.own
        found |= dict(zip(prefixes, who.addresses, strict=True))
        if who is B:
            found |= dict(zip(who.prefixes[2:], who.addresses, strict=True))
    return found


@pytest.fixture(params=[OpenbgpdServer, BirdServer, BirdRtrServer], ids=["openbgpd", "bird", "bird-rtr"])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    with exchange(request.param) as (lan, agent):
        spaces = places(lan, (A, B, E, F))
        bfd_alone(spaces["f"], F, (A, B))
        e = BirdMember(spaces["e"], E, bfd=False, third=F)
        a = Ours(spaces["a"], A, reach='"ipv4-nh-reach", "ipv6-nh-reach"', driver="af_xdp")
        yield Scene(lan, agent, a, Ours(spaces["b"], B), e)


@pytest.mark.root
@pytest.mark.interop("bird", "openbgpd")
def test_who_loses_a_third_partys_next_hop_loses_the_routes_through_it(scene: Scene) -> None:
    scene.until_routes([B, E, F], [A, E, F])
    for who, other in ((A, F), (B, F), (A, B), (B, A)):
        scene.until_states(who, other, "up")

    assert scene.agent.driver()["third-party-next-hops"] == list(F.addresses)

    scene.cut(A, F)
    scene.until_routes([B, E], [A, E, F])
    stays(lambda: scene.b.routes(), lambda seen: seen == _routes([A, E, F]), seconds=1, what="B's routes")
    scene.lan.restore()
    scene.until_routes([B, E, F], [A, E, F])

    scene.cut(A, B)  # one tells by NH-Reach, the other by BGP-LS
    scene.until_routes([E, F], [E, F])
    scene.lan.restore()
    scene.until_routes([B, E, F], [A, E, F])

    scene.e.announce(third=None)
    scene.until_routes([B, E], [A, E])
