# SPDX-License-Identifier: Apache-2.0
"""Sessions that the configuration names, without any BGP, and what a reload touches: what differs, and nothing else."""

import asyncio
from dataclasses import replace
from ipaddress import ip_address

import pytest

from bfd_fastpath.config import restarts_needed
from bfd_fastpath.config.model import Announcement
from bfd_fastpath.nhib import Reachability, Reason
from bfd_fastpath.router.events import BfdRemoved, BfdState, BgpDown, BgpUp, NextHopChanged
from tests.router.exchange import (
    PREFIX_A,
    PREFIX_B,
    A,
    B,
    Exchange,
    client,
    config,
    session,
    state,
    until,
    up,
    via,
)

pytestmark = pytest.mark.eal

B_ADDRESSES = [ip_address(f"198.51.100.{number}") for number in (2, 3, 4)]


def a_with(*sessions: str) -> str:
    text = """
        [router]
        name = "a"
        [[port]]
        name = "lan0"
        devargs = "given"
        addresses = ["198.51.100.1/24"]
        [bfd]
        local-multiplier = 4
        min-interval = "50ms"
    """
    return text + "".join(f'[[session]]\ninterface = "lan0"\n{one}\n' for one in sessions)


def b_text() -> str:
    """B answers A from three addresses."""
    text = """
        [router]
        name = "b"
        [[port]]
        name = "lan0"
        devargs = "given"
        addresses = ["198.51.100.2/24", "198.51.100.3/24", "198.51.100.4/24"]
        [bfd]
        local-multiplier = 4
        min-interval = "50ms"
        [[session]]
        interface = "lan0"
        dest-addr = "198.51.100.1"
    """
    return text


async def three_sessions(exchange):
    """A with sessions to three addresses, behind which there are three peers; the far ends are B's engine, by hand."""
    a = await exchange.start(config(a_with(*(f'dest-addr = "{one}"' for one in B_ADDRESSES))))
    b = await exchange.start(config(b_text()))
    import pydp

    for source in B_ADDRESSES:
        b.engine.sessions.upsert(
            pydp.SessionConfig(
                source_addr=source,
                dest_addr=A,
                local_multiplier=4,
                desired_min_tx_interval_us=50_000,
                required_min_rx_interval_us=50_000,
            )
        )
    await up(a, *B_ADDRESSES)
    for address in B_ADDRESSES:
        await until(
            lambda address=address: session(a, address),
            lambda seen: seen.detection_time_us == 200_000 and not seen.polling,
        )
    return a, b


def test_configured_sessions_work_without_any_bgp(eal):
    async def main():
        async with Exchange() as exchange:
            a, _ = await three_sessions(exchange)
            exchange.cut()
            for address in B_ADDRESSES:
                await until(lambda address=address: state(a, address), lambda seen: seen is Reachability.DOWN)
            exchange.cut(False)
            await up(a, *B_ADDRESSES)
            assert list(a.peers()) == []

    asyncio.run(main())


def test_a_changed_timer_polls_that_session_and_no_other_polls_or_flaps(eal):
    async def main():
        async with Exchange() as exchange:
            a, _ = await three_sessions(exchange)
            before = {one.id: one for one in a.engine.sessions}
            changed = session(a, B).id
            lines = [f'dest-addr = "{one}"' for one in B_ADDRESSES]
            lines[0] += '\nmin-interval = "100ms"'
            steps = await a.reload(config(a_with(*lines)))
            assert len(steps) == 1
            await until(
                lambda: session(a, B),
                lambda seen: seen.negotiated_tx_interval_us == 100_000 and not seen.polling,
            )
            # Long enough for every session to have lost its peer, had anything stood still.
            marks = {one.id: one.receive_packet_count for one in a.engine.sessions}
            await until(
                lambda: all(one.receive_packet_count >= marks[one.id] + 8 for one in a.engine.sessions),
            )
            for one in a.engine.sessions:
                assert (one.up_count, one.down_count) == (before[one.id].up_count, 0)
                assert one.local_discriminator == before[one.id].local_discriminator
                polls = 1 if one.id == changed else 0
                assert one.poll_count - before[one.id].poll_count == polls
            assert not [one for one in exchange.seen("a", BfdState) if one.old == "up"]

    asyncio.run(main())


def test_a_removed_session_leaves_as_admin_down_and_the_others_stay(eal):
    async def main():
        async with Exchange() as exchange:
            a, b = await three_sessions(exchange)
            steps = await a.reload(config(a_with(*(f'dest-addr = "{one}"' for one in B_ADDRESSES[:2]))))
            assert len(steps) == 1
            gone = B_ADDRESSES[2]
            far = [one for one in b.engine.sessions if one.config.source_addr == gone]
            await until(
                lambda: b.engine.sessions.read(far[0].id).remote_state.name, lambda seen: seen == "ADMIN_DOWN"
            )
            assert state(a, gone) is None
            assert [state(a, one) for one in B_ADDRESSES[:2]] == [Reachability.UP] * 2
            await until(
                lambda: [one.address for one in exchange.seen("a", BfdRemoved)], lambda seen: seen == [gone]
            )

    asyncio.run(main())


