# SPDX-License-Identifier: Apache-2.0
"""BFD to a BGP neighbour: what ends the session, and what does not (RFC 9384, RFC 5882 3.2)."""

import asyncio
from dataclasses import replace

import pytest

from bfd_fastpath.nhib import BfdState
from bfd_fastpath.router.engine_events import is_failure
from bfd_fastpath.router.events import BgpDown, BgpUp
from bfd_fastpath.session import EventType
from tests.router.exchange import LOOPBACK, Exchange, client, until
from tests.session.ledger import record, state


@pytest.mark.parametrize(
    ("old", "new", "remote", "failed"),
    [
        (BfdState.UP, BfdState.DOWN, BfdState.UP, True),
        (BfdState.UP, BfdState.DOWN, BfdState.DOWN, True),
        (BfdState.UP, BfdState.DOWN, BfdState.ADMIN_DOWN, False),
        (BfdState.UP, BfdState.ADMIN_DOWN, BfdState.UP, False),
        (BfdState.INIT, BfdState.DOWN, BfdState.DOWN, False),
    ],
)
def test_only_a_path_that_failed_is_a_failure(old, new, remote, failed):
    assert is_failure(state(1, old, new, 1, remote_state=remote)) is failed


def test_what_the_peer_says_of_itself_is_no_failure():
    said = record(1, EventType.REMOTE, 1, old_state=BfdState.UP, new_state=BfdState.DOWN)
    assert not is_failure(said)


@pytest.mark.parametrize("watched", [True, False])
def test_the_session_ends_where_that_is_wanted_and_another_is_tried(eal, watched):
    async def main():
        async with Exchange() as exchange:
            wanted = client("a", await exchange.serve(), bfd=False)
            (neighbor,) = wanted.neighbors
            a = await exchange.start(replace(wanted, neighbors=(replace(neighbor, bfd=watched),)))
            await until(lambda: exchange.seen("a", BgpUp))
            a.neighbours.failed([LOOPBACK])
            if not watched:
                assert exchange.seen("a", BgpDown) == []
                return
            (down,) = await until(lambda: exchange.seen("a", BgpDown))
            assert "bfd-down (6/10)" in down.reason
            await until(lambda: exchange.seen("a", BgpUp), lambda seen: len(seen) == 2)

    asyncio.run(main())
