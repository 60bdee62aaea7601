# SPDX-License-Identifier: Apache-2.0
"""A small exchange in one process: routers A and B on a cable in memory, and where wanted the embedded route server.

Waiting is polling with a bound, on the loop that everything runs on.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from itertools import count
from typing import Self, TypeVar

import pydp
from bfd_fastpath.config import parse
from bfd_fastpath.config.model import Config
from bfd_fastpath.lab.server import EmbeddedServer, ExpectedSession
from bfd_fastpath.nhib import Reachability
from bfd_fastpath.router.events import RouterEvent
from bfd_fastpath.router.router import Router
from bfd_fastpath.routeserver.settings import ClientSettings, ServerSettings
from bfd_fastpath.wire.bgpls import Flag

Seen = TypeVar("Seen")
A, B = ip_address("198.51.100.1"), ip_address("198.51.100.2")
A6, B6 = ip_address("2001:db8::1"), ip_address("2001:db8::2")
PREFIX_A, PREFIX_B = ip_network("203.0.113.0/25"), ip_network("203.0.113.128/25")
LANS = (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64"))
LOOPBACK = ip_address("127.0.0.1")
AS_A, AS_B, AS_SERVER = 64500, 64501, 64499
_numbers = count()


def config(text: str) -> Config:
    parsed = parse(text)
    assert parsed.config is not None, "\n".join(map(str, parsed.faults))
    return parsed.config


def client(
    name: str, server_port: int | None = None, *, announce: str = "", extra: str = "", bfd: bool = True
) -> Config:
    """Router "a" or "b" as an operator would write it: 50 ms x 4, both families."""
    number = 1 if name == "a" else 2
    text = f"""
        [router]
        name = "{name}"
        asn = {AS_A if name == "a" else AS_B}
        router-id = "192.0.2.{number}"
        [[port]]
        name = "lan0"
        devargs = "given"
        addresses = ["198.51.100.{number}/24", "2001:db8::{number}/64"]
        [bfd]
        enabled = {str(bfd).lower()}
        local-multiplier = 4
        min-interval = "50ms"
        {extra}
    """
    if server_port is not None:
        text += f"""
        [[neighbor]]
        address = "127.0.0.1"
        remote-as = {AS_SERVER}
        port = {server_port}
        connect-retry = "100ms"
        announce = [{announce}]
        """
    return config(text)


def via(prefix: object, next_hop: object) -> str:
    return f'{{ prefix = "{prefix}", next-hop = "{next_hop}" }}'


@dataclass
class Exchange:
    """`async with`: closes whatever was started, in order, also after a failed test."""

    routers: dict[str, Router] = field(default_factory=dict)
    events: dict[str, list[RouterEvent]] = field(default_factory=dict)
    server: EmbeddedServer | None = None

    async def __aenter__(self) -> Self:
        self.number = next(_numbers)
        self.ends = dict(zip("ab", pydp.link(f"ex{self.number}"), strict=True))
        return self

    async def __aexit__(self, *_: object) -> None:
        for router in self.routers.values():
            await router.stop(at_once=True)
        if self.server is not None:
            await self.server.stop()
        for end in self.ends.values():
            end.close()

    async def serve(self, port: int = 0, *, flag_b: Flag | None = None) -> int:
        """Starts the route server; its TCP port."""
        clients = (
            ClientSettings("a", AS_A, (A, A6), ip_address("192.0.2.1")),
            ClientSettings("b", AS_B, (B, B6), ip_address("192.0.2.2"), flag=flag_b),
        )
        settings = ServerSettings(AS_SERVER, ip_address("192.0.2.254"), LANS, clients)
        self.server = EmbeddedServer(
            settings, [ExpectedSession(one, LOOPBACK) for one in clients], [LOOPBACK], port
        )
        await self.server.start()
        return self.server.port

    async def start(self, wanted: Config) -> Router:
        name = wanted.router.name
        router = Router(wanted, ports={"lan0": self.ends[name]}, name=f"ex{self.number}-{name}")
        self.events[name] = []
        router.observe(self.events[name].append)
        self.routers[name] = router
        await router.start()
        return router

    def cut(self, on: bool = True) -> None:
        for end in self.ends.values():
            end.cut(on)

    def seen(self, name: str, kind: type[Seen]) -> list[Seen]:
        """Events of one kind at router "a" or "b"."""
        return [event for event in self.events[name] if isinstance(event, kind)]


async def until(
    look: Callable[[], Seen], wanted: Callable[[Seen], object] = bool, bound: float = 15.0
) -> Seen:
    end = asyncio.get_running_loop().time() + bound
    while not wanted(seen := look()):
        assert asyncio.get_running_loop().time() < end, f"did not come within {bound} s; seen last: {seen!r}"
        await asyncio.sleep(0.005)
    return seen


def state(router: Router, address: object) -> Reachability | None:
    """What the NHIB says of a next hop; None: nothing."""
    entry = router.nhib.get(address)  # type: ignore[arg-type]
    return None if entry is None else entry.state


async def up(router: Router, *addresses: object) -> None:
    for address in addresses:
        await until(lambda address=address: state(router, address), lambda seen: seen is Reachability.UP)  # type: ignore[misc]


def session(router: Router, address: object) -> pydp.SessionState:
    """The engine's session to an address."""
    (found,) = [one for one in router.engine.sessions if one.config.dest_addr == address]
    return found
