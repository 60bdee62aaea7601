# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath route-server`: runs the embedded route server, answers on its control socket, and leaves on
SIGTERM."""

import asyncio
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import structlog

from bfd_fastpath.config.fault import ConfigError
from bfd_fastpath.config.model import LogFormat
from bfd_fastpath.lab.routeserver.load import Settings, load
from bfd_fastpath.lab.routeserver.views import VIEWS
from bfd_fastpath.lab.server import EmbeddedServer
from bfd_fastpath.net import logs
from bfd_fastpath.net.control import ControlServer, ControlSocketError
from bfd_fastpath.net.control_protocol import CommandError
from bfd_fastpath.net.turns import in_turns
from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.history import History
from bfd_fastpath.routeserver.matrix import exchange_view
from bfd_fastpath.routeserver.records import Claimed, ReachChange
from bfd_fastpath.routeserver.service import Joined, Left, Refused, RoutesSent, ServiceEvent

OK, FAILED, BAD_CONFIGURATION = 0, 1, 2
_log = structlog.get_logger("route-server")


def main(path: Path) -> int:
    """Runs until told to leave; the process's exit code. What is wrong is on standard error, one sentence a
    fault."""
    try:
        settings = load(path)
    except ConfigError as error:
        print(*error.faults, sep="\n", file=sys.stderr)
        return BAD_CONFIGURATION
    logs.set_up(settings.log.level, as_json=settings.log.format is LogFormat.JSON)
    try:
        return asyncio.run(serve(settings))
    except (ControlSocketError, OSError) as error:
        # A busy TCP port is an OSError whose text is the sentence; its number says nothing to a person.
        bare = isinstance(error, OSError) and error.filename is None and error.strerror
        print(f"bfd-fastpath: {bare or error}", file=sys.stderr)
        return FAILED


async def serve(settings: Settings) -> int:
    """Until SIGTERM or SIGINT. Raises what a failed start raises."""
    history = History()

    def observe(event: ServiceEvent) -> None:
        history.observe(event, time.time_ns())
        log_event(event)

    server = EmbeddedServer(
        settings.server, settings.sessions, settings.listen, settings.port, observe=observe
    )

    async def answer(command: str, arguments: Mapping[str, object]) -> object:
        if command == "show-exchange":
            return await in_turns(exchange_view(server.service.server.exchange, history, time.time_ns()))
        if command == "route-server-clients":
            return {**VIEWS[command](server.service.server), "malformed": server.malformed()}
        if command in VIEWS:
            return VIEWS[command](server.service.server)
        raise CommandError("unknown-command", f"A route server knows no command {command!r}.")

    where = settings.control
    control = ControlServer(str(where.path), answer, mode=where.mode, owner=where.owner, group=where.group)
    leave = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leave.set)
    await control.start()
    try:
        await server.start()
        _log.info("running", listen=[str(address) for address in settings.listen], port=server.port)
        await leave.wait()
        _log.info("leaving")
    finally:
        await server.stop()
        await control.close()
    return OK


def log_event(event: ServiceEvent) -> None:
    """One line for what an operator wants to hear of."""
    if isinstance(event, Joined):
        _log.info("session-up", client=event.client, peer=str(event.peer_address))
    elif isinstance(event, Left):
        _log.warning("session-down", client=event.client, text=event.text)
    elif isinstance(event, Refused):
        _log.warning("session-refused", peer=str(event.peer_address), asn=event.asn, text=event.text)
    elif isinstance(event, Claimed):
        _log.warning("link-of-another-refused", client=event.client, claimed=event.claimed)
    elif isinstance(event, ReachChange):
        log = _log.warning if event.new is Reachability.DOWN else _log.info
        log(
            "next-hop",
            client=event.client,
            next_hop=str(event.address),
            old=event.old.value,
            new=event.new.value,
        )
    elif isinstance(event, RoutesSent):
        withdrawn, announced = (sum(map(len, runs)) for runs in (event.withdrawn, event.announced))
        _log.debug("routes", client=event.client, withdrawn=withdrawn, announced=announced)
