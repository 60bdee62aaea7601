# SPDX-License-Identifier: Apache-2.0
"""ExaBGP decodes what we send, over a session with our listener, and its refusal costs that session only."""

import asyncio
from ipaddress import IPv4Address, IPv4Network, ip_address

import pytest

from bfd_fastpath.net.bgp_listener import Listener
from bfd_fastpath.wire.bgp import (
    BGP_LS,
    AsPath,
    Attributes,
    Established,
    MpReach,
    NotificationReceived,
    Origin,
    Update,
)
from bfd_fastpath.wire.bgpls import LinkPerformance, LinkState
from bfd_fastpath.wire.bgpls.profile_l5 import link, node
from tests.interop.bgp.exabgp import Exabgp
from tests.interop.bgp.ourselves import ASN, Ourselves, eventually

WE, PEER = "127.0.22.1", "127.0.22.2"
A4, X4 = ip_address("198.51.100.1"), ip_address("198.51.100.2")
A6, X6 = ip_address("2001:db8::1"), ip_address("2001:db8::2")
pytestmark = pytest.mark.timeout(90)
ALL = "bgp-ls bgp-ls; ipv4 unicast; ipv6 unicast;"


def met(tmp_path, story):
    """Runs story(us, exabgp) with a session between the two."""

    async def run():
        us = Ourselves(WE, PEER, 1, connect=False)
        listener = Listener(ip_address(WE), 0)
        listener.add(us.speaker)
        await listener.start()
        with Exabgp(tmp_path / "exabgp", 64502, PEER, (WE, listener.port, ASN), ALL) as peer:
            await eventually(lambda: us.speaker.peer, peer.log)
            await story(us, peer)
        await us.speaker.stop()
        await listener.stop()

    asyncio.run(run())


def test_exabgp_decodes_nodes_and_links_of_both_families(tmp_path):
    async def story(us, peer):
        us.announce(link(A4, X4), node(X4))
        us.announce(link(A6, X6), node(X6))
        links = {f"link {A4}->{X4}", f"link {A6}->{X6}", f"node {X4}"}
        await eventually(lambda: links <= peer.link_state() and len(peer.link_state()) == 4, peer.link_state)
        us.withdraw(node(X4), link(A4, X4))
        us.withdraw(link(A6, X6))
        us.withdraw(node(X6))
        await eventually(lambda: peer.link_state() == set(), peer.link_state)

    met(tmp_path, story)


def test_exabgp_keeps_a_link_whose_quality_is_told_and_sees_the_octets(tmp_path):
    quality = LinkState.of_link(LinkPerformance(1500, (900, 2100), 70, 333_333, loss_anomalous=True))
    attributes = Attributes(Origin.IGP, AsPath.sequence(ASN), link_state=quality)
    told = {
        "generic-lsid-1114": ["0x000005DC"],
        "generic-lsid-1115": ["0x0000038400000834"],
        "generic-lsid-1116": ["0x00000046"],
        "generic-lsid-1117": ["0x80051615"],
    }

    def seen(peer):
        messages = (one["neighbor"]["message"] for one in peer.messages() if one["type"] == "update")
        found = (one.get("update", {}).get("attribute", {}).get("bgp-ls") for one in messages)
        return [each for each in found if each is not None]

    async def story(us, peer):
        us.announce(link(A4, X4), node(X4))
        us.speaker.send(Update(attributes=attributes, mp_reach=MpReach(BGP_LS, (A4,), (link(A4, X4),))))
        await eventually(lambda: seen(peer) == [told], lambda: list(peer.messages()))
        assert peer.link_state() == {f"link {A4}->{X4}", f"node {X4}"}

    met(tmp_path, story)


def test_exabgp_decodes_unicast_routes(tmp_path):
    route = IPv4Network("203.0.113.0/24")
    attributes = Attributes(
        Origin.IGP,
        AsPath.sequence(ASN, 4_200_000_000),
        IPv4Address("198.51.100.1"),
        med=5,
        communities=(0xFDE80001,),
    )

    def announced(peer):
        for message in peer.messages():
            if message["type"] == "update":
                update = message["neighbor"]["message"].get("update", {})
                if "ipv4 unicast" in update.get("announce", {}):
                    return update
        return None

    async def story(us, peer):
        us.speaker.send(Update(attributes=attributes, announced=(route,)))
        update = await eventually(lambda: announced(peer), peer.log)
        assert update["announce"]["ipv4 unicast"] == {"198.51.100.1": [{"nlri": str(route)}]}
        told = update["attribute"]
        assert told["as-path"]["0"]["value"] == [ASN, 4_200_000_000]
        assert (told["origin"], told["med"], told["community"]) == ("igp", 5, [[65000, 1]])

    met(tmp_path, story)


def test_a_refusal_by_exabgp_ends_that_session_and_the_next_one_stands(tmp_path):
    """ExaBGP 5.0 answers a node id of 16 octets with a NOTIFICATION."""

    async def story(us, peer):
        us.announce(node(X6, full=True))
        await eventually(lambda: us.told(NotificationReceived), lambda: us.events)
        await eventually(lambda: len(us.told(Established)) == 2 and us.speaker.peer, lambda: us.events)
        us.announce(node(X4))
        await eventually(lambda: f"node {X4}" in peer.link_state(), peer.log)

    met(tmp_path, story)
