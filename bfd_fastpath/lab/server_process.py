# SPDX-License-Identifier: Apache-2.0
"""The embedded route server as a process of the kernel stage: the players on its command line, what concerns
the story on its standard output, one JSON object a line."""

import asyncio
import json
import signal
import sys
import time
from dataclasses import asdict
from ipaddress import ip_address, ip_network

from bfd_fastpath.lab.cast import Cast
from bfd_fastpath.lab.chronicle import BGP_DOWN, Chronicle, Fact
from bfd_fastpath.lab.hush import quiet_logs
from bfd_fastpath.lab.options import DemoOptions
from bfd_fastpath.lab.server import EmbeddedServer, ExpectedSession
from bfd_fastpath.lab.story import BGP_UP
from bfd_fastpath.lab.witness import server_witness
from bfd_fastpath.routeserver.service import Joined, Left, ServiceEvent

READY = "listening"
#: Signals that switch the telling of clients about each other off and on.
DO_NOT_ASK = signal.SIGUSR1
ASK = signal.SIGUSR2


class Speaking(Chronicle):
    """A chronicle that says each fact aloud at once."""

    def note(self, fact: Fact) -> None:
        print(json.dumps(asdict(fact)), flush=True)


async def serve(prefix: str, address: str, port: int) -> None:
    """Until SIGTERM. Raises net.tcp's TcpError when the port cannot be had."""
    cast = Cast.of(DemoOptions(prefix=ip_network(prefix)))
    chronicle = Speaking()
    witness = server_witness(chronicle, cast)

    def observe(event: ServiceEvent) -> None:
        now = time.monotonic_ns()
        if isinstance(event, Joined):
            chronicle.note(Fact(BGP_UP, event.client, now, f"from {event.peer_address}"))
        elif isinstance(event, Left):
            chronicle.note(Fact(BGP_DOWN, event.client, now, event.text))
        witness(event)

    leave = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leave.set)
    sessions = [ExpectedSession(player.client(), player.next_hop) for player in cast.players]
    server = EmbeddedServer(cast.server(), sessions, [ip_address(address)], port, observe=observe)
    for number, on in ((DO_NOT_ASK, False), (ASK, True)):
        asyncio.get_running_loop().add_signal_handler(number, server.service.ask, on)
    await server.start()
    chronicle.note(Fact(READY, "rs", time.monotonic_ns(), f"{address} port {server.port}"))
    await leave.wait()
    await server.stop()


def main() -> int:
    """Arguments: the prefix of B, the address and the port to listen on."""
    prefix, address, port = sys.argv[1:4]
    # Standard output is for the facts alone: a log line among them would end the listening.
    quiet_logs()
    try:
        asyncio.run(serve(prefix, address, int(port)))
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
