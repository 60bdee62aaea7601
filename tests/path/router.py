# SPDX-License-Identifier: Apache-2.0
"""An engine that forwards, stepped by hand, with a cable at each of its ports and scapy at the other ends.

Port 0 has 192.0.2.1/24 and 2001:db8::1/64, port 1 198.51.100.1/24 and 2001:db8:1::1/64, and on VLAN 7 203.0.113.1/24. The
neighbours are .2 and ::2 of each, with static MAC addresses. Routes: the prefixes themselves by these neighbours, 10.0.0.0/8
and 2001:db8:f::/48 by those of port 1, and a prefix for each kind of next hop that forwards nothing.
"""

from types import TracebackType
from typing import Any, Self

from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Packet

import pydp
from pydp import NextHopConfig, NextHopKind

ADDRESSES = (("192.0.2.1/24", "2001:db8::1/64"), ("198.51.100.1/24", "2001:db8:1::1/64"))
#: Who is at the other end of each port.
NEIGHBOURS = (("192.0.2.2", "2001:db8::2"), ("198.51.100.2", "2001:db8:1::2"))
TAGGED, TAGGED_NEIGHBOUR = "203.0.113.1/24", "203.0.113.2"
#: Octets of the longest frame of a test with jumbo frames.
JUMBO = 10_000
SENDER, SENDER6 = "192.0.2.9", "2001:db8::9"
ROUTES = {
    "192.0.2.0/24": 2,
    "2001:db8::/64": 4,
    "10.0.0.0/8": 1,
    "2001:db8:f::/48": 3,
    "203.0.113.0/24": 5,
    "10.6.0.0/16": 6,
    "2001:db8:f:6::/64": 6,
    "10.7.0.0/16": 7,
    "2001:db8:f:7::/64": 7,
    "10.8.0.0/16": 8,
    "2001:db8:f:8::/64": 8,
}


def mac(port: int) -> str:
    """Of the neighbours at a port."""
    return f"02:00:00:00:01:0{port}"


class Router:
    """See above, with as many queues at each port as there are workers, unless told otherwise. `mtus` of the ports, 0: 1500.
    Time goes on by a millisecond a packet."""

    def __init__(
        self,
        name: str,
        workers: int = 1,
        queues: int | None = None,
        mtus: tuple[int, int] = (0, 0),
        **forwarding: Any,
    ) -> None:
        self.pool = pydp.Mempool(name, 4095, data_room=0 if mtus == (0, 0) else JUMBO)
        self.links = [
            pydp.link(f"{name}-{i}", capacity=64 if mtu else 0, queues=queues or workers, mtu=mtu)
            for i, mtu in enumerate(mtus)
        ]
        self.engine = pydp.Engine(name, workers=workers, seed=1)
        self.now_ns = 1_000_000_000
        for port, addresses in enumerate(ADDRESSES):
            assert self.engine.attach(self.links[port][0]) == port
            for address, neighbour in zip(addresses, NEIGHBOURS[port], strict=True):
                self.engine.address_add(port, address)
                self.engine.neighbour_set(port, neighbour, mac(port))
        self.engine.address_add(1, TAGGED, vlan=7)
        self.engine.neighbour_set(1, TAGGED_NEIGHBOUR, mac(1), vlan=7)
        self._next_hops()
        for prefix, next_hop in ROUTES.items():
            self.engine.routes.set(prefix, next_hop)
        self.engine.forwarding_set(pydp.ForwardingConfig(**forwarding))
        self._counted = self._counters()

    def _next_hops(self) -> None:
        hops = self.engine.nexthops
        hops.set(1, NextHopConfig.adjacent(NEIGHBOURS[1][0], 1))
        hops.set(2, NextHopConfig.adjacent(NEIGHBOURS[0][0], 0))
        hops.set(3, NextHopConfig.adjacent(NEIGHBOURS[1][1], 1))
        hops.set(4, NextHopConfig.adjacent(NEIGHBOURS[0][1], 0))
        hops.set(5, NextHopConfig.adjacent(TAGGED_NEIGHBOUR, 1, vlan=7))
        hops.set(6, NextHopConfig(NextHopKind.BLACKHOLE))
        hops.set(7, NextHopConfig(NextHopKind.UNREACHABLE))
        hops.set(8, NextHopConfig(NextHopKind.PROHIBITED))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.engine.close()
        for link in self.links:
            for end in link:
                end.close()
        self.pool.close()

    def ether(self, port: int = 0) -> Ether:
        """The header of a frame to the router."""
        return Ether(src=mac(port), dst=self.links[port][0].info().mac)

    def _counters(self) -> dict[str, int]:
        total: dict[str, int] = {}
        for port in range(2):
            for name, count in self.engine.stats.port(port).items():
                total[name] = total.get(name, 0) + count
        return total

    def counted(self) -> dict[str, int]:
        """What was counted at both ports since the last call."""
        before, self._counted = self._counted, self._counters()
        return {name: count - before[name] for name, count in self._counted.items() if count != before[name]}

    def send(self, *frames: bytes | Packet, port: int = 0) -> None:
        """Into the router's queue; nothing happens yet."""
        with pydp.Burst(512) as burst:
            for frame in frames:
                burst.append(self.pool, bytes(frame))
            assert burst.transmit(self.links[port][1]) == len(frames)

    def step(self) -> None:
        self.now_ns += 1_000_000
        self.engine.step(self.now_ns)

    def received(self, port: int) -> list[bytes]:
        """What came out of a port, that is."""
        frames = []
        with pydp.Burst(512) as burst:
            while burst.receive(self.links[port][1]):
                frames += [bytes(burst.view(i)) for i in range(len(burst))]
                burst.clear()
        return frames

    def through(self, *frames: bytes | Packet, port: int = 0) -> tuple[list[bytes], list[bytes]]:
        """What frames to a port make come out of port 0, and of port 1."""
        self.send(*frames, port=port)
        self.step()
        return self.received(0), self.received(1)

    def forwarded(self, packet: Packet, port: int = 1, vlan: int = 0) -> bytes:
        """The frame that a packet becomes when it goes out by a port as it should."""
        aged = packet.copy()
        if IP in aged:
            aged[IP].ttl -= 1
            del aged[IP].chksum
        else:
            aged[IPv6].hlim -= 1
        octets = bytes(aged)
        head = bytes.fromhex(mac(port).replace(":", "") + self.links[port][0].info().mac.replace(":", ""))
        if vlan:
            head += b"\x81\x00" + vlan.to_bytes(2, "big")
        return head + (b"\x08\x00" if IP in aged else b"\x86\xdd") + octets
