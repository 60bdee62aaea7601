# SPDX-License-Identifier: Apache-2.0
"""Our engine as the same router, stepped by hand: a turn for each packet."""

from collections.abc import Iterable

from pydp import NextHopConfig, NextHopKind
from tests.interop.forward.shape import CONNECTED, LINK_LOCAL, ROUTES, STATIC, mac
from tests.path.router import Router

KINDS = {
    "blackhole": NextHopKind.BLACKHOLE,
    "unreachable": NextHopKind.UNREACHABLE,
    "prohibit": NextHopKind.PROHIBITED,
}
#: A limit of errors and answers that is never reached.
UNLIMITED = 1_000_000


class Ours(Router):
    """`mtus` of its ports, 0: 1500."""

    def __init__(self, name: str, mtus: tuple[int, int] = (0, 0)) -> None:
        super().__init__(name, mtus=mtus, icmp_error_rate=UNLIMITED, icmp_echo_rate=UNLIMITED)
        for port in range(2):
            self.engine.address_add(port, LINK_LOCAL)
        for port, address in STATIC:
            self.engine.neighbour_set(port, address, mac(port))
        number = 100
        for prefix, port in CONNECTED.items():
            self._route(number := number + 1, prefix, NextHopConfig.connected(port))
        for prefix, to in ROUTES.items():
            if isinstance(to, str):
                config = NextHopConfig(KINDS[to])
            else:
                port, via = to
                config = NextHopConfig.adjacent(via, port)
            self._route(number := number + 1, prefix, config)

    def _route(self, number: int, prefix: str, to: NextHopConfig) -> None:
        self.engine.nexthops.set(number, to)
        self.engine.routes.set(prefix, number)

    def each_through(self, frames: Iterable[bytes], port: int = 0) -> tuple[list[bytes], list[bytes]]:
        """As `through`, one after the other."""
        found: tuple[list[bytes], list[bytes]] = ([], [])
        for frame in frames:
            for port_found, more in zip(found, self.through(frame, port=port), strict=True):
                port_found += more
        return found
