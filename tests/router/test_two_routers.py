# SPDX-License-Identifier: Apache-2.0
"""Two whole routers and a route server in one process: what they learn, run and tell, and how they leave."""

import asyncio

import pytest

from bfd_fastpath.nhib import Reachability, Reason
from bfd_fastpath.router.events import (
    BfdState,
    BgpDown,
    BgpUp,
    NextHopChanged,
    RoutesLearned,
    RoutesWithdrawn,
    Told,
)
from bfd_fastpath.wire.bgpls import Flag
from tests.router.exchange import (
    A6,
    B6,
    LOOPBACK,
    PREFIX_A,
    PREFIX_B,
    A,
    B,
    Exchange,
    client,
    session,
    state,
    until,
    up,
    via,
)

pytestmark = pytest.mark.eal

DOWN, UP, UNKNOWN = Reachability.DOWN, Reachability.UP, Reachability.UNKNOWN


def prefixes(router):
    return {route.prefix for _, route in router.routes()}


def told(exchange, address):
    """What A told the route server of an address, in order."""
    return [one.state for one in exchange.seen("a", Told) if one.address == address]


async def both(exchange, announce_a=""):
    port = await exchange.serve()
    return (
        await exchange.start(client("a", port, announce=announce_a)),
        await exchange.start(client("b", port, announce=via(PREFIX_B, B))),
    )


def test_only_b_announces_prefixes_and_both_ends_come_up(eal):
    """Rule 4: both ends are asked, in both families, although routes flow one way only."""

    async def main():
        async with Exchange() as exchange:
            a, b = await both(exchange)
            await up(a, B, B6)
            await up(b, A, A6)
            await until(lambda: prefixes(a), lambda seen: seen == {PREFIX_B})
            assert prefixes(b) == set()

    asyncio.run(main())


def test_a_failure_takes_the_route_away_and_recovery_does_not_need_it(eal):
    """Rules 1 and 2, end to end."""

    async def main():
        async with Exchange() as exchange:
            a, b = await both(exchange, via(PREFIX_A, A))
            await up(a, B)
            await up(b, A)
            await until(lambda: session(a, B).detection_time_us, lambda seen: seen == 200_000)
            exchange.cut()
            await until(lambda: state(a, B), lambda seen: seen is DOWN)
            await until(lambda: prefixes(a) | prefixes(b), lambda seen: not seen)
            (down,) = [one for one in exchange.seen("a", BfdState) if one.address == B and one.old == "up"]
            assert (down.new, down.local_diagnostic) == ("down", "control-expiry")
            assert down.deadline_ns <= down.time_ns
            assert (B, "down") in [(one.address, one.state) for one in exchange.seen("a", Told)]
            # Nobody names B to A any more, and A goes on trying.
            await until(lambda: a.manager.session_of(B))
            exchange.cut(False)
            await up(a, B)
            await until(lambda: prefixes(a), lambda seen: seen == {PREFIX_B})
            await until(lambda: prefixes(b), lambda seen: seen == {PREFIX_A})

    asyncio.run(main())


def test_events_tell_the_story_in_order(eal):
    async def main():
        async with Exchange() as exchange:
            a, _ = await both(exchange)
            await up(a, B)
            await until(lambda: told(exchange, B))
            kinds = [type(one) for one in exchange.events["a"] if getattr(one, "address", B) == B]
            order = [BgpUp, RoutesLearned, BfdState, Told]
            assert sorted(order, key=kinds.index) == order
            (route,) = exchange.seen("a", RoutesLearned)
            assert (route.peer, tuple(route.prefixes), route.next_hop) == (LOOPBACK, (PREFIX_B,), B)
            changes = [(one.old, one.new) for one in exchange.seen("a", NextHopChanged) if one.address == B]
            assert changes == [(None, "unknown"), ("unknown", "up")]

    asyncio.run(main())


def test_a_peer_without_bfd_stays_unknown_and_keeps_its_routes(eal):
    async def main():
        async with Exchange() as exchange:
            port = await exchange.serve()
            a = await exchange.start(client("a", port))
            await exchange.start(client("b", port, announce=via(PREFIX_B, B), bfd=False))
            # Hellos go out and come to nothing: the neighbour is there, nobody answers.
            await until(lambda: a.manager.session_of(B))
            await until(lambda: session(a, B).send_packet_count, lambda seen: seen >= 3)
            entry = a.nhib.get(B)
            assert (entry.state, entry.reason) == (UNKNOWN, Reason.NO_ANSWER)
            await until(lambda: prefixes(a), lambda seen: seen == {PREFIX_B})
            assert exchange.seen("a", Told) == []

    asyncio.run(main())


