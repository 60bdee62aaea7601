# SPDX-License-Identifier: Apache-2.0
"""Two routers with a LAG of two links between them: half of it broken, min-links, and a reload."""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest

import pydp
from bfd_fastpath.router import views
from bfd_fastpath.router.router import Router
from tests.router.exchange import A, B, config, until

pytestmark = pytest.mark.eal
_numbers = count()


def text(name: str, *, min_links: int = 1) -> str:
    own, peer = (A, B) if name == "a" else (B, A)
    ports = "".join(
        f'[[port]]\nname = "m{n}"\ndevargs = "given{n}"\naddresses = ["{own}/24"]\n' for n in (1, 2)
    )
    wanted = (
        f'[[lag]]\nname = "trunk"\nmembers = ["m1", "m2"]\ndest-addr = "{peer}"\nmin-links = {min_links}\n'
        'min-interval = "50ms"\n'
    )
    return f'[router]\nname = "{name}"\n{ports}{wanted}'


@pytest.fixture
def links(eal: None) -> Iterator[list[tuple[pydp.Port, pydp.Port]]]:
    made = [pydp.link(f"trunk{next(_numbers)}") for _ in range(2)]
    yield made
    for ends in made:
        for end in ends:
            end.close()


async def both(links, **wanted):
    routers = []
    for side, name in enumerate("ab"):
        ports = {f"m{n + 1}": ends[side] for n, ends in enumerate(links)}
        router = Router(config(text(name, **wanted)), ports=ports, name=f"lag{next(_numbers)}-{name}")
        await router.start()
        routers.append(router)
    return routers


async def shown(router):
    (lag,) = (await views.view(router, "lags"))["lags"]
    return lag["state"], [one["local-state"] for one in lag["members"]]


def lag_of(router):
    (found,) = router.lags
    return found.up, [one.name if one is not None else None for one in found.members.values()]


@pytest.mark.parametrize(("min_links", "half"), [(1, True), (2, False)])
def test_half_a_lag_is_up_while_min_links_say_so(links, min_links, half):
    async def main():
        a, b = await both(links, min_links=min_links)
        try:
            await until(lambda: (lag_of(a), lag_of(b)), lambda seen: seen == ((True, ["UP", "UP"]),) * 2)
            assert await shown(a) == ("up", ["up", "up"])
            for end in links[1]:
                end.cut()
            await until(lambda: lag_of(a), lambda seen: seen == (half, ["UP", "DOWN"]))
            for end in links[1]:
                end.cut(False)
            await until(lambda: lag_of(a), lambda seen: seen == (True, ["UP", "UP"]))
            assert a.nexthops() == []
            sessions = (await views.view(a, "sessions"))["sessions"]
            assert {(one["path-type"], one["dest-port"]) for one in sessions} == {("path-lag", 6784)}
        finally:
            for router in (a, b):
                await router.stop(at_once=True)

    asyncio.run(main())


def test_a_reload_changes_min_links_without_a_flap_and_timers_by_a_poll(links):
    async def main():
        a, b = await both(links)
        try:
            await until(lambda: (lag_of(a), lag_of(b)), lambda seen: seen == ((True, ["UP", "UP"]),) * 2)
            before = a.engine.sessions.list()
            await a.reload(config(text("a", min_links=2).replace("50ms", "60ms")))
            assert a.engine.sessions.list() == before
            await until(
                lambda: [one.negotiated_tx_interval_us for one in a.engine.sessions],
                lambda seen: seen == [60_000] * 2,
            )
            assert [one.down_count for one in a.engine.sessions] == [0, 0]
            await a.stop()
            assert [one.remote_state.name for one in b.engine.sessions] == ["ADMIN_DOWN"] * 2
        finally:
            for router in (a, b):
                await router.stop(at_once=True)

    asyncio.run(main())
