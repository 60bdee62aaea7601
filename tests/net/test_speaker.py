# SPDX-License-Identifier: Apache-2.0
"""A speaker and a listener on loopback: sessions come up, carry routes, end in order, and come back."""

import asyncio
import time
from ipaddress import IPv4Address, IPv4Network, ip_address

import pytest

from bfd_fastpath.net.backoff import Backoff
from bfd_fastpath.net.speaker_settings import SpeakerSettings
from bfd_fastpath.net.tap import Direction, Flow
from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    AsPath,
    Attributes,
    CloseCause,
    Closed,
    EndOfRib,
    Established,
    MpReach,
    NotificationReceived,
    Origin,
    RefreshRequested,
    SessionError,
    Update,
    UpdateReceived,
    pack_announcements,
    singles,
)
from bfd_fastpath.wire.bgp.message import KEEPALIVE, Framer, MessageType
from bfd_fastpath.wire.bgpls.profile_l5 import link, node
from tests.net.bgp_loopback import LOOPBACK, Peer, ScriptedPeer, listening, running, session_settings, until

A, X = IPv4Address("198.51.100.1"), IPv4Address("198.51.100.2")
ATTRIBUTES = Attributes(Origin.IGP, AsPath.sequence(64500), A)
ROUTE = Update(attributes=ATTRIBUTES, announced=(IPv4Network("203.0.113.0/24"),))
PAIR = Update(
    attributes=Attributes(Origin.IGP, AsPath.sequence(64500)),
    mp_reach=MpReach(BGP_LS, (A,), (link(A, X), node(X))),
)


@pytest.mark.parametrize("address", [LOOPBACK, ip_address("::1")])
def test_routes_and_links_arrive_and_the_session_ends_in_order(address):
    async def story():
        server = Peer(64501, address, connect=False)
        async with listening(server, address=address) as listener:
            client = Peer(64500, address, remote_port=listener.port)
            async with running(client):
                await until(lambda: client.speaker.peer and server.speaker.peer)
                assert client.info.remote.port == listener.port
                assert client.info.local == server.info.remote
                before = time.monotonic_ns()
                written = client.speaker.send(ROUTE, PAIR)
                assert before <= written <= time.monotonic_ns()
                client.speaker.send_end_of_rib(BGP_LS)
                server.speaker.send_refresh(IPV4_UNICAST)
                await until(lambda: server.told(EndOfRib) and client.told(RefreshRequested))
                await client.speaker.stop("maintenance")
            await until(lambda: server.told(Closed))
        assert [event.update for event in server.told(UpdateReceived)] == [ROUTE, PAIR]
        assert server.told(NotificationReceived)[0].notification.text == "maintenance"
        assert client.told(Closed)[0].cause == CloseCause.LOCAL
        assert server.told(Closed)[0].cause == CloseCause.PEER

    asyncio.run(story())


def test_an_observer_sees_both_streams_whole():
    seen: list[tuple[Direction, bytes, int, Flow]] = []

    async def story():
        server = Peer(64501, connect=False)
        async with listening(server) as listener:
            client = Peer(64500, remote_port=listener.port, tap=lambda *piece: seen.append(piece))
            async with running(client):
                await until(lambda: client.speaker.peer and server.speaker.peer)
                client.speaker.send(PAIR)
                await until(lambda: server.told(UpdateReceived))

    asyncio.run(story())
    kinds = {}
    for direction in Direction:
        framer = Framer()
        framer.feed(b"".join(piece[1] for piece in seen if piece[0] == direction))
        kinds[direction] = list(framer.messages())
        assert framer.pending == b""
    assert [kind for kind, _ in kinds[Direction.IN]][:2] == [MessageType.OPEN, MessageType.KEEPALIVE]
    assert (MessageType.UPDATE, PAIR.encode()[19:]) in kinds[Direction.OUT]
    assert kinds[Direction.OUT][-1][0] == MessageType.NOTIFICATION
    times = [piece[2] for piece in seen]
    assert times == sorted(times)
    (flow,) = {piece[3] for piece in seen}
    assert flow.outgoing
    assert flow.local.port != flow.remote.port


def test_a_failing_observer_costs_nobody_else():
    def fail(*_):
        raise RuntimeError("disk full")

    async def story():
        server = Peer(64501, connect=False, tap=fail)
        async with listening(server) as listener:
            client = Peer(64500, remote_port=listener.port)
            async with running(client):
                await until(lambda: client.speaker.peer and server.speaker.peer)

    asyncio.run(story())


