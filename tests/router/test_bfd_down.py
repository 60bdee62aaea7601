# SPDX-License-Identifier: Apache-2.0
"""BFD to a BGP neighbour: what ends the session, and what does not (RFC 9384, RFC 5882 3.2)."""

import asyncio
from dataclasses import replace

import pytest

from bfd_fastpath.router.engine_events import is_failure
from bfd_fastpath.router.events import BfdState, BgpDown, BgpUp
from tests.router.exchange import LOOPBACK, Exchange, client, until


@pytest.mark.parametrize(
    ("old", "new", "remote", "failed"),
    [
        ("up", "down", "up", True),
        ("up", "down", "down", True),
        ("up", "down", "admin-down", False),
        ("up", "admin-down", "up", False),
        ("init", "down", "down", False),
    ],
)
def test_only_a_path_that_failed_is_a_failure(old, new, remote, failed):
    event = BfdState(1, LOOPBACK, old, new, remote, "control-expiry", "none", 0, 0, 0, 0)
    assert is_failure(event) is failed


@pytest.mark.parametrize("watched", [True, False])
def test_the_session_ends_where_that_is_wanted_and_another_is_tried(eal, watched):
    async def main():
        async with Exchange() as exchange:
            wanted = client("a", await exchange.serve(), bfd=False)
            (neighbor,) = wanted.neighbors
            a = await exchange.start(replace(wanted, neighbors=(replace(neighbor, bfd=watched),)))
            await until(lambda: exchange.seen("a", BgpUp))
            a.neighbours.failed(LOOPBACK)
            if not watched:
                assert exchange.seen("a", BgpDown) == []
                return
            (down,) = await until(lambda: exchange.seen("a", BgpDown))
            assert "bfd-down (6/10)" in down.reason
            await until(lambda: exchange.seen("a", BgpUp), lambda seen: len(seen) == 2)

    asyncio.run(main())
