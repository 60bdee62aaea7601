# SPDX-License-Identifier: Apache-2.0
"""A router that nobody told of its peer: the peer begins, a passive session answers, and goes with it (RFC 9468)."""

import asyncio

import pytest

from bfd_fastpath.router import views
from tests.router.exchange import A, B, Exchange, config, session, until

pytestmark = pytest.mark.eal

HOST = f'[router]\nname = "b"\n[[port]]\nname = "lan0"\ndevargs = "given"\naddresses = ["{B}/24"]\n'
OPEN = HOST + '[unsolicited]\nenabled = true\nmin-interval = "50ms"\n'
SESSION = f'[[session]]\ninterface = "lan0"\ndest-addr = "{A}"\nmin-interval = "50ms"\n'
GUEST = (
    f'[router]\nname = "a"\n[[port]]\nname = "lan0"\ndevargs = "given"\naddresses = ["{A}/24"]\n'
    f'[[session]]\ninterface = "lan0"\ndest-addr = "{B}"\nmin-interval = "50ms"\n'
)


def states(router):
    return [(one.local_state.name, str(one.config.role)) for one in router.engine.sessions]


async def shown(router):
    (one,) = (await views.view(router, "sessions", A))["sessions"]
    return one["unsolicited"], one["role"], one["session-running"]["local-state"]


def test_it_comes_up_by_itself_and_is_gone_after_the_peer_is(eal):
    async def main():
        async with Exchange() as exchange:
            b = await exchange.start(config(OPEN))
            a = await exchange.start(config(GUEST))
            await until(lambda: states(b), lambda seen: seen == [("UP", "passive")])
            await until(lambda: session(a, B).local_state.name, lambda state: state == "UP")
            assert await shown(b) == (True, "passive", "up")
            assert b.nexthops() == []
            exchange.cut()
            await until(lambda: states(b), lambda seen: seen == [])
            exchange.cut(False)
            await until(lambda: states(b), lambda seen: seen == [("UP", "passive")])

    asyncio.run(main())


def test_a_client_that_asks_for_it_makes_it_active_and_a_next_hop_without_a_flap(eal):
    async def main():
        async with Exchange() as exchange:
            b = await exchange.start(config(OPEN))
            a = await exchange.start(config(GUEST))
            await until(lambda: states(b), lambda seen: seen == [("UP", "passive")])
            before = session(b, A)
            await b.reload(config(OPEN + SESSION))
            after = session(b, A)
            assert (after.id, after.down_count, str(after.config.role)) == (before.id, 0, "active")
            assert await shown(b) == (False, "active", "up")
            await until(lambda: [str(one.address) for one in b.nexthops()], lambda seen: seen == [str(A)])
            # It stays the client's when what made it is switched off.
            await b.reload(config(HOST + SESSION))
            assert session(b, A).id == before.id
            assert session(a, B).down_count == 0

    asyncio.run(main())


def test_switched_off_it_ends_what_it_made_and_hears_of_nobody(eal):
    async def main():
        async with Exchange() as exchange:
            b = await exchange.start(config(OPEN))
            a = await exchange.start(config(GUEST))
            await until(lambda: states(b), lambda seen: seen == [("UP", "passive")])
            await b.reload(config(HOST))
            await until(lambda: session(a, B).remote_state.name, lambda state: state == "ADMIN_DOWN")
            await until(lambda: states(b), lambda seen: seen == [])
            told = b.engine.stats.port(0)["unsolicited-told"]
            heard = b.engine.stats.port(0)["drop-bfd-no-session"]
            await until(
                lambda: b.engine.stats.port(0)["drop-bfd-no-session"], lambda count: count > heard + 2
            )
            assert b.engine.stats.port(0)["unsolicited-told"] == told
            assert states(b) == []

    asyncio.run(main())


def test_leaving_says_goodbye_to_guests_too(eal):
    async def main():
        async with Exchange() as exchange:
            b = await exchange.start(config(OPEN))
            a = await exchange.start(config(GUEST))
            await until(lambda: states(b), lambda seen: seen == [("UP", "passive")])
            await until(lambda: session(a, B).local_state.name, lambda state: state == "UP")
            await b.stop()
            assert session(a, B).remote_state.name == "ADMIN_DOWN"

    asyncio.run(main())
