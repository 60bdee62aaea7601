# SPDX-License-Identifier: Apache-2.0
"""The stage between network namespaces over veth: router A is `bfd-fastpath run` beside its kernel, router B
is FRR, the route server is a process of ours, and the cable is a rule in the bridge between them. Needs
root."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import ip_interface
from pathlib import Path
from typing import Any, Final

from bfd_fastpath.lab import child, frr, story
from bfd_fastpath.lab.cast import LAN4, LAN6, SERVER_LAN4, SERVER_LAN6, Cast, Player
from bfd_fastpath.lab.chronicle import Chronicle, Fact
from bfd_fastpath.lab.netspace import Interface, Lan
from bfd_fastpath.lab.options import A_TO_B, DemoOptions
from bfd_fastpath.lab.server_process import ASK, DO_NOT_ASK, READY
from bfd_fastpath.lab.tape import BFD_FILE, BGP_FILE
from bfd_fastpath.lab.witness import router_witness
from bfd_fastpath.router import events
from bfd_fastpath.routeserver.settings import Address

_BGP_PORT: Final = 179
_LOOK_S: Final = 0.1
_START_S: Final = 20.0
_TOOLS: Final = {"ip": "iproute2", "nft": "nftables", "ethtool": "ethtool"}


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why this stage cannot be built here, and whether that is a fault or just skipped."""

    text: str
    skip: bool


def unavailable() -> Unavailable | None:
    """None when everything is there."""
    if not frr.installed():
        return Unavailable("FRR is not installed here, so there is no router B: skipped (Debian: frr)", True)
    if os.geteuid() != 0:
        return Unavailable("network namespaces need root: run it with sudo, or leave out --kernel", False)
    for tool, package in _TOOLS.items():
        if shutil.which(tool) is None:
            return Unavailable(f"{tool} is missing (Debian: apt-get install {package})", False)
    return None


