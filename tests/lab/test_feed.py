# SPDX-License-Identifier: Apache-2.0
"""A dump goes into a router's session and comes out of the router again as the same dump."""

import asyncio
import base64
import bz2
import gzip
import io
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from bfd_fastpath.lab import feed
from bfd_fastpath.net.speaker_settings import SpeakerSettings
from bfd_fastpath.prefixes import PrefixMap, Run
from bfd_fastpath.router.route_dump import RouteDump
from bfd_fastpath.wire import mrt
from bfd_fastpath.wire.bgp import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    AsPath,
    Attributes,
    BgpError,
    Origin,
    SessionSettings,
)
from bfd_fastpath.wire.bgp.attributes import encode_attributes
from bfd_fastpath.wire.bgp.message import HEADER
from bfd_fastpath.wire.bgp.update_decoder import UpdateDecoder
from tests.router.exchange import AS_SERVER, LOOPBACK, Exchange, client, until

B, B6 = ip_address("198.51.100.2"), ip_address("2001:db8::2")
ID = IPv4Address("192.0.2.250")
FOUR = encode_attributes(Attributes(Origin.IGP, AsPath.sequence(64501, 4_200_000_000), B, communities=(7,)))
OTHER = encode_attributes(Attributes(Origin.EGP, AsPath.sequence(64502), B, med=3))
PLAIN = encode_attributes(Attributes(Origin.IGP, AsPath.sequence(64501)))
SIX = bytes.fromhex("800e1110") + B6.packed + PLAIN
SIX_WHOLE = bytes.fromhex("800e1500020110") + B6.packed + b"\0" + PLAIN
TABLE = {
    **{ip_network((0x14000000 + (n << 8), 24)): FOUR if n % 3 else OTHER for n in range(3000)},
    **{ip_network((0x20010DB8 << 96 | n << 80, 48)): SIX for n in range(1, 500)},
}


def written(table) -> bytes:
    """A dump of two peers; what the first says of each prefix is of no use."""
    peers = [mrt.Peer(1, ID, LOOPBACK), mrt.Peer(AS_SERVER, ID, B)]
    parts = [mrt.peer_table(7, ID, peers)]
    for number, (prefix, attributes) in enumerate(table.items()):
        (run,) = Run.of([prefix])
        entries = (mrt.RibEntry(0, 7, b""), mrt.RibEntry(1, 7, attributes))
        parts.append(mrt.rib(7, number, mrt.RibRecord(prefix.version, run.octets, entries)))
    return b"".join(parts)


def held(table) -> dict[object, bytes]:
    return {one: value for version in (4, 6) for value, run in table.runs(version) for one in run}


@pytest.mark.parametrize(
    ("name", "pack"), [("t.mrt", bytes), ("t.mrt.gz", gzip.compress), ("t.mrt.bz2", bz2.compress)]
)
def test_a_dump_is_loaded_packed_or_not(tmp_path, name, pack):
    file = tmp_path / name
    file.write_bytes(pack(written(TABLE)))
    assert held(feed.load(file, peer=B)) == TABLE
    assert set(held(feed.load(file)).values()) == {b""}, "the first peer's"
    assert list(held(feed.load(file, peer=B, limit=2))) == list(TABLE)[:2]
    with pytest.raises(KeyError):
        feed.load(file, peer=B6)


@pytest.mark.parametrize("octets", [SIX, SIX_WHOLE])
def test_updates_carry_what_the_dump_has_and_fit_the_limit(octets):
    decoder = UpdateDecoder(frozenset({IPV4_UNICAST, IPV6_UNICAST}))
    (run,) = Run.of(one for one in TABLE if one.version == 6)
    messages = list(feed.updates(6, octets, run, limit=1000))
    assert max(map(len, messages)) <= 1000
    read = [update for one in messages for update in decoder.decode(one[HEADER.size :]).updates]
    assert [prefix for one in read for prefix in one.mp_reach.nlris] == list(run)
    assert {one.mp_reach.next_hops for one in read} == {(B6,)}
    assert {encode_attributes(one.attributes) for one in read} == {PLAIN}


@pytest.mark.parametrize(
    "octets", [b"", PLAIN, b"\x40\x01\x02", bytes.fromhex("400101ff"), bytes.fromhex("800e020100")]
)
def test_attributes_that_cannot_be_announced_are_refused(octets):
    (run,) = Run.of([ip_network("192.0.2.0/24")])
    with pytest.raises((BgpError, ValueError)):
        list(feed.updates(4, octets, run, limit=4096))


def test_a_table_goes_in_and_out_of_a_router_as_it_is(eal):
    async def main():
        table: PrefixMap[bytes] = PrefixMap()
        for prefix, attributes in {**TABLE, ip_network("192.0.2.0/24"): PLAIN}.items():
            table.set(Run.of([prefix])[0], attributes)
        session = SessionSettings(AS_SERVER, ID, families=(IPV4_UNICAST, IPV6_UNICAST))
        settings = SpeakerSettings(session, LOOPBACK, connect=False)
        feeder = feed.Feeder(table, settings, listen=(LOOPBACK, 0))
        async with Exchange() as exchange:
            feeding = asyncio.ensure_future(feeder.run())
            port = await until(lambda: feeder.port)
            a = await exchange.start(client("a", port, extra="[forwarding]\nenabled = true", bfd=False))
            fed = await feeding
            assert (fed.prefixes, fed.left_out) == (len(TABLE), 1), "one has no next hop"
            (peer,) = a.peers()
            await until(lambda: len(peer.learned), lambda seen: seen == len(TABLE))
            await until(a.engine.routes.info, lambda seen: seen.ipv4_routes > 3000 and seen.ipv6_routes > 499)
            dump, octets, cursor = RouteDump(a), b"", None
            while True:
                page = dump.page(cursor)
                octets += base64.b64decode(page["records"])
                if page["next"] is None:
                    break
                cursor = page["next"]
            peers, *records = mrt.read_table(io.BytesIO(octets).read)
            assert peers == (mrt.Peer(AS_SERVER, ID, LOOPBACK),)
            found = {}
            for one in records:
                (entry,) = one.entries
                run = Run.read(one.version, one.nlri, 0, len(one.nlri))
                assert run is not None
                found[run[0]] = entry.attributes
            assert found == TABLE
            with pytest.raises(KeyError):
                dump.page(cursor)
            await feeder.stop()

    asyncio.run(main())
