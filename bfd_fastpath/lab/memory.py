# SPDX-License-Identifier: Apache-2.0
"""The stage in one process: two whole routers on DPDK ports, a cable in memory between them, BGP over TCP on
loopback."""

import contextlib
from collections.abc import Collection
from ipaddress import IPv4Address
from itertools import count
from typing import Final

import pydp
from bfd_fastpath.config import model
from bfd_fastpath.lab.cast import LAN4, LAN6, SERVER_AS, Cast, Player
from bfd_fastpath.lab.chronicle import Chronicle
from bfd_fastpath.lab.options import A_TO_B, DemoOptions
from bfd_fastpath.lab.server import EmbeddedServer, ExpectedSession
from bfd_fastpath.lab.tape import Tape
from bfd_fastpath.lab.witness import router_witness, server_witness
from bfd_fastpath.nhib import Reachability
from bfd_fastpath.router.router import Router

LOOPBACK: Final = IPv4Address("127.0.0.1")
_PORT: Final = "lan"
_numbers = count()


class MemoryStage:
    """EAL must be ready. `announcers` are those who announce their prefix; the story needs both."""

    def __init__(self, options: DemoOptions, announcers: Collection[str] = ("a", "b")) -> None:
        self.chronicle = Chronicle()
        self._options = options
        self._announcers = announcers
        self._cast = Cast.of(options)
        self._routers: dict[str, Router] = {}
        self._ends: tuple[pydp.Port, pydp.Port] | None = None
        self._server: EmbeddedServer | None = None
        self._tape: Tape | None = None

    async def open(self) -> None:
        # Several runs in one process need names of their own.
        number = next(_numbers)
        self._ends = pydp.link(f"cable{number}", ethdev=True)
        self._cut_ends(True, True)
        if self._options.pcap is not None:
            self._tape = Tape(self._options.pcap)
            self._tape.watch(*self._ends)
        cast = self._cast
        self._server = EmbeddedServer(
            cast.server(),
            [ExpectedSession(player.client(), LOOPBACK) for player in cast.players],
            [LOOPBACK],
            observe=server_witness(self.chronicle, cast),
            tap=self._tape.heard if self._tape is not None else None,
        )
        await self._server.start()
        for player, end in zip(cast.players, self._ends, strict=True):
            announces = player.name in self._announcers
            config = router_config(player, self._options, self._server.port, announces)
            router = Router(config, ports={_PORT: end}, name=f"demo{number}-{player.name}")
            router.observe(router_witness(self.chronicle, cast, player))
            self._routers[player.name] = router
            await router.start()

    async def close(self) -> None:
        async with contextlib.AsyncExitStack() as closing:
            if self._tape is not None:
                closing.push_async_callback(self._tape.close)
            for end in self._ends or ():
                closing.callback(end.close)
            if self._server is not None:
                closing.push_async_callback(self._server.stop)
            for router in self._routers.values():
                closing.push_async_callback(router.stop, at_once=True)

    def reporters(self) -> Collection[str]:
        return ("a", "b")

    def join(self) -> None:
        self._cut_ends(False, False)

    def cut(self) -> None:
        self._cut_ends(True, self._options.cut != A_TO_B)

    def ask(self, on: bool) -> None:
        assert self._server is not None
        self._server.service.ask(on)

    async def detection_times_us(self) -> dict[str, int]:
        shown = {}
        for player in self._cast.players:
            target = self._cast.other(player).next_hop
            for session in self._routers[player.name].engine.sessions:
                if session.config.dest_addr == target:
                    shown[player.name] = session.detection_time_us
        return shown

    async def forget_poll_gap(self) -> None:
        for router in self._routers.values():
            router.engine.stats.reset_gap()

    async def poll_gap_us(self) -> int:
        gaps = [router.engine.stats.worker().poll_gap_max_ns for router in self._routers.values()]
        return max(gaps, default=0) // 1000

    async def leftovers(self) -> list[str]:
        found = []
        for player in self._cast.players:
            router, target = self._routers[player.name], self._cast.other(player).next_hop
            name = player.name.upper()
            found += [
                f"{name} still has {route.prefix} through {target}"
                for _, route in router.routes()
                if route.next_hop == target
            ]
            entry = router.nhib.get(target)
            if entry is not None and entry.askers:
                found.append(f"{name} is still asked about {target} by {', '.join(entry.askers)}")
            if entry is None or entry.state is not Reachability.DOWN:
                found.append(f"{name}'s NHIB does not say that {target} is Down")
            slots = [s.nexthop_state for s in router.engine.sessions if s.config.dest_addr == target]
            if slots != [pydp.NextHopState.DEAD]:
                found.append(f"{name} would still forward to {target}")
        return found

    def _cut_ends(self, from_a: bool, from_b: bool) -> None:
        assert self._ends is not None
        self._ends[0].cut(from_a)
        self._ends[1].cut(from_b)


def router_config(player: Player, options: DemoOptions, server_port: int, announces: bool) -> model.Config:
    """What an operator would have written in the router's configuration file."""
    return model.Config(
        router=model.Router(player.name, player.asn, player.identifier),
        ports=(
            model.Port(
                name=_PORT,
                devargs="",
                addresses=(
                    model.InterfaceAddress(player.lan4, LAN4.prefixlen),
                    model.InterfaceAddress(player.lan6, LAN6.prefixlen),
                ),
                lan=(LAN4, LAN6),
            ),
        ),
        bfd=model.Bfd(timers=model.Timers(options.multiplier, options.interval_us, options.interval_us)),
        neighbors=(
            model.Neighbor(
                address=LOOPBACK,
                remote_as=SERVER_AS,
                port=server_port,
                announce=(model.Announcement(player.prefix, player.next_hop),) if announces else (),
            ),
        ),
        nhib=model.Nhib(allowed_prefixes=(LAN4, LAN6)),
    )