def test_a_failing_handler_costs_nobody_else():
    calls = []

    def fail(event):
        calls.append(event)
        raise RuntimeError("mistake in a handler")

    async def story():
        faulty, healthy = (
            Peer(64501, connect=False, handler=fail, session=session_settings(64501, peer_asn=64500)),
            Peer(64501, connect=False, session=session_settings(64501, peer_asn=64502)),
        )
        async with listening(faulty, healthy) as listener:
            first, second = (Peer(asn, remote_port=listener.port) for asn in (64500, 64502))
            async with running(first, second):
                await until(lambda: first.speaker.peer and second.speaker.peer)
                first.speaker.send(ROUTE)
                second.speaker.send(ROUTE)
                await until(lambda: healthy.told(UpdateReceived) and len(calls) == 2)
                assert faulty.speaker.peer is not None

    asyncio.run(story())


def test_the_session_comes_back_when_the_peer_does():
    async def story():
        server = Peer(64501, connect=False)
        client = None
        async with listening(server) as listener:
            port = listener.port
            client = Peer(64500, remote_port=port)
            client.speaker.start()
            await until(lambda: client.speaker.peer)
        await until(
            lambda: client.speaker.state in ("connect", "active") and "refused" in client.speaker.last_error
        )
        again = Peer(64501, connect=False)
        async with listening(again, port=port):
            await until(lambda: client.speaker.peer and again.speaker.peer)
            assert client.speaker.last_error == ""
            await client.speaker.stop()
        assert len(client.told(Established)) == 2

    asyncio.run(story())


def test_a_reset_session_comes_back():
    async def story():
        server = Peer(64501, connect=False)
        async with listening(server) as listener:
            client = Peer(64500, remote_port=listener.port)
            async with running(client):
                await until(lambda: client.speaker.peer and server.speaker.peer)
                server.speaker.reset()
                await until(lambda: len(client.told(Established)) == 2 and server.speaker.peer)
        assert client.told(NotificationReceived)[0].notification.subcode == 4

    asyncio.run(story())


def test_a_silent_peer_is_given_up_after_the_hold_time():
    async def story():
        server = Peer(64501, connect=False)
        async with listening(server) as listener:
            silent = await ScriptedPeer.to(listener)
            await silent.establish(64500, hold_time_s=3)
            await until(lambda: server.speaker.peer)
            began = time.monotonic()
            assert (await silent.hear_notification()).code == 4
            assert 2.9 < time.monotonic() - began < 6
            await until(lambda: server.told(Closed))
            silent.close()
        assert server.told(Closed)[0].cause == CloseCause.HOLD_TIMER

    asyncio.run(story())


def test_keepalives_keep_a_quiet_session_alive():
    async def story():
        server = Peer(64501, connect=False, session=session_settings(64501, hold_time_s=3))
        async with listening(server) as listener:
            peer = await ScriptedPeer.to(listener)
            await peer.establish(64500)
            kinds = [(await peer.hear_more())[0] for _ in range(4)]
            assert set(kinds) == {MessageType.KEEPALIVE}
            peer.close()

    asyncio.run(story())


def test_a_peer_that_vanishes_is_told_as_such():
    async def story():
        server = Peer(64501, connect=False)
        async with listening(server) as listener:
            peer = await ScriptedPeer.to(listener)
            await peer.establish(64500)
            await until(lambda: server.speaker.peer)
            peer.close()
            await until(lambda: server.told(Closed))
            assert server.told(Closed)[0].cause == CloseCause.TRANSPORT
            assert server.speaker.peer is None

    asyncio.run(story())


def test_nothing_can_be_sent_without_a_session():
    async def story():
        client = Peer(64500, connect=False)
        assert client.speaker.state == "active"
        for attempt in (
            lambda: client.speaker.send(ROUTE),
            lambda: client.speaker.send_end_of_rib(BGP_LS),
            lambda: client.speaker.limit,
        ):
            with pytest.raises(SessionError, match=r"127\.0\.0\.1"):
                attempt()

    asyncio.run(story())


def test_an_update_that_is_too_large_sends_none_of_its_batch():
    async def story():
        server = Peer(64501, connect=False, session=session_settings(64501, extended_message=False))
        async with listening(server) as listener:
            client = Peer(64500, remote_port=listener.port)
            async with running(client):
                await until(lambda: client.speaker.peer and server.speaker.peer)
                routes = tuple(IPv4Network((n << 8, 24)) for n in range(2000))
                with pytest.raises(SessionError, match="4096"):
                    client.speaker.send(ROUTE, Update(attributes=ATTRIBUTES, announced=routes))
                with pytest.raises(SessionError, match="ipv6-unicast"):
                    client.speaker.send_end_of_rib(IPV6_UNICAST)
                client.speaker.send(PAIR)
                await until(lambda: server.told(UpdateReceived))
        assert [event.update for event in server.told(UpdateReceived)] == [PAIR]

    asyncio.run(story())


