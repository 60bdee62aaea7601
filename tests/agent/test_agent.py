# SPDX-License-Identifier: Apache-2.0
"""The agent's wiring."""

from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.agent.agent import RsAgent
from bfd_fastpath.agent.memory import Memory
from bfd_fastpath.agent.settings import Agent, Kind, Member, Method, RouteServer
from bfd_fastpath.bench.daemons.daemon import free_port

LISTEN = ip_address("127.0.0.1")
MEMBERS = [Member(f"m{n}", 65000 + n, (ip_address("192.0.2.0") + n,)) for n in range(1, 71)]
THIRD = {ip_address("192.0.2.250"), ip_address("2001:db8::f")}


def settings(server, **more):
    lan = ip_network("192.0.2.0/24"), ip_network("2001:db8::/64")
    return Agent(64500, IPv4Address("192.0.2.251"), (LISTEN,), lan, server, free_port(str(LISTEN)), **more)


@pytest.mark.parametrize("hold_us", [0, 60_000_000])
def test_those_for_whom_bird_had_records_are_sent_their_routes_whatever_is_kept(tmp_path, hold_us):
    server = RouteServer(Kind.BIRD, tmp_path / "rs-bfd.conf", Method.RTR)
    Memory(server.filter_file).write({MEMBERS[0].addresses[0]: THIRD})
    agent = RsAgent(settings(server, restart_hold_us=hold_us))
    assert agent._feed._owed == {*MEMBERS[0].addresses}
    assert bool(agent.kept) is bool(hold_us)
