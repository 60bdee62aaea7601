# SPDX-License-Identifier: Apache-2.0
"""Our own router, fed with full tables: each measurement in a process of its own, since EAL is of the
process."""

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pydp
from bfd_fastpath.bench.daemons.daemon import free_port
from bfd_fastpath.bench.suites.control import messages
from bfd_fastpath.bench.suites.control.feed import Sender, resident
from bfd_fastpath.config import parse
from bfd_fastpath.prefixes import Run
from bfd_fastpath.router.rib import Offer, Rib, Source
from bfd_fastpath.router.router import Router
from bfd_fastpath.router.target import Gateway

_BOUND_S = 300
_ROUTER = """
[router]
asn = 64500
router-id = "192.0.2.1"
[[port]]
name = "lan0"
devargs = "given"
addresses = ["198.51.100.1/24"]
[bfd]
enabled = false
[forwarding]
enabled = true
"""
_NEIGHBOR = """
[[neighbor]]
address = "127.0.1.{number}"
local-address = "127.0.0.1"
remote-as = 64499
port = {port}
passive = true
families = ["ipv4-unicast"]
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """`seconds` from the first octet to the last route in the engine; `octets` of memory more than before,
    of which `tables` are those that the routes are kept in here and `engine` those of the engine.
    """

    who: str
    servers: int
    seconds: float
    octets: int
    tables: int = 0
    engine: int = 0


def loaded(routes: int, file: Path, servers: int) -> Loaded:
    """The table of `file` from so many route servers at once, over loopback."""
    pydp.eal.init()
    return asyncio.run(_loaded(routes, file, servers))


async def _loaded(routes: int, file: Path, servers: int) -> Loaded:
    near, far = pydp.link("bench")
    port = free_port("127.0.0.1")
    text = _ROUTER + "".join(_NEIGHBOR.format(number=n + 1, port=port) for n in range(servers))
    parsed = parse(text)
    assert parsed.config is not None, parsed.faults
    router = Router(parsed.config, ports={"lan0": near})
    await router.start()
    gc.collect()
    before = resident()
    try:
        with ExitStack() as stack:
            senders = [
                stack.enter_context(Sender(file, f"127.0.1.{n + 1}", 64499, "127.0.0.1", port))
                for n in range(servers)
            ]
            begun = [asyncio.get_running_loop().run_in_executor(None, one.first_ns) for one in senders]
            first = min(await asyncio.gather(*begun))
            deadline = time.monotonic() + _BOUND_S
            while not all(len(peer.learned) == routes for peer in router.peers()) or (
                router.engine.routes.info().ipv4_routes < routes
            ):
                assert time.monotonic() < deadline, "the table did not come"
                await asyncio.sleep(0.005)
            seconds = (time.monotonic_ns() - first) / 1e9
            gc.collect()
            tables = router.forwarding.rib.memory + sum(peer.learned.memory for peer in router.peers())
            engine = router.engine.routes.info().memory
            return Loaded("ours", servers, seconds, resident() - before, tables, engine)
    finally:
        await router.stop(at_once=True)
        far.close()


def bulk(routes: int, rounds: int) -> list[float]:
    """Seconds to load prefixes that are at hand, by 200 next hops, into the RIB and the engine; so often, new
    ones each time.
    """
    pydp.eal.init()
    parts = list(_parts(messages.prefixes(routes), messages.NEXT_HOPS))
    gateways = [Gateway(0, 0, pydp.addresses.as_address(f"198.51.100.{10 + n}")) for n in range(len(parts))]
    return [_loaded_at_once(f"bulk{number}", routes, parts, gateways) for number in range(rounds)]


def _loaded_at_once(name: str, routes: int, parts: list[Run], gateways: list[Gateway]) -> float:
    near, far = pydp.link(name)
    with near, far, pydp.Engine(name, max_nexthops=1024) as engine:
        engine.attach(near)
        engine.address_add(0, "198.51.100.1/24")
        rib = Rib(engine, 1024)
        offers = [(part, Offer(20, gateway)) for part, gateway in zip(parts, gateways, strict=True)]
        begun = time.perf_counter()
        refused = rib.change_runs(Source.BGP, offers)
        seconds = time.perf_counter() - begun
        assert not refused
        assert engine.routes.info().ipv4_routes == routes
        return seconds


def _parts(run: Run, count: int) -> Iterator[Run]:
    size = -(-len(run) // count)
    while run:
        head, run = run.cut(size)
        yield head
