# SPDX-License-Identifier: Apache-2.0
"""What our speaker negotiates beyond routes, with BIRD: roles, refreshes with marks, graceful restart, words at the end, MD5."""

import asyncio
import os
import signal
from dataclasses import replace
from ipaddress import ip_network

import pytest

from bfd_fastpath.bench.daemons.bird import Bird
from bfd_fastpath.wire.bgp import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    CloseCause,
    Closed,
    NotificationReceived,
    RefreshBegun,
    RefreshEnded,
    Role,
)
from tests.interop.bgp.ourselves import ASN, Ourselves, connected, eventually

pytestmark = pytest.mark.interop("bird")

DAEMON, WE = "127.0.23.1", "127.0.23.2"
ROUTE = ip_network("203.0.113.0/24")
UNICAST = (IPV4_UNICAST, IPV6_UNICAST)


@pytest.fixture
def bird(tmp_path):
    extra = "local role rs_server; graceful restart on; graceful restart time 77;"
    with Bird(tmp_path / "bird", 64511, DAEMON, (WE, ASN), extra) as daemon:
        yield daemon


def ourselves(bird: Bird, **session) -> Ourselves:
    us = Ourselves(WE, DAEMON, bird.port, families=UNICAST)
    settings = us.speaker.settings
    us.speaker.settings = replace(
        settings,
        session=replace(settings.session, enhanced_refresh=True, graceful_restart_helper=True, **session),
    )
    return us


def test_a_route_server_takes_its_client_and_no_other_role(bird):
    async def story():
        async with connected(ourselves(bird, role=Role.RS_CLIENT, strict_role=True)) as us:
            assert us.speaker.peer.capabilities.role == Role.RS
        wrong = ourselves(bird, role=Role.PEER)
        wrong.speaker.start()
        await eventually(
            lambda: "beside ours, peer" in wrong.speaker.last_error, lambda: wrong.speaker.last_error
        )
        await wrong.speaker.stop()

    asyncio.run(story())


def test_a_refresh_comes_between_its_marks(bird):
    async def story():
        async with connected(ourselves(bird)) as us:
            await asyncio.to_thread(bird.announce, [str(ROUTE)])
            await eventually(lambda: ROUTE in us.routes)
            assert us.speaker.peer.enhanced_refresh
            us.routes.clear()
            us.speaker.send_refresh(IPV4_UNICAST)
            await eventually(lambda: us.told(RefreshEnded))
            assert us.told(RefreshBegun) == [RefreshBegun(IPV4_UNICAST)]
            assert us.told(RefreshEnded) == [RefreshEnded(IPV4_UNICAST)]
            assert ROUTE in us.routes

    asyncio.run(story())


def test_a_restart_is_offered_and_a_killed_peer_breaks_without_a_word(bird):
    async def story():
        async with connected(ourselves(bird)) as us:
            graceful = us.speaker.peer.capabilities.graceful_restart
            assert (graceful.time_s, graceful.families) == (77, frozenset(UNICAST))
            os.kill(bird.process.pid, signal.SIGKILL)
            await eventually(lambda: us.told(Closed))
            assert us.told(Closed)[0].cause is CloseCause.TRANSPORT
            assert us.told(NotificationReceived) == []

    asyncio.run(story())


def test_the_words_at_the_end_are_read_and_shown(bird):
    """RFC 9003."""

    async def story():
        async with connected(ourselves(bird)) as us:
            await asyncio.to_thread(bird.tell, 'disable peer1 "maintenance till noon"')
            await eventually(lambda: us.told(Closed))
            (said,) = us.told(NotificationReceived)
            assert said.notification.text == "maintenance till noon"
            assert "maintenance till noon" in us.speaker.last_error

    asyncio.run(story())
