# SPDX-License-Identifier: Apache-2.0
"""Rule 6 in a whole router: all next hops of a port fall silent while BGP stays up."""

import asyncio

import pytest

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.router import nhib_views, views
from bfd_fastpath.router.events import FuseBlown, FuseMended, NextHopChanged, RoutesWithdrawn, Told
from pydp import NextHopState
from tests.router.exchange import B6, PREFIX_B, B, Exchange, client, session, state, until, up, via

pytestmark = pytest.mark.eal
DOWN = Reachability.DOWN


async def fused(exchange, hold):
    """A, with a fuse for its two next hops; both are Up at 50 ms x 4, and told."""
    port = await exchange.serve()
    extra = f'[fuse]\nat-least = 2\nhold = "{hold}"\n'
    a = await exchange.start(client("a", port, extra=extra))
    await exchange.start(client("b", port, announce=via(PREFIX_B, B)))
    await up(a, B, B6)
    for address in (B, B6):
        await until(
            lambda address=address: session(a, address).detection_time_us, lambda seen: seen == 200_000
        )
    await until(lambda: told(exchange), lambda seen: {(B, "up"), (B6, "up")} <= set(seen))
    return a, port


def told(exchange):
    return [(one.address, one.state) for one in exchange.seen("a", Told)]


def test_reports_wait_slots_do_not_and_what_is_still_down_is_reported(eal):
    async def main():
        async with Exchange() as exchange:
            a, _ = await fused(exchange, "700ms")
            exchange.cut()
            (blown,) = await until(lambda: exchange.seen("a", FuseBlown))
            assert (blown.port, blown.next_hops, blown.missing, blown.hold_us) == ("lan0", 2, 2, 700_000)
            assert blown.address in (B, B6)
            await until(lambda: [state(a, B), state(a, B6)], lambda seen: seen == [DOWN, DOWN])
            assert session(a, B).nexthop_state is session(a, B6).nexthop_state is NextHopState.DEAD
            (mended,) = await until(lambda: exchange.seen("a", FuseMended))
            assert (mended.reported, mended.spared) == (2, 0)
            await until(lambda: told(exchange)[-2:], lambda seen: set(seen) == {(B, "down"), (B6, "down")})
            for one in exchange.seen("a", Told):
                assert one.state != "down" or one.time_ns >= blown.time_ns + 700_000_000
            await until(lambda: exchange.seen("a", RoutesWithdrawn))

    asyncio.run(main())


def test_a_fault_of_our_own_that_passes_withdraws_nothing(eal):
    async def main():
        async with Exchange() as exchange:
            a, port = await fused(exchange, "300s")
            exchange.cut()
            await until(lambda: [state(a, B), state(a, B6)], lambda seen: seen == [DOWN, DOWN])
            seen = nhib_views.nexthops(a)["next-hops"]
            assert [one["report-held"]["by"] for one in seen] == ["fuse", "fuse"]
            fuse = views.reporter(a)["fuse"]
            assert (fuse["times-blown"], fuse["blown"][0]["missing"]) == (1, 2)
            exchange.cut(False)
            await up(a, B, B6)
            assert {new for _, new in told(exchange)} == {"up"}
            assert not exchange.seen("a", RoutesWithdrawn)
            assert (B, "down") in [(one.address, one.new) for one in exchange.seen("a", NextHopChanged)]
            assert [one["report-held"] for one in nhib_views.nexthops(a)["next-hops"]] == [None, None]
            await a.reload(client("a", port, extra="[fuse]\nenabled = false\n"))
            (mended,) = await until(lambda: exchange.seen("a", FuseMended))
            assert (mended.reported, mended.spared) == (0, 2)

    asyncio.run(main())


def test_a_session_that_begins_meanwhile_is_told_nothing_of_what_is_held(eal):
    async def main():
        async with Exchange() as exchange:
            a, port = await fused(exchange, "300s")
            exchange.cut()
            await until(lambda: [state(a, B), state(a, B6)], lambda seen: seen == [DOWN, DOWN])
            (server,) = a.peers()
            assert server.reporting
            entries = {one.address: one.state for one in a.reports.entries(True)}
            assert entries == {B: Reachability.UNKNOWN, B6: Reachability.UNKNOWN}
            assert {one.state for one in a.reports.entries(False)} == {Reachability.UP}
            await a.reload(client("a", port, extra="[fuse]\nenabled = false\n"))
            await until(lambda: told(exchange)[-2:], lambda seen: set(seen) == {(B, "down"), (B6, "down")})

    asyncio.run(main())
