# SPDX-License-Identifier: Apache-2.0
"""A route server as a process: it asks for next hops by NH-Reach, and notes when octets about each came.

`python -m bfd_fastpath.bench.suites.telling.server FIRST COUNT` prints its port. Every line of its standard
input is answered with a line of JSON: by address, when it was last told to be down (CLOCK_MONOTONIC, ns).
"""

import asyncio
import json
import sys
from ipaddress import IPv4Address

from bfd_fastpath.net.bgp_listener import Listener
from bfd_fastpath.net.speaker import Speaker
from bfd_fastpath.net.speaker_settings import SpeakerSettings
from bfd_fastpath.net.tap import Direction, Flow
from bfd_fastpath.wire import bgp
from bfd_fastpath.wire.nhreach import NhReachNlri, NhState

ASN, MEMBER_ASN = 64499, 64500
LOOPBACK = IPv4Address("127.0.0.1")
_FAMILY = bgp.nh_reach(4)


class _Server:
    def __init__(self, hops: list[IPv4Address]) -> None:
        self._hops = hops
        self._heard_ns = 0
        self.downs: dict[str, int] = {}
        session = bgp.SessionSettings(
            ASN, IPv4Address("192.0.2.254"), (_FAMILY,), peer_asn=MEMBER_ASN, hold_time_s=0
        )
        settings = SpeakerSettings(session, LOOPBACK, connect=False)
        self.speaker = Speaker(settings, self._happened, tap=self._octets)

    def _octets(self, direction: Direction, data: bytes, time_ns: int, flow: Flow) -> None:
        if direction is Direction.IN:
            self._heard_ns = time_ns

    def _happened(self, event: bgp.Event) -> None:
        if isinstance(event, bgp.Established):
            attributes = bgp.Attributes(origin=bgp.Origin.IGP, as_path=bgp.AsPath.sequence(ASN))
            asks = [(NhReachNlri(hop),) for hop in self._hops]
            for update in bgp.pack_announcements(_FAMILY, attributes, (), asks):
                self.speaker.send(update)
        elif isinstance(event, bgp.UpdateReceived):
            for _, _, nlris in event.update.announcements():
                for nlri in nlris:
                    if isinstance(nlri, NhReachNlri) and nlri.state is NhState.DOWN:
                        self.downs[str(nlri.address)] = self._heard_ns


async def _serve(first: str, count: str) -> None:
    server = _Server([IPv4Address(first) + number for number in range(int(count))])
    listener = Listener(LOOPBACK, 0)
    listener.add(server.speaker)
    await listener.start()
    print(listener.port, flush=True)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while await lines.readline():
        print(json.dumps(server.downs), flush=True)
    await listener.stop()
    await server.speaker.stop()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:]))
