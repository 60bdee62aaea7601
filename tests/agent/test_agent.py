# SPDX-License-Identifier: Apache-2.0
"""The agent's wiring, beside a route server on paper."""

import asyncio
from functools import partial
from ipaddress import IPv4Address, ip_address, ip_network
from itertools import chain, repeat

import pytest
from structlog.testing import capture_logs

from bfd_fastpath.agent import views
from bfd_fastpath.agent.agent import RsAgent
from bfd_fastpath.agent.drivers.bird_rtr import BirdRtr
from bfd_fastpath.agent.memory import Memory
from bfd_fastpath.agent.settings import Agent, Kind, Member, Method, RouteServer
from bfd_fastpath.bench.daemons.daemon import free_port
from bfd_fastpath.cli import agent_tables
from bfd_fastpath.routeserver.asking import SOMEBODY
from tests.interop.bgp.ourselves import eventually

LISTEN = ip_address("127.0.0.1")
MEMBERS = [Member(f"m{n}", 65000 + n, (ip_address("192.0.2.0") + n,)) for n in range(1, 71)]
THIRD = {ip_address("192.0.2.250"), ip_address("2001:db8::f")}


class Server:
    """Its routes have these next hops."""

    def __init__(self, hops):
        self.hops = frozenset(hops)

    def text(self, wanted):
        return ""

    def reload(self):
        pass

    def neighbours(self):
        return []

    def next_hops(self):
        return self.hops


def settings(server, **more):
    lan = ip_network("192.0.2.0/24"), ip_network("2001:db8::/64")
    return Agent(64500, IPv4Address("192.0.2.251"), (LISTEN,), lan, server, free_port(str(LISTEN)), **more)


def asked_of(room, monkeypatch, hops):
    """What m1 is asked about when the route server's routes have these next hops."""
    monkeypatch.setattr("bfd_fastpath.agent.agent.driver", lambda *_: Server(hops))
    server = RouteServer(Kind.OPENBGPD, room / "rules")
    agent = RsAgent(settings(server, members=tuple(MEMBERS)))
    exchange = agent.clients.service.server.exchange

    async def story():
        await agent.start()
        try:
            await eventually(lambda: SOMEBODY in exchange.asking.dropped)
            return set(exchange.asking.asked(exchange.clients["m1"]))
        finally:
            await agent.stop()

    return asyncio.run(story())


def test_addresses_of_members_take_no_third_partys_place(tmp_path, monkeypatch):
    members = {address for member in MEMBERS for address in member.addresses}
    with capture_logs() as lines:
        assert asked_of(tmp_path, monkeypatch, members | THIRD) == members - {*MEMBERS[0].addresses} | THIRD
    assert [line for line in lines if "not_asked" in line] == []


def test_next_hops_that_nobody_is_asked_about_are_logged(tmp_path, monkeypatch):
    many = {ip_address("2001:db8::1:0") + n for n in range(70)}
    with capture_logs() as lines:
        assert len(asked_of(tmp_path, monkeypatch, many) & many) == 64
    assert [line["not_asked"] for line in lines if "not_asked" in line] == [6]


@pytest.mark.parametrize("hold_us", [0, 60_000_000])
def test_those_for_whom_bird_had_records_are_sent_their_routes_whatever_is_kept(tmp_path, hold_us):
    server = RouteServer(Kind.BIRD, tmp_path / "rs-bfd.conf", Method.RTR)
    Memory(server.filter_file).write({MEMBERS[0].addresses[0]: THIRD})
    agent = RsAgent(settings(server, restart_hold_us=hold_us))
    assert agent._feed._owed == {*MEMBERS[0].addresses}
    assert bool(agent.kept) is bool(hold_us)


class PaperBird(BirdRtr):
    """So many routes have not gone through rs_bfd_mark(), one look after the other."""

    def __init__(self, looks):
        super().__init__(RouteServer(Kind.BIRD, None, Method.RTR), ())
        self._looks = chain(looks, repeat(looks[-1]))

    def unmarked(self):
        return next(self._looks)

    def neighbours(self):
        return []

    def next_hops(self):
        return frozenset()

    def given(self):
        return frozenset()


def test_routes_that_bird_never_leaves_out_are_shown_and_told_once(tmp_path, monkeypatch):
    looks = [3, 2, 0]
    monkeypatch.setattr("bfd_fastpath.agent.agent.driver", lambda *_: PaperBird(looks))
    server = RouteServer(
        Kind.BIRD,
        tmp_path / "rs-bfd.conf",
        Method.RTR,
        rtr_port=free_port("127.0.0.1"),
        next_hop_poll_us=20_000,
    )
    agent = RsAgent(settings(server))
    seen = [views.driver(agent)["unmarked-routes"]]

    async def story():
        await agent.start()
        try:
            while seen[-1] != looks[-1]:
                if (now := views.driver(agent)["unmarked-routes"]) != seen[-1]:
                    seen.append(now)
                await asyncio.sleep(0.002)
        finally:
            await agent.stop()

    with capture_logs() as lines:
        asyncio.run(asyncio.wait_for(story(), 20))
    assert seen == [None, *looks]
    assert [line["routes"] for line in lines if line["event"].startswith("routes are never left out")] == [3]
    answer = views.driver(agent) | {"guard-pid": 1}
    (line,) = [
        line for line in agent_tables.driver(answer | {"unmarked-routes": 3}).splitlines() if "3:" in line
    ]
    assert line.endswith("3: their import filters do not call rs_bfd_mark()")
    assert "rs_bfd_mark" not in agent_tables.driver(answer)


def test_members_that_go_twice_at_a_time_go_once(tmp_path, monkeypatch):
    """By a reload and by what the route server says; a member's session takes a moment to end."""
    server = RouteServer(Kind.OPENBGPD, tmp_path / "rules", learn=False)
    agent = RsAgent(settings(server, members=tuple(MEMBERS)))

    async def story():
        clients = agent.clients
        await clients.go_to(MEMBERS)
        ends = {address: speaker.stop for one in MEMBERS for address, speaker in clients.seats(one)}

        async def slowly(end, *words):
            await asyncio.to_thread(str)  # the other call gets its turn
            await end(*words)

        for one in MEMBERS:
            for address, speaker in clients.seats(one):
                monkeypatch.setattr(speaker, "stop", partial(slowly, ends[address]))
        await asyncio.gather(clients.go_to(MEMBERS[:2]), clients.go_to(MEMBERS[1:3]))
        return {one.name for one in clients.members}

    assert asyncio.run(story()) == {"m2", "m3"}
