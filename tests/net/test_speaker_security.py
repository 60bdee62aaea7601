# SPDX-License-Identifier: Apache-2.0
"""TCP-MD5 and GTSM over loopback, with the kernel as the judge. Neither needs root."""

import asyncio
import socket
from ipaddress import ip_address

import pytest

from bfd_fastpath.net.tcp import md5_option
from tests.net.bgp_loopback import LOOPBACK, Peer, ScriptedPeer, listening, running, session_settings, until

HOSTS = [LOOPBACK, ip_address("::1")]


@pytest.mark.parametrize("address", HOSTS)
def test_peers_with_one_password_meet(address):
    async def story():
        server = Peer(64501, address, connect=False, password=b"s3cret")
        async with listening(server, address=address) as listener:
            client = Peer(64500, address, remote_port=listener.port, password=b"s3cret")
            async with running(client):
                await until(lambda: client.speaker.peer and server.speaker.peer)

    asyncio.run(story())


@pytest.mark.parametrize("password", [None, b"wrong"])
@pytest.mark.parametrize("address", HOSTS)
def test_a_peer_without_the_password_gets_no_answer(address, password):
    async def story():
        server = Peer(64501, address, connect=False, password=b"s3cret")
        async with listening(server, address=address) as listener:
            client = Peer(64500, address, remote_port=listener.port, password=password, connect_timeout_s=0.3)
            async with running(client):
                await until(lambda: "no answer in time" in client.speaker.last_error)
            assert listener.refused == 0

    asyncio.run(story())


def test_a_speaker_added_later_has_its_password_at_once():
    async def story():
        server = Peer(64501, connect=False, password=b"s3cret")
        async with listening() as listener:
            listener.add(server.speaker)
            client = Peer(64500, remote_port=listener.port, password=b"s3cret")
            async with running(client):
                await until(lambda: client.speaker.peer)
            await server.speaker.stop()

    asyncio.run(story())


def test_one_address_has_one_password():
    async def story():
        async with listening(Peer(64501, connect=False, password=b"one")) as listener:
            with pytest.raises(ValueError, match="share one"):
                listener.add(Peer(64501, connect=False, password=b"two").speaker)

    asyncio.run(story())


def test_a_password_has_a_length_the_kernel_takes():
    assert len(md5_option(LOOPBACK, b"x" * 80)) == 216
    for bad in (b"", b"x" * 81):
        with pytest.raises(ValueError):
            md5_option(LOOPBACK, bad)


@pytest.mark.parametrize("address", HOSTS)
def test_neighbours_one_hop_away_meet_under_gtsm(address):
    async def story():
        server = Peer(64501, address, connect=False, gtsm=True)
        async with listening(server, address=address) as listener:
            client = Peer(64500, address, remote_port=listener.port, gtsm=True)
            async with running(client):
                await until(lambda: client.speaker.peer and server.speaker.peer)

    asyncio.run(story())


@pytest.mark.parametrize(("ttl", "heard"), [(255, True), (254, False), (64, False)])
def test_segments_that_crossed_a_router_are_dropped_under_gtsm(ttl, heard):
    """The lower TTL stands for a router in between: the kernel drops the OPEN before we see it."""

    async def story():
        server = Peer(64501, connect=False, gtsm=True)
        async with listening(server) as listener:
            sock = socket.socket()
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
            loop = asyncio.get_running_loop()
            await asyncio.wait_for(loop.sock_connect(sock, ("127.0.0.1", listener.port)), 5)
            await until(lambda: listener.pending == 1)
            peer = ScriptedPeer(*await asyncio.open_connection(sock=sock))
            peer.say(session_settings(64500).open().encode())
            if heard:
                await peer.hear_open()
            else:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(peer.hear_open(), 0.5)
                assert listener.pending == 1
            peer.close()

    asyncio.run(story())


def test_settings_that_are_shown_do_not_show_the_password():
    """Logs and tracebacks show settings."""
    assert "s3cret" not in repr(Peer(64500, password=b"s3cret").speaker.settings)