def test_admin_down_in_the_configuration_holds_the_session_down(eal):
    async def main():
        async with Exchange() as exchange:
            a, _ = await three_sessions(exchange)
            lines = [f'dest-addr = "{one}"' for one in B_ADDRESSES]
            await a.reload(config(a_with(lines[0] + "\nadmin-down = true", *lines[1:])))
            await until(lambda: a.nhib.get(B), lambda seen: seen.reason is Reason.LOCAL_ADMIN_DOWN)
            await a.reload(config(a_with(*lines)))
            await up(a, B)
            assert "down" not in {one.new for one in exchange.seen("a", NextHopChanged)}

    asyncio.run(main())


def test_the_same_configuration_again_is_no_step(eal):
    async def main():
        async with Exchange() as exchange:
            a = await exchange.start(config(a_with('dest-addr = "198.51.100.2"')))
            assert await a.reload(config(a_with('dest-addr = "198.51.100.2"'))) == []

    asyncio.run(main())


def test_what_needs_a_restart_is_named_and_not_done(eal):
    async def main():
        async with Exchange() as exchange:
            a = await exchange.start(config(a_with()))
            steps = await a.reload(config(a_with().replace('"given"', '"net_null0"')))
            assert [one.key for one in restarts_needed(steps)] == ["port[lan0].devargs"]
            assert len(a.engine.ports) == 1

    asyncio.run(main())


def test_an_address_moves_while_its_sessions_say_goodbye(eal):
    """The old address serves until the last session has left it; the new one has its session at once."""

    async def main():
        async with Exchange() as exchange:
            a, _ = await three_sessions(exchange)
            lines = [f'dest-addr = "{one}"' for one in B_ADDRESSES]
            await a.reload(config(a_with(*lines).replace("198.51.100.1/24", "198.51.100.11/24")))
            sources = {str(one.config.source_addr) for one in a.engine.sessions if not one.removing}
            assert sources == {"198.51.100.11"}
            await until(
                lambda: {str(one.config.source_addr) for one in a.engine.sessions},
                lambda seen: seen == sources,
            )
            assert [str(one) for one in a.dataplane.addresses("lan0")] == ["198.51.100.11/24"]

    asyncio.run(main())


def test_changed_announcements_go_out_over_the_session_as_it_is(eal):
    async def main():
        async with Exchange() as exchange:
            port = await exchange.serve()
            a = await exchange.start(client("a", port, announce=via(PREFIX_A, A)))
            b = await exchange.start(client("b", port))
            seen = lambda: {route.prefix for _, route in b.routes()}  # noqa: E731
            await until(seen, lambda found: found == {PREFIX_A})
            (neighbor,) = a.config.neighbors
            other = replace(neighbor, announce=(Announcement(PREFIX_B, A),))
            await a.reload(replace(a.config, neighbors=(other,)))
            await until(seen, lambda found: found == {PREFIX_B})
            assert len(exchange.seen("a", BgpUp)) == 1

    asyncio.run(main())


def test_a_neighbor_that_reconnects_keeps_its_bfd_sessions(eal):
    async def main():
        async with Exchange() as exchange:
            port = await exchange.serve()
            a = await exchange.start(client("a", port))
            b = await exchange.start(client("b", port, announce=via(PREFIX_B, B)))
            await up(a, B)
            await up(b, A)
            before = session(a, B)
            (neighbor,) = a.config.neighbors
            await a.reload(replace(a.config, neighbors=(replace(neighbor, hold_time_s=30),)))
            await until(lambda: exchange.seen("a", BgpUp), lambda seen: len(seen) == 2)
            await until(lambda: a.routes())
            after = session(a, B)
            assert (after.id, after.down_count, after.admin_down_count) == (before.id, 0, 0)
            assert state(a, B) is Reachability.UP

    asyncio.run(main())


def test_a_removed_neighbor_is_told_goodbye_and_its_next_hops_are_let_go(eal):
    async def main():
        async with Exchange() as exchange:
            port = await exchange.serve()
            a = await exchange.start(client("a", port, extra='[nhib]\nlinger = "0s"'))
            b = await exchange.start(client("b", port, announce=via(PREFIX_B, B)))
            await up(a, B)
            await up(b, A)
            await a.reload(replace(a.config, neighbors=()))
            assert exchange.seen("a", BgpDown)
            await until(lambda: a.nhib.entries(), lambda seen: not seen)
            await until(lambda: b.nhib.get(A), lambda seen: seen.reason is Reason.PEER_ADMIN_DOWN)

    asyncio.run(main())
