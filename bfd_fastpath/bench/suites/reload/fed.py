# SPDX-License-Identifier: Apache-2.0
"""The agent's RTR feed in a thread of its own, whose port is in a network namespace."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pyroute2 import netns

from bfd_fastpath.agent.driver import Wanted
from bfd_fastpath.agent.drivers.bird_rtr import BirdRtr
from bfd_fastpath.agent.filter_file import FilterFile
from bfd_fastpath.agent.rtr_feed import RtrFeed


@contextmanager
def fed(file: FilterFile, driver: BirdRtr, port: int, space: str) -> Iterator[RtrFeed]:
    """Listens from here on; a BIRD that begins anew is not waited for."""
    loop = asyncio.new_event_loop()

    def serve() -> None:
        netns.setns(space)
        loop.run_forever()

    feed = RtrFeed(file, driver, port, lambda: None)
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(feed.start(Wanted()), loop).result()
        yield feed
    finally:
        asyncio.run_coroutine_threadsafe(feed.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
