# SPDX-License-Identifier: Apache-2.0
"""What a run saw, what of it was not as expected, and its JSON. Arithmetic only."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from bfd_fastpath.lab.generate.wanted import Expectations, Wanted
from pydp import State
from pydp.generate import FlowState, GeneratorWorker, PeersSummary

#: A rate counts as kept when at most this share of what was due was not sent, and the achieved rate is within
#: a hundredth.
_KEPT: Final = 0.001
_NEAR: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A moment of a run."""

    passed_s: float
    duration_s: float
    peers: PeersSummary | None
    flow: FlowState | None
    worker: GeneratorWorker


@dataclass(frozen=True, slots=True)
class FlowResult:
    number: int
    state: FlowState
    #: What was asked for, packets a second; None: as fast as possible, or sent elsewhere.
    wanted_pps: float | None
    sent_here: bool

    @property
    def total(self) -> int:
        """Packets that could have come."""
        return max(self.state.sent, self.state.expected)

    @property
    def rate_kept(self) -> bool | None:
        """Whether the source sent what was due when it was due; None where no rate was asked for."""
        if self.wanted_pps is None:
            return None
        state = self.state
        missing = state.skipped + max(state.due - state.sent - state.skipped, 0)
        exact = state.sent < 2 or abs(state.tx_pps - self.wanted_pps) <= self.wanted_pps * _NEAR
        return state.sent > 0 and missing <= state.due * _KEPT and exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    wanted: Wanted
    seconds: float
    interrupted: bool
    peers: PeersSummary | None
    flows: tuple[FlowResult, ...]
    #: Name and counters of each port.
    ports: tuple[tuple[str, dict[str, int]], ...]
    worker: GeneratorWorker

    def unmet(self) -> list[str]:
        """A sentence for each expectation that was not met."""
        return [*_of_peers(self.peers, self.wanted.expected), *_of_flows(self.flows, self.wanted.expected)]

    def as_json(self) -> dict[str, Any]:
        return {
            "seconds": round(self.seconds, 3),
            "interrupted": self.interrupted,
            "peers": None if self.peers is None else peers_json(self.peers),
            "flows": [flow_json(flow) for flow in self.flows],
            "ports": [{"name": name, "counters": counters} for name, counters in self.ports],
            "worker": worker_json(self.worker),
            "unmet": self.unmet(),
        }


def _of_peers(peers: PeersSummary | None, expected: Expectations) -> Iterator[str]:
    if expected.sessions_up is not None:
        up = 0 if peers is None else peers.up
        if up < expected.sessions_up:
            yield f"{up} sessions are Up at the end, and {expected.sessions_up} were expected"
    if expected.max_downs is not None and peers is not None and peers.downs > expected.max_downs:
        yield f"sessions left Up {peers.downs} times, and {expected.max_downs} were allowed"


def _of_flows(flows: tuple[FlowResult, ...], expected: Expectations) -> Iterator[str]:
    asks = (expected.max_lost, expected.max_reordered, expected.max_latency_p99_us)
    if not flows and any(one is not None for one in asks):
        yield "nothing was sent or received, so nothing can be said of loss, order or latency"
    for flow in flows:
        state, name = flow.state, f"flow {flow.number}"
        limit = expected.max_lost
        if limit is not None:
            allowed = int(limit * flow.total) if isinstance(limit, Fraction) else limit
            if flow.total == 0:
                yield f"{name}: nothing was sent, so nothing can be said of loss"
            elif state.lost > allowed:
                yield f"{name}: {state.lost} packets of {flow.total} were lost, and {allowed} were allowed"
        if expected.max_reordered is not None and state.reordered > expected.max_reordered:
            yield (
                f"{name}: {state.reordered} packets were reordered, and {expected.max_reordered} were allowed"
            )
        if expected.max_latency_p99_us is not None:
            p99 = state.latency_ns(0.99)
            if p99 is None:
                yield f"{name}: no packet has a latency"
            elif p99 > expected.max_latency_p99_us * 1000:
                yield (
                    f"{name}: p99 of latency is {p99 / 1000:.1f} us, "
                    f"and {expected.max_latency_p99_us} us were allowed"
                )
        if expected.rate_kept and flow.rate_kept is False:
            yield (
                f"{name}: the source did not keep its rate: {state.tx_pps:,.0f} packets a second of "
                f"{flow.wanted_pps:,.0f}, {state.skipped} given up"
            )


def peers_json(peers: PeersSummary) -> dict[str, Any]:
    return {
        "peers": peers.peers,
        "started": peers.started,
        "states": {str(state): peers.states[state] for state in State},
        "failing": peers.failing,
        "target-mac": peers.target_mac,
        "all-up-after-ms": round((peers.all_up_ns - peers.begin_ns) / 1e6, 3) if peers.all_up_ns else None,
        "hellos-sent": peers.tx_packets,
        "hellos-received": peers.rx_packets,
        "ups": peers.ups,
        "downs": peers.downs,
        "downs-by-silence": peers.silences,
        "downs-by-word": peers.remote_downs,
        "failures": peers.failures,
        "failure-cycles": peers.cycles,
        "polls-sent": peers.tx_polls,
        "finals-received": peers.rx_finals,
        "polls-received": peers.rx_polls,
        "finals-sent": peers.tx_finals,
        "late": peers.rx_late,
        "early": peers.rx_early,
        "unwanted": peers.rx_unwanted,
        "bad-source-port": peers.rx_bad_port,
        "poll-and-final": peers.rx_poll_and_final,
        "unresolved": peers.tx_unresolved,
        "not-sent": peers.tx_lost,
        "misbehaved": peers.misbehaved,
        "faults": peers.faults,
        "received-late-us-log2": list(peers.rx_late_us_log2),
        "sent-late-us-log2": list(peers.tx_late_us_log2),
    }


def flow_json(flow: FlowResult) -> dict[str, Any]:
    state = flow.state
    return {
        "flow": flow.number,
        "sent": state.sent if flow.sent_here else None,
        "sent-octets": state.sent_bytes if flow.sent_here else None,
        "wanted-pps": flow.wanted_pps,
        "sent-pps": round(state.tx_pps, 3) if flow.sent_here else None,
        "due": state.due if flow.sent_here else None,
        "given-up": state.skipped if flow.sent_here else None,
        "rate-kept": flow.rate_kept,
        "port-full": state.full if flow.sent_here else None,
        "received": state.received,
        "received-octets": state.received_bytes,
        "received-pps": round(state.rx_pps, 3),
        "lost": state.lost,
        "duplicated": state.duplicated,
        "reordered": state.reordered,
        "reordered-by-at-most": state.extent,
        "too-late-to-tell": state.beyond,
        "stale": state.stale,
        "corrupt": state.corrupt,
        "clocks-differ": state.ahead,
        "latency-ns": latency_json(state),
    }


def latency_json(state: FlowState) -> dict[str, Any] | None:
    if state.latency_count == 0:
        return None
    return {
        "min": state.latency_min_ns,
        "mean": round(state.latency_sum_ns / state.latency_count),
        **{f"p{name}": round(state.latency_ns(share) or 0) for name, share in PERCENTILES},
        "max": state.latency_max_ns,
    }


PERCENTILES: Final = (("50", 0.5), ("99", 0.99), ("99.9", 0.999))


def worker_json(worker: GeneratorWorker) -> dict[str, Any]:
    return {
        "turns": worker.turns,
        "busy-turns": worker.busy_turns,
        "poll-gap-max-us": round(worker.poll_gap_max_ns / 1000, 1),
        "poll-gap-us-log2": list(worker.poll_gap_us_log2),
    }
