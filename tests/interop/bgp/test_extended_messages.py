# SPDX-License-Identifier: Apache-2.0
"""UPDATEs of more than 4,096 octets (RFC 8654) from FRR and BIRD and to them, and through the embedded route server, which
keeps from a client what it cannot be told."""

import asyncio
import re
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.bench.daemons.bird import Bird
from bfd_fastpath.lab.server import EmbeddedServer, ExpectedSession
from bfd_fastpath.routeserver.settings import ClientSettings, ServerSettings
from bfd_fastpath.wire.bgp import (
    IPV4_UNICAST,
    AsPath,
    Attributes,
    Origin,
    UpdateReceived,
    pack_announcements,
    singles,
)
from bfd_fastpath.wire.bgp.message import STANDARD_LIMIT
from tests.interop.bgp.bird_client import BirdClient
from tests.interop.bgp.frr_server import FrrServer
from tests.interop.bgp.ourselves import ASN, Ourselves, connected, eventually

pytestmark = [pytest.mark.interop("frr", "bird"), pytest.mark.timeout(120)]

WE = "127.0.49.2"
THEIRS = [str(prefix) for prefix in ip_network("20.0.0.0/12").subnets(new_prefix=24)][:2000]
OURS = [str(prefix) for prefix in ip_network("30.0.0.0/12").subnets(new_prefix=24)][:2000]
BIRDS = "50.0.0.0/24"
MARKED = ip_network("40.0.0.0/24")
#: 4,800 octets of communities.
MARKS = tuple(64500 << 16 | number for number in range(1200))
HOP = IPv4Address("198.51.100.1")
EXTENDED = "enable extended messages on;"


def frr(directory):
    peer = FrrServer(directory, 64521, "127.0.49.1", (WE, ASN))
    peer.again(THEIRS)
    return peer


def bird(directory):
    peer = Bird(directory, 64522, "127.0.49.3", (WE, ASN), EXTENDED)
    peer.announce(THEIRS)
    return peer


def of_frr(peer, prefix):
    """What it says of a route of ours."""
    return peer.vtysh(f"show bgp ipv4 {prefix} json")


def of_bird(peer, prefix):
    return peer.tell(f"show route for {prefix} all")


def longest(us):
    """Octets of prefixes in the longest UPDATE."""
    return max(
        4 * len(nlris) for event in us.told(UpdateReceived) for _, _, nlris in event.update.announcements()
    )


@pytest.mark.parametrize(("begin", "said"), [(frr, of_frr), (bird, of_bird)], ids=["frr", "bird"])
def test_they_pass_both_ways(tmp_path, begin, said):
    """BIRD puts no more than 256 of these prefixes into one."""

    async def story():
        with begin(tmp_path / "peer") as peer:
            us = Ourselves(WE, peer.address, peer.port, families=(IPV4_UNICAST,))
            async with connected(us):
                await eventually(lambda: set(map(str, us.routes)) == set(THEIRS), peer.log)
                assert longest(us) > STANDARD_LIMIT or begin is bird
                plain = Attributes(Origin.IGP, AsPath.sequence(ASN), HOP)
                prefixes = singles(map(ip_network, OURS))
                (many,) = pack_announcements(IPV4_UNICAST, plain, (), prefixes, limit=us.speaker.limit)
                us.speaker.send(many, marked())
                await eventually(lambda: str(HOP) in said(peer, OURS[-1]), peer.log)
                assert str(HOP) in said(peer, OURS[0])
                heard = await eventually(lambda: said(peer, MARKED), peer.log)
                assert {int(one) for one in re.findall(r"64500[:,](\d+)", heard)} == set(range(len(MARKS)))
                assert us.speaker.peer is not None, peer.log()

    asyncio.run(story())


def marked():
    """The one route with attributes of more than 4,096 octets."""
    attributes = Attributes(Origin.IGP, AsPath.sequence(ASN), HOP, communities=MARKS)
    (update,) = pack_announcements(IPV4_UNICAST, attributes, (), singles([MARKED]), limit=65535)
    return update


def test_the_route_server_passes_them_on_to_who_takes_them(tmp_path):
    """RFC 8654 4: who takes none is not told of the route, and keeps no older one."""
    rs, takes, takes_none = "127.0.49.4", "127.0.49.5", "127.0.49.6"
    addresses = {"we": WE, "takes": takes, "takes-none": takes_none}
    asns = {"we": ASN, "takes": 64531, "takes-none": 64532}
    clients = tuple(
        ClientSettings(
            name,
            asns[name],
            (ip_address(f"198.51.100.{number}"),),
            session_addresses=(ip_address(addresses[name]),),
        )
        for number, name in enumerate(addresses, 1)
    )
    settings = ServerSettings(64510, IPv4Address("192.0.2.254"), (ip_network("198.51.100.0/24"),), clients)
    sessions = [ExpectedSession(client, client.session_addresses[0]) for client in clients]

    async def story():
        server = EmbeddedServer(settings, sessions, [ip_address(rs)])
        await server.start()
        place = rs, server.port, 64510
        policy = " ".join(f"bgp_community.add((64531, {number}));" for number in range(len(MARKS)))
        with (
            BirdClient(tmp_path / "takes", 64531, takes, place, [BIRDS], policy, extra=EXTENDED) as one,
            BirdClient(tmp_path / "none", 64532, takes_none, place, []) as other,
        ):
            async with connected(Ourselves(WE, rs, server.port, families=(IPV4_UNICAST,))) as us:
                attributes = Attributes(Origin.IGP, AsPath.sequence(ASN), HOP)
                us.speaker.send(*pack_announcements(IPV4_UNICAST, attributes, (), singles([MARKED])))
                for client in (one, other):
                    await eventually(lambda client=client: client.route(str(MARKED)), client.log)
                us.speaker.send(marked())
                await eventually(lambda: one.route(str(MARKED)).count("(64500,") == len(MARKS), one.log)
                await eventually(lambda: not other.route(str(MARKED)), other.log)
                await eventually(lambda: ip_network(BIRDS) in us.routes, one.log)
                assert len(us.routes[ip_network(BIRDS)][1].communities) == len(MARKS)
                assert not other.route(BIRDS)
        await server.stop()

    asyncio.run(story())