class KernelStage:
    """Everything has names with this process's number in them, and all of it is gone after `close`."""

    def __init__(self, options: DemoOptions) -> None:
        self.chronicle = Chronicle()
        self._options = options
        self._cast = Cast.of(options)
        self._server: Address = SERVER_LAN4 if options.prefix.version == 4 else SERVER_LAN6
        self._directory = Path(tempfile.mkdtemp(prefix="bfd-fastpath-demo-"))
        self._tasks: list[asyncio.Task[None]] = []
        self._lan: Lan | None = None
        self._server_process: asyncio.subprocess.Process | None = None
        self._router: child.RouterChild | None = None
        self._frr: frr.Frr | None = None
        self._b_detects_us = 0

    async def open(self) -> None:
        # FRR's daemons give up root, and must reach their directory below this one.
        self._directory.chmod(0o755)
        lan = self._lan = Lan(f"bfd-demo-{os.getpid()}")
        lan.make()
        a, b = self._cast.players
        server = lan.plug("rs", [_on_lan(SERVER_LAN4), _on_lan(SERVER_LAN6)])
        near = lan.plug("a", [_on_lan(address) for address in a.lan])
        far = lan.plug("b", [_on_lan(address) for address in b.lan])
        # The engine answers for UDP 3784; the kernel beside it would tell the peer that the port is closed.
        near.run("nft", "add", "table", "inet", "beside")
        near.run("nft", "add", "chain", "inet", "beside", "input", "{ type filter hook input priority 0; }")
        near.run("nft", "add", "rule", "inet", "beside", "input", "udp", "dport", "3784", "drop")
        self._drop(both=True)
        await self._sniff()
        self._server_process = await server.start(
            *(sys.executable, "-m", "bfd_fastpath.lab.server_process"),
            *(str(b.prefix), str(self._server), str(_BGP_PORT)),
        )
        self._spawn(self._listen(self._server_process))
        await self.chronicle.all_of(READY, ("rs",), 0, _START_S)
        witness = router_witness(self.chronicle, self._cast, a)
        self._router = child.RouterChild(near, self._directory / "a", _but_for_bgp(witness))
        await self._router.start(child.configuration(a, self._server, self._options))
        self._frr = frr.Frr(far, self._directory / "b")
        await self._frr.start(frr.configuration(b, a, self._server, self._options))
        self._spawn(self._watch_b(self._frr, a))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._router is not None:
            await self._router.close()
        if self._lan is not None:
            await self._lan.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def reporters(self) -> Collection[str]:
        return ("a",)

    def join(self) -> None:
        assert self._lan is not None
        self._lan.mend()

    def cut(self) -> None:
        self._drop(both=self._options.cut != A_TO_B)

    def ask(self, on: bool) -> None:
        assert self._server_process is not None
        self._server_process.send_signal(ASK if on else DO_NOT_ASK)

    async def detection_times_us(self) -> dict[str, int]:
        session = await self._session()
        shown = session["session-running"]["detection-time"] if session is not None else 0
        return {"a": shown, "b": self._b_detects_us}

    async def forget_poll_gap(self) -> None:
        """The control socket has no command for it: the gap is the largest since the router started."""

    async def poll_gap_us(self) -> int:
        assert self._router is not None
        worker = (await self._router.ask("show-ports"))["worker"]
        return int(worker["poll-gap-max"])

    async def leftovers(self) -> list[str]:
        assert self._router is not None
        target = str(self._cast.b.next_hop)
        routes = (await self._router.ask("show-routes"))["routes"]
        found = [f"A still has {r['prefix']} through {target}" for r in routes if r["next-hop"] == target]
        entries = (await self._router.ask("show-nexthops"))["next-hops"]
        entries = [entry for entry in entries if entry["address"] == target]
        users = [user for entry in entries for user in entry["users"]]
        if users:
            found.append(f"A is still asked about {target} by {', '.join(users)}")
        if [entry["state"] for entry in entries] != ["down"]:
            found.append(f"A's NHIB does not say that {target} is Down")
        session = await self._session()
        if session is None or session["next-hop-state"] != "dead":
            found.append(f"A would still forward to {target}")
        return found

    async def _session(self) -> dict[str, Any] | None:
        assert self._router is not None
        sessions = (await self._router.ask("show-sessions"))["sessions"]
        return next((s for s in sessions if s["dest-addr"] == str(self._cast.b.next_hop)), None)

    def _drop(self, *, both: bool) -> None:
        assert self._lan is not None
        self._lan.drop("a", "b")
        if both:
            self._lan.drop("b", "a")

    def _spawn(self, work: Any) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(work))

    async def _sniff(self) -> None:
        if self._options.pcap is None:
            return
        assert self._lan is not None
        directory = self._options.pcap.resolve()
        directory.mkdir(parents=True, exist_ok=True)
        for kind, name, ports in (("bfd", BFD_FILE, ("a", "b")), ("bgp", BGP_FILE, ("rs", "a", "b"))):
            module = (sys.executable, "-m", "bfd_fastpath.lab.sniff_process")
            await self._lan.switch.start(*module, kind, directory / name, *ports)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """The route server's facts."""
        assert process.stdout is not None
        async for line in process.stdout:
            self.chronicle.note(Fact(**json.loads(line)))

    async def _watch_b(self, other: frr.Frr, a: Player) -> None:
        """FRR is looked at from time to time; the steps' times never depend on it."""
        learned, up = False, False
        family = "ipv4" if a.prefix.version == 4 else "ipv6"
        while True:
            if not learned:
                table = await other.show(f"bgp {family} unicast", "bgpd")
                learned = str(a.prefix) in ((table or {}).get("routes") or {})
                if learned:
                    self._note(story.ROUTE_LEARNED, f"{a.prefix}, says FRR")
            peers = await other.show("bfd peers", "bfdd")
            peer = next((p for p in peers or [] if p.get("peer") == str(a.next_hop)), None)
            if peer is not None:
                was, up = up, peer["status"] == "up"
                self._b_detects_us = _detection_time_us(peer) if up else 0
                if up != was:
                    self._note(story.BFD_UP if up else story.BFD_DOWN, f"to {a.next_hop}, says FRR", peer)
            await asyncio.sleep(_LOOK_S)

    def _note(self, kind: str, text: str, peer: dict[str, Any] | None = None) -> None:
        silent = peer is not None and peer.get("diagnostic") == "control detection time expired"
        hello = 0 if kind == story.BFD_DOWN and silent else None
        self.chronicle.note(Fact(kind, "b", time.monotonic_ns(), text, hello))


def _on_lan(address: Address) -> Interface:
    return ip_interface(f"{address}/{(LAN4 if address.version == 4 else LAN6).prefixlen}")


def _but_for_bgp(observe: Callable[[events.RouterEvent], None]) -> Callable[[events.RouterEvent], None]:
    """The route server tells of both routers' BGP sessions, so A's word on its own is left out."""

    def heard(event: events.RouterEvent) -> None:
        if not isinstance(event, events.BgpUp | events.BgpDown):
            observe(event)

    return heard


def _detection_time_us(peer: dict[str, Any]) -> int:
    slower = max(peer.get("receive-interval", 0), peer.get("remote-transmit-interval", 0))
    return int(peer.get("remote-detect-multiplier", 0) * slower * 1000)
