# SPDX-License-Identifier: Apache-2.0
"""What operators are told to put into BIRD's configuration is what BIRD takes, with what the agent writes."""

import re
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.agent.driver import Wanted
from bfd_fastpath.agent.drivers import driver
from bfd_fastpath.agent.emit import emit
from bfd_fastpath.agent.settings import Agent, Kind, Method, RouteServer
from bfd_fastpath.bench.daemons.daemon import Daemon

CLIENTS = [("one", ip_address("192.0.2.1")), ("one", ip_address("2001:db8::1"))]


@pytest.mark.interop("bird")
@pytest.mark.parametrize("method", list(Method))
def test_bird_takes_what_is_printed(tmp_path, method):
    lan = (ip_network("192.0.2.0/24"), ip_network("2001:db8::/64"))
    server = RouteServer(Kind.BIRD, tmp_path / "rs-bfd.conf", method)
    settings = Agent(64500, IPv4Address("192.0.2.251"), (ip_address("192.0.2.251"),), lan, server)
    printed = emit(settings, Kind.BIRD, CLIENTS)
    calls = re.findall(r"if (\w+)\(\) then reject", printed)
    assert len(calls) == 2
    channel = re.search(r"secondary; (.*)import filter", printed)
    assert channel is not None
    mark = "rs_bfd_mark(); " if "rs_bfd_mark();" in printed else ""
    assert bool(mark) is bool(channel[1]) is (method is Method.RTR)
    text = driver(server, lan).text(Wanted(tuple(address for _, address in CLIENTS)))
    (tmp_path / "rs-bfd.conf").write_text(text)
    taken = "".join(line + "\n" for line in printed.splitlines() if not line.startswith("#"))
    protocols = "".join(
        f"protocol bgp c{v} {{ local {end} as 64500; neighbor {address} as 65001; strict bind yes;\n"
        f"  ipv{v} {{ table rs{v}; secondary; {channel[1]}import filter {{ {mark}accept; }};"
        f" export filter {{ if {call}() then reject; accept; }}; }}; }}\n"
        for v, end, (_, address), call in zip(
            (4, 6), ("192.0.2.250", "2001:db8::250"), CLIENTS, calls, strict=True
        )
    )
    (tmp_path / "bird.conf").write_text(f"router id 10.0.0.1;\n{taken}{protocols}")
    Daemon.ask("bird", "-p", "-c", tmp_path / "bird.conf")
