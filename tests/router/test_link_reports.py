# SPDX-License-Identifier: Apache-2.0
"""Two routers and a route server: A tells the quality of its link to B, no more often than it is worth it."""

import asyncio

import pytest

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.router.events import BfdState
from tests.router.exchange import PREFIX_B, B, Exchange, client, session, state, until, up, via

pytestmark = pytest.mark.eal

ECHO = 'link-quality = true\ndesired-min-echo-tx-interval = "50ms"\nrequired-min-echo-rx-interval = "50ms"\n'
ON = '[report]\nlink-quality = true\nlink-quality-interval = "1s"\n'
#: Nothing that a loaded machine does to an echo counts as a change.
DULL = 'link-quality-threshold = 1000\nlink-quality-delay-floor = "10s"\nlink-quality-loss-floor = 100\n'


def told(router):
    (peer,) = router.peers()
    return {one["address"]: one for one in peer.view(0)["told"]}


def updates(router):
    (peer,) = router.peers()
    return peer.view(0)["updates-sent"]


async def rounds(router, count):
    """So many rounds of looks go by."""
    for _ in range(count):
        now = router.link_reports.next_deadline()
        await until(router.link_reports.next_deadline, lambda seen, now=now: seen > now)


async def met(exchange, report):
    port = await exchange.serve()
    a = await exchange.start(client("a", port, extra=ECHO + report))
    await exchange.start(client("b", port, announce=via(PREFIX_B, B), extra=ECHO))
    await up(a, B)
    return a, port


def test_delay_and_loss_arrive_in_what_is_told_and_do_not_churn(eal):
    async def main():
        async with Exchange() as exchange:
            a, _ = await met(exchange, ON + DULL)
            quality = (await until(lambda: told(a).get(str(B), {}), lambda seen: "link-quality" in seen))[
                "link-quality"
            ]
            delays = quality["link-delay-range"]
            assert 0 < delays["min-us"] <= quality["link-delay"]["us"] <= delays["max-us"]
            assert (
                delays["max-us"] <= a.engine.sessions.quality(session(a, B).id).round_trip.max_ns / 2000 + 1
            )
            await until(lambda: "link-loss" in told(a)[str(B)]["link-quality"])
            await rounds(a, 1)
            before = updates(a)
            await rounds(a, 2)
            assert updates(a) == before, "no report without a change that is worth it"
            exchange.cut()
            await until(lambda: told(a).get(str(B), {})["state"], lambda seen: seen == "down")
            assert "link-quality" not in told(a)[str(B)]

    asyncio.run(main())


def test_a_reload_switches_it_on_and_off_and_no_session_notices(eal):
    async def main():
        async with Exchange() as exchange:
            a, port = await met(exchange, "")
            assert a.link_reports.next_deadline() is None
            await a.reload(client("a", port, extra=ECHO + ON))
            await until(lambda: "link-quality" in told(a)[str(B)])
            await a.reload(client("a", port, extra=ECHO))
            assert "link-quality" not in told(a)[str(B)]
            assert told(a)[str(B)]["state"] == "up"
            assert a.link_reports.next_deadline() is None
            assert state(a, B) is Reachability.UP
            await until(lambda: [one.new for one in exchange.seen("a", BfdState)][-1:] == ["up"])
            assert not [one for one in exchange.seen("a", BfdState) if one.old == "up"]

    asyncio.run(main())
