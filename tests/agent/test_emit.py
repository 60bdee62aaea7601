# SPDX-License-Identifier: Apache-2.0
"""What operators are told to put into a route server's configuration is what that takes, with what the agent writes."""

import re
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.agent.driver import Neighbour, Wanted
from bfd_fastpath.agent.drivers import driver
from bfd_fastpath.agent.drivers.openbgpd import rules, versioned
from bfd_fastpath.agent.emit import emit
from bfd_fastpath.agent.settings import Agent, Kind, Method, RouteServer
from bfd_fastpath.bench.daemons.daemon import Daemon, DaemonError
from bfd_fastpath.cli.main import invoke

CLIENTS = [("one", ip_address("192.0.2.1")), ("one", ip_address("2001:db8::1"))]
CONFIGURATION = """
[agent]
asn = 64500
router-id = "192.0.2.251"
listen = ["192.0.2.251", "2001:db8::251"]
lan = ["192.0.2.0/24", "2001:db8::/64"]
[route-server]
type = "{kind}"
filter-file = "rs-bfd.conf"
[[member]]
name = "one"
asn = 65001
addresses = ["192.0.2.1", "2001:db8::1"]
"""


@pytest.fixture
def printed(tmp_path, capsys):
    """What the command prints for a route server of this kind; the file that is included is there."""

    def run(kind):
        (tmp_path / "rs-agent.toml").write_text(CONFIGURATION.format(kind=kind))
        assert invoke(["rs-agent", "prepare", "-c", str(tmp_path / "rs-agent.toml")]) == 0
        capsys.readouterr()
        assert invoke(["rs-agent", "emit-config", kind, "-c", str(tmp_path / "rs-agent.toml")]) == 0
        return capsys.readouterr().out

    return run


@pytest.mark.root
@pytest.mark.interop("openbgpd")
def test_openbgpd_takes_what_is_printed_and_asks_the_file_first(tmp_path, printed):
    first, include = [line for line in printed("openbgpd").splitlines() if line and not line.startswith("#")]
    neighbours = "".join(f"neighbor {address} {{\nremote-as 65001\n}}\n" for _, address in CLIENTS)
    config = tmp_path / "bgpd.conf"
    config.write_text(
        f"{first}\nAS 64500\nrouter-id 192.0.2.250\n{neighbours}{include}\nallow quick from any\n"
    )
    config.chmod(0o600)
    file = tmp_path / "rs-bfd.conf"
    assert file.read_text() == versioned("")
    known = [Neighbour(address, 65001, None) for _, address in CLIENTS]
    file.write_text("".join(rules({CLIENTS[0][1]: (ip_address("192.0.2.9"),)}, known)))
    read = [line.strip() for line in Daemon.ask("/usr/sbin/bgpd", "-nv", "-f", config).splitlines()]
    assert "rde evaluate all" in read, "or a client gets no other route for the one that is left out"
    filters = [line for line in read if line.startswith(("deny", "allow"))]
    assert filters[0] == "deny quick to 192.0.2.1 nexthop 192.0.2.9"
    assert filters[-1].startswith("allow quick from any")
    file.unlink()
    with pytest.raises(DaemonError, match=r"rs-bfd\.conf"):
        Daemon.ask("/usr/sbin/bgpd", "-n", "-f", config)


def test_the_command_names_each_clients_function_of_bird(tmp_path, printed):
    said = printed("bird")
    assert f'include "{tmp_path}/rs-bfd.conf";' in said
    assert re.findall(r"filter (\w+) { if (\w+)\(\) .*# one", said) == [
        ("announce_to_192_0_2_1", "rs_bfd_192_0_2_1"),
        ("announce_to_2001_db8__1", "rs_bfd_2001_db8__1"),
    ]


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
