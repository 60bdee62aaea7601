# SPDX-License-Identifier: Apache-2.0
"""A member's router on a link in memory with its peers, and a route server in another process: peers fall
silent one after the other, or all say Down at once. The engine has a core. The other one is Python's: the far
end and the route server share it, but have it only when Python does not want it.
"""

import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pydp
from bfd_fastpath.bench.gaps import Gaps
from bfd_fastpath.bench.suites.envelope.process import prepare
from bfd_fastpath.bench.suites.envelope.rig import FIRST_PEER, OURS, NotUpError, not_up
from bfd_fastpath.config import parse
from bfd_fastpath.router.events import BfdState, RouterEvent
from bfd_fastpath.router.router import Router
from pydp.generate import Action, Generator, Peers, PeersConfig

_UP_S: Final = 60.0
_STEP_S: Final = 0.01
_SETTLE_S: Final = 1.0
_NICE: Final = -10
#: The most that a report waits for others in a storm: what a router has, and nothing where Downs come one by
#: one, each of which is to be measured as if it were alone.
_STORM: Final = "50ms"
_LONE: Final = "0s"
_ROUTER: Final = """
[router]
asn = 64500
router-id = "192.0.2.1"
[engine]
idle = "poll"
cpu = {cpu}
max-sessions = {most}
max-neighbours = {most}
[[port]]
name = "lan0"
devargs = "given"
addresses = ["{ours}/8"]
[bfd]
min-interval = "{interval}ms"
local-multiplier = 3
[nhib]
max-sessions = {most}
[fuse]
enabled = false
[report]
coalesce = "{coalesce}"
[[neighbor]]
address = "127.0.0.1"
remote-as = 64499
port = {port}
hold-time = "0s"
families = ["ipv4-nh-reach"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Of each Down in their order, by the same clock, in nanoseconds."""

    sessions: int
    interval_ms: int
    #: When it was.
    at_ns: tuple[int, ...]
    #: From it until Python had the event.
    event_ns: tuple[int, ...]
    #: From it until the octets were at the route server's socket, by the kernel; None: it was not told.
    server_ns: tuple[int | None, ...]
    #: From the first Down to the last octets, nanoseconds.
    span_ns: int
    downs: int
    engine_gaps: Gaps


def measure(sessions: int, interval_ms: int, downs: int, at_once: bool, cpu: int) -> Told:
    """In a process of its own, since EAL starts once. at_once: the peers say Down; otherwise they fall silent
    one after the other. Raises NotUpError.
    """
    os.sched_setaffinity(0, os.sched_getaffinity(0) - {cpu} or {cpu})
    return asyncio.run(_measure(sessions, interval_ms, downs, at_once, cpu))


async def _measure(sessions: int, interval_ms: int, downs: int, at_once: bool, cpu: int) -> Told:
    prepare()
    near, far = pydp.link("member", capacity=1 << 16)
    with _server(sessions) as server, Generator("far", max_peers=sessions) as generator:
        generator.attach(far)
        most = sessions + 1024
        port = _line(server)
        text = _ROUTER.format(
            cpu=cpu,
            most=most,
            ours=OURS,
            interval=interval_ms,
            port=port,
            coalesce=_STORM if at_once else _LONE,
        )
        parsed = parse(text)
        if parsed.config is None:
            raise ValueError("; ".join(map(str, parsed.faults)))
        router = Router(parsed.config, ports={"lan0": near})
        seen: dict[str, tuple[int, int]] = {}

        def happened(event: RouterEvent) -> None:
            if isinstance(event, BfdState) and event.old == "up":
                seen[str(event.address)] = (event.time_ns, time.monotonic_ns() - event.time_ns)

        router.observe(happened)
        peers = _peers(generator, sessions, interval_ms)
        generator.start(idle=pydp.Idle.SLEEP)
        await router.start()
        try:
            await _all_up(peers, sessions)
            _prefer_ours()
            gc.collect()
            gc.freeze()
            router.engine.stats.reset_gap()
            await _let_down(peers, downs, at_once)
            end = time.monotonic() + 10
            while len(seen) < downs and time.monotonic() < end:
                await asyncio.sleep(0.05)
            await asyncio.sleep(_SETTLE_S)
            worker = router.engine.stats.worker()
            assert server.stdin is not None
            server.stdin.write("told\n")
            server.stdin.flush()
            told: dict[str, int] = json.loads(await asyncio.to_thread(_text, server))
        finally:
            await router.stop(at_once=True)
    near.close()
    far.close()
    order = sorted(seen, key=lambda address: seen[address][0])
    arrived = [told[address] for address in order if address in told]
    if not arrived:
        raise NotUpError(f"{len(seen)} sessions went Down, and the route server was told of none")
    return Told(
        sessions=sessions,
        interval_ms=interval_ms,
        at_ns=tuple(seen[address][0] for address in order),
        event_ns=tuple(seen[address][1] for address in order),
        server_ns=tuple(told[address] - seen[address][0] if address in told else None for address in order),
        span_ns=max(arrived) - seen[order[0]][0],
        downs=downs,
        engine_gaps=Gaps(worker.poll_gap_us_log2, worker.poll_gap_max_ns),
    )


def _prefer_ours() -> None:
    """The threads of this process come before the far end's, and before other processes."""
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            if not (task / "comm").read_text().startswith("pydg-"):
                os.setpriority(os.PRIO_PROCESS, int(task.name), _NICE)


def _peers(generator: Generator, sessions: int, interval_ms: int) -> Peers:
    return generator.peers(
        PeersConfig(
            address=FIRST_PEER,
            target=OURS,
            count=sessions,
            desired_min_tx_interval_us=interval_ms * 1000,
            required_min_rx_interval_us=interval_ms * 1000,
            multiplier=3,
            starts_per_second=20_000,
        )
    )


async def _all_up(peers: Peers, sessions: int) -> None:
    """All Up, and for a second so."""
    limit, quiet = time.monotonic() + _UP_S, 0
    while quiet < 10:
        up = peers.summary().up
        if time.monotonic() > limit:
            raise not_up(up, sessions, _UP_S)
        quiet = quiet + 1 if up == sessions else 0
        await asyncio.sleep(0.1)


async def _let_down(peers: Peers, downs: int, at_once: bool) -> None:
    if at_once:
        peers.act(Action.DOWN, first=0, count=downs)
        return
    for number in range(downs):
        peers.act(Action.SILENT, first=number, count=1)
        await asyncio.sleep(_STEP_S)


@contextmanager
def _server(sessions: int) -> "Iterator[subprocess.Popen[str]]":
    words = [sys.executable, "-m", "bfd_fastpath.bench.suites.telling.server", str(FIRST_PEER), str(sessions)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _line(server: "subprocess.Popen[str]") -> int:
    return int(_text(server))


def _text(server: "subprocess.Popen[str]") -> str:
    assert server.stdout is not None
    line = server.stdout.readline()
    if not line:
        raise ChildProcessError("the route server ended")
    return line
