# SPDX-License-Identifier: Apache-2.0
"""Our engine as one who takes part, a program of its own: told once what to be, then asked for its counts.

Reads one line of JSON, a plan (see ours), answers {"ready": true} or {"error": "..."}, and
answers every further line with a count.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Final

import pydp
from bfd_fastpath.bench.stages import cycles_a_packet
from bfd_fastpath.bench.suites.forward.process import thread_clock
from pydp.generate import Generator, Peers, PeersConfig

_ADDRESSES: Final = {4: ("192.0.2.1/25", "192.0.2.129/25"), 6: ("2001:db8::1/64", "2001:db8:0:1::1/64")}
#: Where sessions have a link of their own.
_BFD_PORT: Final = 2
_BFD_ADDRESS: Final = IPv4Address("10.0.0.1")
_FIRST_PEER: Final = IPv4Address("10.16.0.0")
_INTERVAL_US: Final = 50_000
#: The Detection Time outlasts the turns of the others, in which both ends stand still.
_MULTIPLIER: Final = 255
_UP_S: Final = 60.0


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    os.sched_setaffinity(0, {plan["other-cpu"]})
    try:
        with _standing(plan) as router:
            _say({"ready": True, "mac": router.mac})
            for _ in sys.stdin:
                _say(router.count())
    except (pydp.PydpError, RuntimeError) as error:
        _say({"error": str(error)})


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Router:
    """It forwards."""

    def __init__(self, engine: pydp.Engine, ports: int, peers: Peers | None) -> None:
        self._engine, self._ports, self._peers = engine, range(ports), peers
        self.mac = engine.ports[0].info().mac
        self._clock = thread_clock(_worker())

    def count(self) -> dict[str, Any]:
        ports = [self._engine.ports[port].stats() for port in self._ports]
        drops: dict[str, int] = {}
        taken = 0
        for port in self._ports:
            counters = self._engine.stats.port(port)
            taken += counters["rx-forward-ip4"] + counters["rx-forward-ip6"]
            for name, value in self._engine.stats.drops(port).items():
                drops[name] = drops.get(name, 0) + value
        return {
            "packets": sum(port.tx_packets for port in ports),
            "cpu-ns": time.clock_gettime_ns(self._clock),
            "taken": taken,
            "drops": drops,
            "stages": cycles_a_packet(self._engine.stats.stages()),
            "up": self._peers.summary().up if self._peers is not None else 0,
        }


@contextmanager
def _standing(plan: dict[str, Any]) -> Iterator[Router]:
    extra = ["--in-memory"] if plan["huge"] else ["--no-huge"]
    memory_mib = 64 if plan["huge"] else plan["mib"]
    pydp.eal.init(plan["ports"], cpu=plan["other-cpu"], memory_mib=memory_mib, extra=extra)
    sessions = plan["sessions"]
    with ExitStack() as stack:
        ports = [stack.enter_context(pydp.Port(port, mbufs=plan["mbufs"])) for port in plan["ports"]]
        for port, mac in zip(ports, plan["macs"], strict=True):
            if mac is not None and port.info().mac != mac:
                raise RuntimeError(f"net_pcap's address is {port.info().mac}, not {mac}")
        # Where who is at the other end of the cable answers, no link is wanted.
        linked = sessions and plan["far-mac"] is None
        cable = [stack.enter_context(end) for end in pydp.link("bfd", capacity=1 << 15)] if linked else []
        engine = stack.enter_context(
            pydp.Engine(
                "router", max_sessions=sessions or 1, max_neighbours=sessions + 1024, event_capacity=1 << 17
            )
        )
        for port in (*ports, *cable[:1]):
            engine.attach(port)
        _lead(engine, plan)
        if sessions:
            _watch(engine, sessions, _BFD_PORT if linked else 0)
        peers = _answer(stack, cable[1], plan) if linked else None
        engine.start(cpu=plan["cpu"], idle=pydp.Idle.POLL)
        if peers is not None:
            _await_sessions(peers, sessions)
        yield Router(engine, len(ports), peers)


def _lead(engine: pydp.Engine, plan: dict[str, Any]) -> None:
    """Neighbours, next hops and routes."""
    for port in range(len(plan["ports"])):
        engine.address_add(port, _ADDRESSES[plan["family"]][port])
        own = pydp.addresses.as_address(_ADDRESSES[plan["family"]][port].split("/")[0])
        for number in range(plan["next-hops"]):
            neighbour = own + 1 + number
            mac = plan["far-mac"] or f"02:00:00:00:{port:02x}:{number:02x}"
            engine.neighbour_set(port, neighbour, mac)
            engine.nexthops.set(
                1 + port * plan["next-hops"] + number, pydp.NextHopConfig.adjacent(neighbour, port)
            )
    for nexthop, file in plan["routes"]:
        engine.routes.set_nlri(plan["family"], Path(file).read_bytes(), nexthop)
    engine.forwarding_set(pydp.ForwardingConfig())


def _watch(engine: pydp.Engine, count: int, port: int) -> None:
    """Sessions at a port."""
    engine.address_add(port, f"{_BFD_ADDRESS}/8")
    for number in range(count):
        engine.sessions.upsert(
            pydp.SessionConfig(
                source_addr=_BFD_ADDRESS,
                dest_addr=_FIRST_PEER + number,
                port=port,
                local_multiplier=_MULTIPLIER,
                desired_min_tx_interval_us=_INTERVAL_US,
                required_min_rx_interval_us=_INTERVAL_US,
            )
        )


def _answer(stack: ExitStack, far: pydp.Port, plan: dict[str, Any]) -> Peers:
    """Who answers at the other end of the sessions' link."""
    generator = stack.enter_context(Generator("far", max_peers=plan["sessions"]))
    generator.attach(far)
    peers = generator.peers(far_peers(plan["sessions"]))
    generator.start(cpu=plan["other-cpu"], idle=pydp.Idle.POLL)
    return peers


def far_peers(count: int) -> PeersConfig:
    """The other ends of so many sessions."""
    return PeersConfig(
        address=_FIRST_PEER,
        target=_BFD_ADDRESS,
        count=count,
        desired_min_tx_interval_us=_INTERVAL_US,
        required_min_rx_interval_us=_INTERVAL_US,
        multiplier=_MULTIPLIER,
    )


def _await_sessions(peers: Peers, count: int) -> None:
    until = time.monotonic() + _UP_S
    while peers.summary().up < count:
        if time.monotonic() > until:
            raise RuntimeError(f"{peers.summary().up} of {count} BFD sessions came up")
        time.sleep(0.1)


def _worker() -> int:
    """The engine's polling thread."""
    for task in Path("/proc/self/task").iterdir():
        if (task / "comm").read_text().startswith("pydp-"):
            return int(task.name)
    raise RuntimeError("the engine has no worker")


if __name__ == "__main__":
    main()
