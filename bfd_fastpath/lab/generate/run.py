# SPDX-License-Identifier: Apache-2.0
"""One run of the generator: ports opened, peers and flows set going, looked at until the time is up, and read
for the last time.
"""

import contextlib
import time
from collections.abc import Callable
from typing import Final

import pydp
from bfd_fastpath.lab.generate.result import FlowResult, Look, Result
from bfd_fastpath.lab.generate.wanted import FlowWanted, PeersWanted, Wanted, parts, spread
from pydp.generate import Action, Flow, FlowConfig, FlowState, Generator, Peers

#: Between two looks at what runs.
_EVERY_S: Final = 0.25
_FLOWS: Final = 256
_QUIET_S: Final = 0.1


class Run:
    """`look` is called four times a second with what was seen. Raises pydp.PydpError and WantedError."""

    def __init__(self, wanted: Wanted, look: Callable[[Look], None]) -> None:
        self._wanted, self._look = wanted, look
        self._peers: Peers | None = None
        self._flow: Flow | None = None
        self._pps: float | None = None
        self._begin = 0.0
        self._interrupted = False

    def perform(self) -> Result:
        """EAL must be ready."""
        wanted = self._wanted
        with contextlib.ExitStack() as open_things:
            ports = [
                open_things.enter_context(pydp.Port(devargs, promiscuous=True)) for devargs in wanted.ports
            ]
            return self.perform_on(ports)

    def perform_on(self, ports: list[pydp.Port]) -> Result:
        """The same on ports that are open already, and stay so."""
        wanted = self._wanted
        peers = wanted.peers.config.count if wanted.peers is not None else 1
        with Generator("generate", max_peers=peers, max_flows=_FLOWS, tag=wanted.tag) as generator:
            for port in ports:
                generator.attach(port)
            for hosts in wanted.hosts:
                generator.hosts_add(hosts.port, hosts.first, hosts.count, vlan=hosts.vlan)
            if wanted.peers is not None:
                self._peers = _set_peers(generator, wanted.peers)
            if wanted.flow is not None:
                self._set_flow(generator, wanted.flow, ports[wanted.flow.port].info().speed_mbps)
            idle = pydp.Idle.SLEEP if wanted.sleeps else pydp.Idle.POLL
            self._begin = time.monotonic()
            generator.start(cpu=wanted.cpu, idle=idle)
            try:
                self._wait(generator)
            except KeyboardInterrupt:
                self._interrupted = True
            result = self._read(generator)
            self._leave()
            return result

    def _set_flow(self, generator: Generator, flow: FlowWanted, speed_mbps: int) -> None:
        config = FlowConfig(
            source=flow.source,
            sources=flow.sources,
            destinations=spread(flow.networks, flow.destinations),
            gateway=flow.gateway,
            mac=flow.mac,
            port=flow.port,
            vlan=flow.vlan,
            sizes=flow.sizes,
        )
        self._flow = generator.flow(0, config)
        self._pps = flow.rate.packets_per_second(flow.sizes, speed_mbps)
        packets = flow.packets
        if packets is None and self._pps is not None:
            packets = max(round(self._pps * self._wanted.duration_s), 1)
        self._flow.start(self._pps, packets)

    def _wait(self, generator: Generator) -> None:
        end = self._begin + self._wanted.duration_s
        while (now := time.monotonic()) < end:
            time.sleep(min(_EVERY_S, end - now))
            self._look(self._seen(generator))
        if self._flow is None:
            return
        self._finish_sending(self._flow)
        last = time.monotonic() + self._wanted.drain_s
        while time.monotonic() < last and self._flow.read().lost > 0:
            time.sleep(_EVERY_S / 10)

    def _finish_sending(self, flow: Flow) -> None:
        """A flow of so many packets may end a little after its time: it began when its gateway was known."""
        start_ns = flow.read().start_ns
        late_s = max(start_ns / 1e9 - self._begin, 0.0) if start_ns else 0.0
        end = time.monotonic() + late_s + _QUIET_S
        while flow.read().sending and time.monotonic() < end:
            time.sleep(_EVERY_S / 10)
        flow.stop()

    def _seen(self, generator: Generator) -> Look:
        return Look(
            passed_s=time.monotonic() - self._begin,
            duration_s=self._wanted.duration_s,
            peers=self._peers.summary() if self._peers is not None else None,
            flow=self._flow.read() if self._flow is not None else self._heard(generator),
            worker=generator.worker(),
        )

    def _heard(self, generator: Generator) -> FlowState | None:
        """The flow that another process sends, when one is listened for."""
        if self._wanted.peers is not None:
            return None
        return generator.flow(0).read()

    def _read(self, generator: Generator) -> Result:
        return Result(
            wanted=self._wanted,
            seconds=time.monotonic() - self._begin,
            interrupted=self._interrupted,
            peers=self._peers.summary() if self._peers is not None else None,
            flows=self._flows(generator),
            ports=tuple(
                (port.info().name, generator.counters(index)) for index, port in enumerate(generator.ports)
            ),
            worker=generator.worker(),
        )

    def _flows(self, generator: Generator) -> tuple[FlowResult, ...]:
        if self._flow is not None:
            return (FlowResult(0, self._flow.read(), self._pps, sent_here=True),)
        heard = ((number, generator.flow(number).read()) for number in range(_FLOWS))
        return tuple(
            FlowResult(number, state, None, sent_here=False) for number, state in heard if state.received
        )

    def _leave(self) -> None:
        """AdminDown, so that the router under test does not report a failure that is none."""
        if self._peers is None or not self._wanted.says_goodbye:
            return
        self._peers.act(Action.ADMIN_DOWN)
        time.sleep(_QUIET_S)


def _set_peers(generator: Generator, wanted: PeersWanted) -> Peers:
    peers = generator.peers(wanted.config)
    for bad, part in zip(wanted.misbehaviours, parts(wanted.misbehaviours, wanted.config.count), strict=True):
        peers.misbehave(bad.name, first=part.start, count=len(part), every=bad.every, extra=bad.extra)
    return peers
