# SPDX-License-Identifier: Apache-2.0
"""Brings BIRD to what is wanted by RTR: the records go to BIRD's ROA tables, and then those clients whose
records changed are sent their routes again."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable
from ipaddress import ip_address

import structlog

from bfd_fastpath.agent.driver import DriverError, Wanted
from bfd_fastpath.agent.drivers.bird_rtr import HOST, BirdRtr
from bfd_fastpath.agent.filter_file import FilterFile
from bfd_fastpath.agent.hops import changed, clients, roas
from bfd_fastpath.config.model import Address
from bfd_fastpath.net.rtr_server import RtrServer
from bfd_fastpath.wire.rtr import Records

_log = structlog.get_logger("driver")


class RtrFeed:
    """`start` and `stop` belong to the event loop's thread, `apply` to another one. `again()` is called in
    the loop's thread when BIRD began anew, and `apply` is needed. `owed`: clients for whom BIRD had records
    from the agent before."""

    def __init__(
        self,
        file: FilterFile,
        driver: BirdRtr,
        port: int,
        again: Callable[[], None],
        owed: Iterable[Address] = (),
    ) -> None:
        self._file = file
        self._driver = driver
        self._again = again
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server = RtrServer(ip_address(HOST), port, self._began)
        self._fresh = threading.Event()
        self._records: Records | None = None
        self._owed = set(owed)
        """Clients that BIRD has not asked its filters about since their records changed."""
        self._unsaid: frozenset[Address] = frozenset()

    async def start(self, first: Wanted) -> None:
        """A BIRD that asks before the first `apply` gets `first`. Raises net.tcp's TcpError when the port
        cannot be had."""
        # Before BIRD can be told otherwise. One that does not answer says so to `apply`.
        with contextlib.suppress(DriverError):
            self._owed |= await asyncio.to_thread(self._driver.given)
        self._server.publish(roas(first)[0])
        self._loop = asyncio.get_running_loop()
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop()

    def apply(self, wanted: Wanted) -> None:
        """Returns when BIRD sends its clients what follows. Raises DriverError; what was left to do then is
        done by the next one. A configuration that BIRD refuses keeps no change from those who are there."""
        refused: DriverError | None = None
        try:
            self._file.apply(Wanted(wanted.clients))
        except DriverError as error:
            refused = error
        self._feed(wanted)
        if refused is not None:
            raise refused

    def _feed(self, wanted: Wanted) -> None:
        if self._records is None:
            self._driver.start()
            self._owed |= self._driver.given()
        records, unsaid = roas(wanted)
        if unsaid - self._unsaid:
            names = sorted(map(str, unsaid))
            _log.error("kept though lost: another address has the same number by RTR", next_hops=names)
        self._unsaid = unsaid
        self._owed |= changed(self._records or {}, records)
        self._records = records
        self._driver.until_fetched(*self._publish(records))
        if self._fresh.is_set():
            self._fresh.clear()
            self._owed |= clients(records)
        if self._owed:
            self._driver.resend(self._owed)

    def _publish(self, records: Records) -> tuple[int, int]:
        assert self._loop is not None, "started first"

        async def publish() -> tuple[int, int]:
            return self._server.publish(records)

        return asyncio.run_coroutine_threadsafe(publish(), self._loop).result()

    def _began(self) -> None:
        """BIRD knew nothing: what it has sent since it began has gone through filters that found nothing."""
        self._fresh.set()
        self._again()
