# SPDX-License-Identifier: Apache-2.0
"""The listener: whom a connection is for, who is turned away and how, colliding connections, ports that cannot be had."""

import asyncio
from ipaddress import ip_address

import pytest

from bfd_fastpath.net import tcp
from bfd_fastpath.net.bgp_listener import Listener
from bfd_fastpath.wire.bgp import Closed, Established
from bfd_fastpath.wire.bgp.message import KEEPALIVE, MessageType, frame
from tests.net.bgp_loopback import LOOPBACK, Peer, ScriptedPeer, listening, running, session_settings, until


def test_peers_at_one_address_are_told_apart_by_their_open():
    async def story():
        asns = (64500, 64502, 64503)
        servers = [Peer(64501, connect=False, session=session_settings(64501, peer_asn=asn)) for asn in asns]
        async with listening(*servers) as listener:
            clients = [Peer(asn, remote_port=listener.port) for asn in reversed(asns)]
            async with running(*clients):
                await until(lambda: all(server.speaker.peer for server in servers))
                assert [server.info.asn for server in servers] == list(asns)

    asyncio.run(story())


def test_routers_of_one_as_are_told_apart_by_their_identifier():
    async def story():
        identifiers = [ip_address("10.9.0.1"), ip_address("10.9.0.2")]
        servers = [
            Peer(64501, connect=False, session=session_settings(64501, peer_router_id=each))
            for each in identifiers
        ]
        async with listening(*servers) as listener:
            ours = [session_settings(64500), session_settings(64500)]
            for settings, each in zip(ours, reversed(identifiers), strict=True):
                object.__setattr__(settings, "router_id", each)
            clients = [Peer(64500, remote_port=listener.port, session=settings) for settings in ours]
            async with running(*clients):
                await until(lambda: all(server.speaker.peer for server in servers))
                assert [server.info.router_id for server in servers] == identifiers

    asyncio.run(story())


def test_a_stranger_is_turned_away():
    async def story():
        server = Peer(64501, ip_address("127.0.0.9"), connect=False)
        async with listening(server) as listener:
            stranger = await ScriptedPeer.to(listener)
            notification = await stranger.hear_notification()
            assert (notification.code, notification.subcode) == (6, 5)
            assert listener.refused == 1
            stranger.close()

    asyncio.run(story())


REFUSED = {
    "wrong AS": (session_settings(64999).open().encode(), (2, 2)),
    "no BGP": (b"GET / HTTP/1.1\r\n\r\n.", (1, 1)),
    "keepalive first": (KEEPALIVE, (5, 1)),
    "hold time 1": (frame(MessageType.OPEN, bytes.fromhex("04fbf40001c000020100")), (2, 6)),
}


@pytest.mark.parametrize(("octets", "codes"), REFUSED.values(), ids=REFUSED)
def test_a_bad_beginning_is_answered_and_harms_nobody(octets, codes):
    async def story():
        server = Peer(64501, connect=False, session=session_settings(64501, peer_asn=64500))
        async with listening(server) as listener:
            bad = await ScriptedPeer.to(listener)
            bad.say(octets)
            notification = await bad.hear_notification()
            assert (notification.code, notification.subcode) == codes
            good = await ScriptedPeer.to(listener)
            await good.establish(64500)
            await until(lambda: server.speaker.peer)
            bad.close()
            good.close()

    asyncio.run(story())


def test_a_bad_beginning_whose_peer_is_configured_no_longer_is_answered():
    async def story():
        server = Peer(64501, connect=False, session=session_settings(64501, peer_asn=64500))
        other = Peer(64501, ip_address("127.0.0.9"), connect=False)
        async with listening(server, other) as listener:
            bad = await ScriptedPeer.to(listener)
            await until(lambda: listener.pending)
            listener.remove(server.speaker)
            bad.say(b"GET / HTTP/1.1\r\n\r\n.")
            notification = await bad.hear_notification()
            assert (notification.code, notification.subcode) == (1, 1)
            bad.close()
            listener.add(server.speaker)

    asyncio.run(story())


def test_who_says_nothing_is_dropped():
    async def story():
        server = Peer(64501, connect=False)
        async with listening(server, open_timeout_s=0.05) as listener:
            mute = await ScriptedPeer.to(listener)
            try:
                assert await mute.hear() is None
            except ConnectionResetError:
                pass
            mute.close()

    asyncio.run(story())


def test_a_second_connection_beside_an_established_one_is_refused():
    async def story():
        server = Peer(64501, connect=False)
        async with listening(server) as listener:
            first, second = await ScriptedPeer.to(listener), await ScriptedPeer.to(listener)
            await first.establish(64500)
            await until(lambda: server.speaker.peer)
            second.open(64500)
            notification = await second.hear_notification()
            assert (notification.code, notification.subcode) == (6, 7)
            assert server.speaker.peer is not None
            assert server.told(Closed) == []
            first.close()
            second.close()

    asyncio.run(story())


