# SPDX-License-Identifier: Apache-2.0
"""The route server as a process: two clients over TCP, one of which loses the other, and what `show` says."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.cli.main import invoke
from bfd_fastpath.net.speaker import Speaker
from bfd_fastpath.net.speaker_settings import SpeakerSettings
from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    AsPath,
    Attributes,
    Established,
    MpReach,
    Origin,
    SessionSettings,
    Update,
    UpdateReceived,
    end_of_rib,
    nh_reach,
)
from bfd_fastpath.wire.bgpls import RawNlri
from bfd_fastpath.wire.bgpls.nlri import NlriType
from bfd_fastpath.wire.bgpls.profile_l5 import link, node
from bfd_fastpath.wire.nhreach import NhReachNlri, NhState

RS, A, B = (ip_address(f"127.0.30.{number}") for number in (254, 1, 2))
PREFIX = ip_network("203.0.113.0/24")
pytestmark = pytest.mark.timeout(120)


def configuration(port, directory):
    file = directory / "rs.toml"
    file.write_text(
        f"""
[route-server]
asn = 64510
router-id = "192.0.2.254"
listen = ["{RS}"]
port = {port}
lan = ["127.0.30.0/24"]
[[client]]
name = "a"
asn = 64500
addresses = ["{A}"]
[[client]]
name = "b"
asn = 64501
addresses = ["{B}"]
[control]
path = "rs.sock"
"""
    )
    return file


def free_port():
    with socket.socket() as probe:
        probe.bind((str(RS), 0))
        return probe.getsockname()[1]


class Member:
    def __init__(self, address, asn, port, families):
        self.events = []
        session = SessionSettings(asn, IPv4Address(f"192.0.2.{asn - 64499}"), families)
        settings = SpeakerSettings(session, RS, port, local=address, reconnect_first_s=0.1)
        self.speaker = Speaker(settings, self.events.append)
        self.speaker.start()

    def updates(self):
        return [event.update for event in self.events if isinstance(event, UpdateReceived)]

    def asked(self):
        return {n for u in self.updates() if u.mp_reach is not None for n in u.mp_reach.nlris}


async def until(condition):
    while not condition():
        await asyncio.sleep(0.02)


@pytest.fixture
def server(tmp_path):
    port = free_port()
    file = configuration(port, tmp_path)
    with subprocess.Popen(
        [sys.executable, "-m", "bfd_fastpath", "route-server", "-c", file], stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process, port, str(tmp_path / "rs.sock")
        finally:
            process.kill()


def shown(name, where, capsys):
    capsys.readouterr()
    assert invoke(["route-server", "show", name, "--json", "--socket", where]) == 0
    return json.loads(capsys.readouterr().out)


def test_what_is_wrong_with_a_clients_messages_is_shown(server, capsys):
    _, port, where = server
    bad = RawNlri(NlriType.NODE, b"\5")
    attributes = Attributes(Origin.IGP, AsPath.sequence(64500))

    async def story():
        a = Member(A, 64500, port, (IPV4_UNICAST, BGP_LS))
        await until(lambda: any(isinstance(e, Established) for e in a.events))
        a.speaker.send(Update(attributes=attributes, mp_reach=MpReach(BGP_LS, (A,), (bad,))))
        await until(lambda: shown("clients", where, capsys)["malformed"])
        await a.speaker.stop()

    asyncio.run(story())
    assert shown("clients", where, capsys)["malformed"] == {str(A): {"bgp-ls-descriptor": 1}}


@pytest.mark.parametrize("transport", ["bgp-ls", "nh-reach"])
def test_a_route_goes_for_the_client_that_lost_its_next_hop_and_show_tells_why(server, transport, capsys):
    process, port, where = server
    families = (IPV4_UNICAST, BGP_LS) if transport == "bgp-ls" else (IPV4_UNICAST, nh_reach(4))
    attributes = Attributes(Origin.IGP, AsPath.sequence(64500))

    async def story():
        a, b = Member(A, 64500, port, families), Member(B, 64501, port, (IPV4_UNICAST,))
        await until(lambda: all(any(isinstance(e, Established) for e in m.events) for m in (a, b)))
        b.speaker.send(
            Update(attributes=Attributes(Origin.IGP, AsPath.sequence(64501), B), announced=(PREFIX,))
        )
        await until(lambda: any(PREFIX in u.announced for u in a.updates()))
        if transport == "bgp-ls":
            await until(lambda: node(B) in a.asked())
            a.speaker.send(
                Update(attributes=attributes, mp_reach=MpReach(BGP_LS, (A,), (node(B),))), end_of_rib(BGP_LS)
            )
        else:
            await until(lambda: NhReachNlri(B) in a.asked())
            down = NhReachNlri(B, True, NhState.DOWN)
            a.speaker.send(Update(attributes=attributes, mp_reach=MpReach(nh_reach(4), (), (down,))))
        await until(lambda: any(PREFIX in u.withdrawn for u in a.updates()))
        seen = {name: shown(name, where, capsys) for name in ("clients", "nhib", "routes")}
        assert invoke(["show", "exchange", "--json", "--socket", where]) == 0
        seen["exchange"] = json.loads(capsys.readouterr().out)
        if transport == "bgp-ls":
            a.speaker.send(
                Update(attributes=attributes, mp_reach=MpReach(BGP_LS, (A,), (link(A, B), node(B))))
            )
        else:
            up = NhReachNlri(B, True, NhState.UP)
            a.speaker.send(Update(attributes=attributes, mp_reach=MpReach(nh_reach(4), (), (up,))))
        await until(lambda: sum(PREFIX in u.announced for u in a.updates()) == 2)
        assert [r["prefix"] for r in shown("routes", where, capsys)["routes"]] == [str(PREFIX)]
        for name in ("clients", "nhib", "routes"):
            assert invoke(["route-server", "show", name, "--socket", where]) == 0
        table = capsys.readouterr().out
        assert "AS PATH" in table
        assert str(PREFIX) in table
        await a.speaker.stop()
        await b.speaker.stop()
        return seen

    seen = asyncio.run(asyncio.wait_for(story(), 90))
    assert seen["nhib"]["entries"] == [
        {"client": "a", "next-hop": str(B), "member": "b", "state": "down"},
    ]
    assert seen["routes"] == {"routes": []}
    (lost,) = seen["exchange"]["lost"]
    assert (lost["from"], lost["to"], lost["address"]) == ("a", "b", str(B))
    assert [one["member"] for one in seen["exchange"]["ranking"]] == ["a", "b"]
    first, second = seen["clients"]["clients"]
    assert (first["bfd"], second["bfd"]) == ("takes-part", "unknown")
    assert first["nhib"]["down"] == 1
    assert second["next-hops-not-asked-about"] == 0
    assert second["sessions"][0]["prefixes-received"] == {"ipv4": 1}
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "session-up" in log


def test_a_bad_configuration_ends_with_its_faults(tmp_path, capsys):
    file = tmp_path / "rs.toml"
    file.write_text("[route-server]\nasn = 64510\n")
    assert invoke(["route-server", "-c", str(file)]) == 2
    assert invoke(["route-server", "check", str(file)]) == 2
    assert "route-server.router-id" in capsys.readouterr().err
    assert invoke(["route-server", "check", str(configuration(179, tmp_path))]) == 0
    assert "client a, AS 64500: 127.0.30.1" in capsys.readouterr().out