def test_a_slow_peer_gets_everything_and_the_sender_can_wait_for_it():
    routes = [IPv4Network((n << 8, 24)) for n in range(50_000)]

    async def story():
        server = Peer(64501, connect=False)
        async with listening(server) as listener:
            peer = await ScriptedPeer.to(listener)
            await peer.establish(64500)
            await until(lambda: server.speaker.peer)
            updates = list(
                pack_announcements(IPV4_UNICAST, ATTRIBUTES, (), singles(routes), limit=server.speaker.limit)
            )
            sent = 0
            while server.speaker.buffered < 8 << 20:
                server.speaker.send_all(updates)
                sent += len(updates)
            waiting = asyncio.ensure_future(server.speaker.drain())
            await asyncio.sleep(0)
            assert not waiting.done()
            heard = 0
            while heard < sent:
                kind, _ = await peer.hear_more()
                heard += kind == MessageType.UPDATE
            await asyncio.wait_for(waiting, 5)
            peer.close()

    asyncio.run(story())


def test_a_peer_that_talks_and_never_reads_is_given_up():
    """RFC 9687: its KEEPALIVEs keep the hold timer quiet while what it is sent piles up."""
    updates = [ROUTE] * 100_000

    async def story():
        server = Peer(64501, connect=False, send_hold_s=0.2)
        async with listening(server) as listener:
            peer = await ScriptedPeer.to(listener)
            await peer.establish(64500)
            await until(lambda: server.speaker.peer)
            while server.speaker.buffered < 8 << 20:
                server.speaker.send_all(updates)

            def given_up():
                peer.say(KEEPALIVE)
                return server.told(Closed)

            (closed,) = await until(given_up)
            assert (closed.cause, "took nothing" in closed.text) == (CloseCause.TRANSPORT, True)
            assert server.speaker.buffered == 0
            peer.close()

    asyncio.run(story())


def test_the_configured_local_end_is_used():
    async def story():
        server = Peer(64501, ip_address("127.0.0.7"), connect=False)
        async with listening(server) as listener:
            client = Peer(
                64500, remote_port=listener.port, local=ip_address("127.0.0.7"), local_port=listener.port
            )
            async with running(client):
                await until(lambda: client.speaker.peer)
                assert str(client.info.local) == f"127.0.0.7:{listener.port}"

    asyncio.run(story())


def test_an_address_that_is_not_ours_is_named_in_the_error():
    async def story():
        client = Peer(64500, local=ip_address("192.0.2.77"))
        async with running(client):
            await until(lambda: client.speaker.last_error)
        assert "192.0.2.77" in client.speaker.last_error

    asyncio.run(story())


def test_stopping_before_the_session_stands_is_quiet():
    async def story():
        client = Peer(64500, remote_port=1)
        client.speaker.start()
        await until(lambda: client.speaker.last_error)
        await client.speaker.stop()
        assert client.speaker.state == "stopped"
        assert client.events == []

    asyncio.run(story())


def test_open_and_keepalive_that_come_in_one_piece_establish():
    async def story():
        server = Peer(64501, connect=False)
        async with listening(server) as listener:
            peer = await ScriptedPeer.to(listener)
            peer.say(session_settings(64500).open().encode() + KEEPALIVE + ROUTE.encode())
            await until(lambda: server.told(UpdateReceived))
            peer.close()

    asyncio.run(story())


def test_delays_double_up_to_the_bound_and_begin_anew():
    backoff = Backoff(1.0, 5.0, lambda: 1.0)
    assert [backoff.delay_s() for _ in range(5)] == [1, 2, 4, 5, 5]
    backoff.reset()
    assert backoff.delay_s() == 1
    assert Backoff(1.0, 5.0, lambda: 0.0).delay_s() == 0.75


@pytest.mark.parametrize(
    "bad",
    [
        {"local": ip_address("::1")},
        {"password": b""},
        {"password": b"x" * 81},
        {"reconnect_first_s": 5.0, "reconnect_most_s": 1.0},
    ],
)
def test_settings_that_make_no_sense_are_refused(bad):
    with pytest.raises(ValueError):
        SpeakerSettings(session_settings(64500), LOOPBACK, **bad)
