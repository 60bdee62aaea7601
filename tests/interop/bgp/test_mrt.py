# SPDX-License-Identifier: Apache-2.0
"""Table dumps beside others': GoBGP takes ours, and we read BIRD's."""

import asyncio
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.bench.daemons.bird import Bird
from bfd_fastpath.bench.daemons.gobgpd import Gobgpd
from bfd_fastpath.lab import feed
from bfd_fastpath.prefixes import Run
from bfd_fastpath.wire import mrt
from bfd_fastpath.wire.bgp import IPV4_UNICAST, IPV6_UNICAST, AsPath, Attributes, MpReach, Origin, Update
from bfd_fastpath.wire.bgp.attributes import encode_attributes
from tests.interop.bgp.ourselves import ASN, Ourselves, connected, eventually
from tests.interop.support.poll import until

DAEMON, WE = "127.0.24.1", "127.0.24.2"
FOUR, SIX = ip_network("203.0.113.0/25"), ip_network("2001:db8:113::/48")
B, B6 = ip_address("198.51.100.2"), ip_address("2001:db8::2")
PATH = Attributes(Origin.IGP, AsPath.sequence(ASN, 4_200_000_000), communities=(0xFDE80001,))


@pytest.mark.interop("gobgpd")
def test_gobgp_takes_our_dump(tmp_path):
    """Of IPv4: GoBGP 3.10 does not read the short MP_REACH that RFC 6396 4.3.4 wants for IPv6. Its command ends when it has
    sent, and what the daemon has not taken by then is lost: so it is given more than once."""
    time_s = 1_700_000_000
    peers = [mrt.Peer(64499, IPv4Address("192.0.2.250"), ip_address(WE))]
    attributes = encode_attributes(Attributes(PATH.origin, PATH.as_path, B, communities=PATH.communities))
    octets = mrt.peer_table(time_s, IPv4Address("192.0.2.1"), peers)
    for number, prefix in enumerate([FOUR, *FOUR.supernet(8).subnets(8)][:64]):
        (run,) = Run.of([prefix])
        octets += mrt.rib(
            time_s, number, mrt.RibRecord(4, run.octets, (mrt.RibEntry(0, time_s, attributes),))
        )
    file = tmp_path / "ours.mrt"
    file.write_bytes(octets)
    with Gobgpd(tmp_path / "gobgpd", 64510, DAEMON, [(WE, ASN)]) as gobgpd:

        def given() -> str:
            gobgpd.tell("mrt", "inject", "global", str(file))
            return _row(gobgpd, FOUR)

        row = until(given, what=str(FOUR))
        assert str(B) in row
        assert f"{ASN} 4200000000" in row
        assert "65000:1" in row


def _row(gobgpd, prefix):
    """GoBGP's line about the prefix."""
    return next((one for one in gobgpd.tell("global", "rib").splitlines() if str(prefix) in one), "")


@pytest.mark.interop("bird")
def test_we_read_birds_dump(tmp_path):
    async def story():
        with Bird(tmp_path / "bird", 64511, DAEMON, (WE, ASN)) as bird:
            us = Ourselves(WE, DAEMON, bird.port, families=(IPV4_UNICAST, IPV6_UNICAST))
            async with connected(us):
                attributes = Attributes(PATH.origin, PATH.as_path, B, communities=PATH.communities)
                us.speaker.send(
                    Update(attributes=attributes, announced=(FOUR,)),
                    Update(attributes=PATH, mp_reach=MpReach(IPV6_UNICAST, (B6,), (SIX,))),
                )
                await eventually(
                    lambda: str(FOUR) in bird.tell("show route"), lambda: bird.tell("show route")
                )
                await eventually(lambda: str(SIX) in bird.tell("show route"))
                found = {}
                for version, table in ((4, "master4"), (6, "master6")):
                    file = tmp_path / f"{table}.mrt"
                    await asyncio.to_thread(bird.tell, f'mrt dump table "{table}" to "{file}"')
                    await eventually(lambda file=file: file.exists() and file.stat().st_size > 100)
                    found[version] = feed.load(file, peer=ip_address(WE)).runs(version)
                return found

    found = asyncio.run(story())
    for version, prefix, hop in ((4, FOUR, B), (6, SIX, B6)):
        ((octets, run),) = found[version]
        assert tuple(run) == (prefix,)
        (message,) = feed.updates(version, octets, run, limit=4096)
        assert hop.packed in message
        assert bytes.fromhex("02020000fbf4fa56ea00") in message, "the AS path"
