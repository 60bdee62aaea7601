# SPDX-License-Identifier: Apache-2.0
"""Multihop sessions of the configuration: beside the next hops, shown as what they are, changed by a reload without a flap."""

import asyncio

import pytest

from bfd_fastpath.router import views
from bfd_fastpath.router.events import BfdRemoved, BfdState
from tests.router.exchange import A, B, Exchange, config, session, until

pytestmark = pytest.mark.eal


def text(name: str, *, more: str = "", rx_ttl: int = 255, sessions: bool = True) -> str:
    own, peer = (A, B) if name == "a" else (B, A)
    port = (
        f'[router]\nname = "{name}"\n[[port]]\nname = "lan0"\ndevargs = "given"\naddresses = ["{own}/24"]\n'
    )
    wanted = (
        f'[[session]]\ninterface = "lan0"\npath-type = "path-ip-mh"\ndest-addr = "{peer}"\n'
        f'rx-ttl = {rx_ttl}\nmin-interval = "50ms"\n{more}\n'
    )
    return port + (wanted if sessions else "")


def test_two_routers_come_up_and_no_next_hop_hears_of_it(eal):
    async def main():
        async with Exchange() as exchange:
            a = await exchange.start(config(text("a")))
            b = await exchange.start(config(text("b")))
            await until(lambda: [session(r, p).local_state.name for r, p in ((a, B), (b, A))] == ["UP", "UP"])
            answer = await views.view(a, "sessions", B)
            (shown,) = answer["sessions"]
            assert (shown["path-type"], shown["dest-port"], shown["rx-ttl"]) == ("path-ip-mh", 4784, 255)
            assert shown["gateway"] is None
            assert a.nexthops() == []
            await until(lambda: [one.new for one in exchange.seen("a", BfdState)][-1:] == ["up"])

    asyncio.run(main())


def test_a_reload_changes_ttls_without_a_flap_and_a_removed_one_says_goodbye(eal):
    async def main():
        async with Exchange() as exchange:
            a = await exchange.start(config(text("a")))
            b = await exchange.start(config(text("b")))
            await until(lambda: session(a, B).local_state.name == session(b, A).local_state.name == "UP")
            before = session(a, B)
            await a.reload(config(text("a", rx_ttl=240, more="tx-ttl = 255")))
            after = session(a, B)
            assert (after.id, after.config.rx_ttl, after.down_count) == (before.id, 240, 0)
            await a.reload(config(text("a", sessions=False)))
            await until(lambda: session(b, A).remote_state.name == "ADMIN_DOWN")
            await until(lambda: exchange.seen("a", BfdRemoved))
            assert list(a.engine.sessions) == []

    asyncio.run(main())


def test_an_operator_holds_it_down(eal):
    async def main():
        async with Exchange() as exchange:
            a = await exchange.start(config(text("a")))
            b = await exchange.start(config(text("b")))
            await until(lambda: session(a, B).local_state.name == session(b, A).local_state.name == "UP")
            a.session_admin(B, True)
            await until(lambda: session(b, A).remote_state.name == "ADMIN_DOWN")
            a.session_admin(B, False)
            await until(lambda: session(b, A).local_state.name == "UP")
            with pytest.raises(KeyError):
                a.session_admin(A, True)

    asyncio.run(main())


def test_leaving_says_admin_down_before_it_goes(eal):
    async def main():
        async with Exchange() as exchange:
            a = await exchange.start(config(text("a")))
            b = await exchange.start(config(text("b")))
            await until(lambda: session(a, B).local_state.name == session(b, A).local_state.name == "UP")
            await a.stop()
            assert session(b, A).remote_state.name == "ADMIN_DOWN"

    asyncio.run(main())
