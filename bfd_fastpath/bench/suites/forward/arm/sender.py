# SPDX-License-Identifier: Apache-2.0
"""The generator as a program of its own, at the far end of the cable: it offers all it can, and counts what
comes back.

Reads one line of JSON, a plan (see source), answers {"mac": "..."} or {"error": "..."}, and answers every
further line, a command, with what it counts.
"""

import ipaddress
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pydp
from bfd_fastpath.bench.suites.forward.packets import SOURCES
from bfd_fastpath.bench.suites.forward.router import far_peers
from pydp.addresses import Address
from pydp.generate import FlowConfig, Generator, Peers


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    os.sched_setaffinity(0, {plan["cpu"]})
    try:
        with _standing(plan) as sender:
            _say({"mac": sender.mac, "driver": sender.driver})
            for line in sys.stdin:
                sender.obey(json.loads(line))
                _say(sender.count())
    except (pydp.PydpError, ValueError) as error:
        _say({"error": str(error)})


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Sender:
    """It stands still until it is told to begin."""

    def __init__(
        self, plan: dict[str, Any], port: pydp.Port, generator: Generator, peers: Peers | None
    ) -> None:
        self._plan, self._port, self._generator, self._peers = plan, port, generator, peers
        self._flow = generator.flow(0)
        info = port.info()
        self.mac, self.driver = info.mac, info.driver
        self._destinations = {
            name: _addresses(Path(file).read_bytes(), 4 if plan["family"] == 4 else 16)
            for name, file in plan["destinations"].items()
        }

    def obey(self, command: dict[str, Any]) -> None:
        """begin: the port is looked at, and peers speak; send: data to this MAC address; end: nothing."""
        match command:
            case {"do": "begin"}:
                self._generator.start(cpu=self._plan["cpu"], idle=pydp.Idle.POLL)
            case {"do": "send", "mac": mac, "to": to}:
                self._flow.set(
                    FlowConfig(
                        source=ipaddress.ip_address(SOURCES[self._plan["family"]]),
                        mac=mac,
                        destinations=self._destinations[to],
                        sizes=tuple(self._plan["sizes"]),
                    )
                )
                self._flow.start()
            case {"do": "end"}:
                self._flow.stop()
                self._generator.stop()

    def count(self) -> dict[str, Any]:
        flow, info = self._flow.read(), self._port.info()
        return {
            "ns": time.monotonic_ns(),
            "sent": flow.sent,
            "received": flow.received,
            "full": flow.full,
            "turns": self._generator.worker().turns,
            "up": self._peers.summary().up if self._peers is not None else 0,
            "link-up": info.link_up,
            "speed-mbps": info.speed_mbps,
        }


def _addresses(octets: bytes, width: int) -> list[Address]:
    return [ipaddress.ip_address(octets[at : at + width]) for at in range(0, len(octets), width)]


@contextmanager
def _standing(plan: dict[str, Any]) -> Iterator[Sender]:
    pydp.eal.init([plan["port"]], cpu=plan["cpu"], program="bench-sender")
    sessions = plan["sessions"]
    with ExitStack() as stack:
        # Testpmd in io mode gives packets back as they are, with its own address as their destination.
        port = stack.enter_context(pydp.Port(plan["port"], promiscuous=True))
        generator = stack.enter_context(Generator("sender", max_peers=sessions or 1, unchecked=True))
        generator.attach(port)
        peers = generator.peers(far_peers(sessions)) if sessions else None
        yield Sender(plan, port, generator, peers)


if __name__ == "__main__":
    main()