def test_of_two_connections_made_at_once_one_stays():
    """Both ends connect and listen: whatever the order, they agree on one connection and keep it."""

    async def story():
        high, low = ip_address("127.0.0.22"), ip_address("127.0.0.21")
        first, second = Listener(low), Listener(high)
        first.port = second.port = 0
        await first.start()
        await second.start()
        a = Peer(64500, high, remote_port=second.port, local=low)
        b = Peer(64501, low, remote_port=first.port, local=high)
        first.add(a.speaker)
        second.add(b.speaker)
        async with running(a, b):
            await until(lambda: a.speaker.peer and b.speaker.peer and a.info.local == b.info.remote)
            settled = a.info
            for _ in range(50):
                await asyncio.sleep(0.01)
                assert a.speaker.peer == settled
            assert b.info.remote == settled.local
            assert len(a.told(Established)) - len([e for e in a.told(Closed) if e.was_established]) == 1
        await first.stop()
        await second.stop()

    asyncio.run(story())


def test_a_higher_identifier_keeps_its_own_connection():
    """Our connection waits in OpenSent while the peer's comes in; the peer's identifier is lower, so ours stays."""

    async def story():
        accepted: asyncio.Queue[ScriptedPeer] = asyncio.Queue()

        async def accept(reader, writer):
            await accepted.put(ScriptedPeer(reader, writer))

        far = await asyncio.start_server(accept, "127.0.0.1", 0)
        port = far.sockets[0].getsockname()[1]
        ours = Peer(64501, remote_port=port)
        async with listening(ours) as listener:
            ours.speaker.start()
            outgoing = await accepted.get()
            await outgoing.hear_open()
            incoming = await ScriptedPeer.to(listener)
            incoming.open(64500)
            notification = await incoming.hear_notification()
            assert (notification.code, notification.subcode) == (6, 7)
            outgoing.open(64500)
            outgoing.say(KEEPALIVE)
            await until(lambda: ours.speaker.peer)
            assert len(ours.events) == 1
            outgoing.close()
            incoming.close()
        far.close()

    asyncio.run(story())


def test_a_lower_identifier_yields_to_the_peers_connection():
    async def story():
        accepted: asyncio.Queue[ScriptedPeer] = asyncio.Queue()

        async def accept(reader, writer):
            await accepted.put(ScriptedPeer(reader, writer))

        far = await asyncio.start_server(accept, "127.0.0.1", 0)
        ours = Peer(64501, remote_port=far.sockets[0].getsockname()[1])
        async with listening(ours) as listener:
            ours.speaker.start()
            outgoing = await accepted.get()
            await outgoing.hear_open()
            incoming = await ScriptedPeer.to(listener)
            await incoming.establish(64502)
            notification = await outgoing.hear_notification()
            assert (notification.code, notification.subcode) == (6, 7)
            await until(lambda: ours.speaker.peer)
            outgoing.close()
            incoming.close()
        far.close()

    asyncio.run(story())


def test_a_busy_port_is_named_with_the_remedy():
    async def story():
        async with listening() as listener:
            with pytest.raises(tcp.TcpError, match=rf"127\.0\.0\.1:{listener.port} is in use.*another port"):
                await Listener(LOOPBACK, listener.port).start()

    asyncio.run(story())


def test_an_address_of_another_machine_is_named():
    with pytest.raises(tcp.TcpError, match=r"192\.0\.2\.77.*no interface"):
        asyncio.run(Listener(ip_address("192.0.2.77"), 1790).start())


def test_a_forbidden_port_is_named_with_the_remedy():
    error = tcp.bind_error(PermissionError(13, "Permission denied"), LOOPBACK, 179)
    assert "CAP_NET_BIND_SERVICE" in str(error)


def test_speakers_can_be_added_and_removed_while_listening():
    async def story():
        server = Peer(64501, connect=False)
        async with listening() as listener:
            listener.add(server.speaker)
            client = Peer(64500, remote_port=listener.port)
            async with running(client):
                await until(lambda: server.speaker.peer)
                listener.remove(server.speaker)
                assert listener.speakers() == ()
                await server.speaker.stop()
                await until(lambda: listener.refused)

    asyncio.run(story())


def test_a_speaker_that_has_stopped_takes_no_connection():
    async def story():
        server = Peer(64501, connect=False)
        async with listening(server) as listener:
            await server.speaker.stop()
            late = await ScriptedPeer.to(listener)
            late.say(session_settings(64500).open().encode())
            notification = await late.hear_notification()
            assert (notification.code, notification.subcode) == (6, 5)
            assert (server.speaker.state, server.events) == ("stopped", [])
            late.close()

    asyncio.run(story())
