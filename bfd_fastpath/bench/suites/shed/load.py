# SPDX-License-Identifier: Apache-2.0
"""Data at a rate through an engine that holds sessions with the sender, by one receive queue: what was
forwarded, what was shed so that hellos do not wait, and whether a session went down.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

import pydp
from bfd_fastpath.bench.suites.envelope.hold import Held, watched
from bfd_fastpath.bench.suites.envelope.rig import OURS, Rig, Wanted, prepare, standing
from pydp.generate import Flow, FlowConfig

#: Frames that the receive queue holds: what comes within the milliseconds for which a virtual machine is not
#: run has to fit, or every load overflows it.
QUEUE: Final = 1 << 16
#: Of the frames offered; more is an overflow.
LOSS_BOUND: Final = 1e-3
_KEPT_UP: Final = 0.97
DESTINATIONS: Final = 1024
_FIRST: Final = IPv4Address("198.18.0.0")
_SETTLE_S: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One rate of data, packets a second each."""

    #: Asked of the far end.
    wanted_pps: float
    offered_pps: float
    forwarded_pps: float
    shed_pps: float
    #: Frames lost because the receive queue was full, hellos among them.
    lost_pps: float
    sessions: Held

    @property
    def kept_up(self) -> bool:
        """The far end sent as much as it was to: from there on its hellos suffer, not ours."""
        return self.offered_pps > _KEPT_UP * self.wanted_pps

    @property
    def overflowed(self) -> bool:
        return self.lost_pps > LOSS_BOUND * self.offered_pps


def measure(wanted: Wanted, rates: Sequence[float], seconds: float) -> list[Loaded]:
    """In a process of its own, since EAL starts once. Ends with the first rate at which the queue overflows,
    or that the far end does not reach. Raises NotUpError.
    """
    rows: list[Loaded] = []
    with _loaded(wanted) as (rig, flow):
        for pps in rates:
            flow.start(pps)
            time.sleep(_SETTLE_S)
            rows.append(_at(rig, flow, pps, seconds))
            flow.stop()
            if rows[-1].overflowed or not rows[-1].kept_up:
                break
    return rows


@contextmanager
def _loaded(wanted: Wanted) -> Iterator[tuple[Rig, Flow]]:
    """Sessions are up; what the flow sends leaves by a port that sends to nowhere."""
    prepare()
    with pydp.Port("net_null_shed,no-rx=1") as away, standing(wanted, QUEUE) as rig:
        engine = rig.engine
        out = engine.attach(away)
        engine.address_add(out, "192.0.2.1/24")
        engine.neighbour_set(out, "192.0.2.2", "02:00:00:00:00:02")
        engine.nexthops.set(1, pydp.NextHopConfig.adjacent("192.0.2.2", out))
        engine.routes.set("198.18.0.0/15", 1)
        engine.forwarding_set(pydp.ForwardingConfig())
        config = FlowConfig(
            source=OURS + 1,
            gateway=OURS,
            destinations=[_FIRST + number for number in range(DESTINATIONS)],
            source_ports=DESTINATIONS,
        )
        flow = rig.generator.flow(0, config)
        rig.begin()
        yield rig, flow


def _at(rig: Rig, flow: Flow, pps: float, seconds: float) -> Loaded:
    before = _counts(rig, flow)
    begin = time.monotonic()
    sessions = watched(rig, 0.0, seconds)
    took = time.monotonic() - begin
    offered, forwarded, shed, lost = (
        (now - then) / took for now, then in zip(_counts(rig, flow), before, strict=True)
    )
    return Loaded(
        wanted_pps=pps,
        offered_pps=offered,
        forwarded_pps=forwarded,
        shed_pps=shed,
        lost_pps=lost,
        sessions=sessions,
    )


def _counts(rig: Rig, flow: Flow) -> tuple[int, int, int, int]:
    """Sent, forwarded, shed, lost so far."""
    port = rig.engine.stats.port(0)
    return flow.read().sent, port["rx-forward-ip4"], port["drop-shed"], rig.missed()[0]