def test_a_member_flagged_as_without_bfd_gets_no_session(eal):
    async def main():
        async with Exchange() as exchange:
            port = await exchange.serve(flag_b=Flag.NO_BFD)
            a = await exchange.start(client("a", port))
            await exchange.start(client("b", port, announce=via(PREFIX_B, B)))
            await until(lambda: a.nhib.get(B), lambda seen: seen and seen.reason is Reason.PEER_WITHOUT_BFD)
            await until(lambda: prefixes(a), lambda seen: seen == {PREFIX_B})
            assert list(a.engine.sessions) == []

    asyncio.run(main())


def test_losing_bgp_leaves_the_sessions_alone(eal):
    """Rule 7: the server forgets what it was told; sessions and forwarding run on, and all is told again."""

    async def main():
        async with Exchange() as exchange:
            a, b = await both(exchange)
            await up(a, B)
            await up(b, A)
            await until(lambda: (told(exchange, B), prefixes(a)), lambda seen: seen == (["up"], {PREFIX_B}))
            before = session(a, B)
            await exchange.server.stop()
            await until(lambda: exchange.seen("a", BgpDown))
            await until(lambda: exchange.seen("a", RoutesWithdrawn))
            assert [tuple(one.prefixes) for one in exchange.seen("a", RoutesWithdrawn)] == [(PREFIX_B,)]
            assert state(a, B) is UP
            await exchange.serve(exchange.server.port)
            await until(lambda: exchange.seen("a", BgpUp), lambda seen: len(seen) == 2)
            await until(lambda: prefixes(a), lambda seen: seen == {PREFIX_B})
            await until(lambda: told(exchange, B), lambda seen: len(seen) >= 2)
            assert told(exchange, B) == ["up", "up"]
            after = session(a, B)
            assert (after.id, after.up_count, after.down_count) == (before.id, before.up_count, 0)

    asyncio.run(main())


def test_an_orderly_stop_is_no_failure_to_anybody(eal):
    """Rule 5: withdrawn first, then AdminDown, then BGP closes; B never says Down."""

    async def main():
        async with Exchange() as exchange:
            a, b = await both(exchange)
            await up(a, B, B6)
            await up(b, A, A6)
            await until(lambda: told(exchange, B) + told(exchange, B6), lambda seen: seen == ["up", "up"])
            await a.stop()
            assert {one.state for one in exchange.seen("a", Told)} == {"up", "unknown"}
            taken_back = max(one.time_ns for one in exchange.seen("a", Told))
            left = [one.time_ns for one in exchange.seen("a", BfdState) if one.new == "admin-down"]
            assert len(left) == 2
            assert taken_back <= min(left)
            closed = exchange.seen("a", BgpDown)
            # 4 x 1 s, the peer's detection time after an AdminDown.
            assert closed[0].time_ns - max(left) >= 3_900_000_000
            await until(lambda: b.nhib.get(A), lambda seen: seen.reason is Reason.PEER_ADMIN_DOWN)
            assert "down" not in {one.new for one in exchange.seen("b", NextHopChanged)}

    asyncio.run(main())


def test_a_second_stop_does_not_wait(eal):
    async def main():
        async with Exchange() as exchange:
            a, b = await both(exchange)
            await up(a, B)
            leaving = asyncio.create_task(a.stop())
            await until(lambda: b.nhib.get(A), lambda seen: seen.reason is Reason.PEER_ADMIN_DOWN)
            assert not leaving.done()
            loop = asyncio.get_running_loop()
            begun = loop.time()
            await a.stop(at_once=True)
            await leaving
            assert loop.time() - begun < 2.0

    asyncio.run(main())


def test_an_operator_takes_a_session_down_and_up_without_a_failure(eal):
    async def main():
        async with Exchange() as exchange:
            a, b = await both(exchange)
            await up(a, B)
            await up(b, A)
            await until(lambda: prefixes(a), lambda seen: seen == {PREFIX_B})
            a.session_admin(B, True)
            await until(lambda: a.nhib.get(B), lambda seen: seen.reason is Reason.LOCAL_ADMIN_DOWN)
            await until(lambda: b.nhib.get(A), lambda seen: seen.reason is Reason.PEER_ADMIN_DOWN)
            assert prefixes(a) == {PREFIX_B}
            a.session_admin(B, False)
            await up(a, B)
            await up(b, A)
            for name in "ab":
                assert "down" not in {one.new for one in exchange.seen(name, NextHopChanged)}
            with pytest.raises(KeyError):
                a.session_admin(LOOPBACK, True)

    asyncio.run(main())


def test_a_cleared_next_hop_is_used_again_at_once(eal):
    async def main():
        async with Exchange() as exchange:
            a, _ = await both(exchange)
            await up(a, B)
            await until(lambda: prefixes(a), lambda seen: seen == {PREFIX_B})
            exchange.cut()
            await until(lambda: state(a, B), lambda seen: seen is DOWN)
            await until(lambda: prefixes(a), lambda seen: not seen)
            assert a.clear(B)
            assert a.nhib.get(B).reason is Reason.CLEARED
            await until(lambda: prefixes(a), lambda seen: seen == {PREFIX_B})
            assert not a.clear(B)

    asyncio.run(main())
