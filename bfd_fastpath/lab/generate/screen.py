# SPDX-License-Identifier: Apache-2.0
"""A run as a person follows it: a table that lives while it runs, and the last one."""

from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from bfd_fastpath.lab.generate.result import PERCENTILES, FlowResult, Look, Result
from pydp import State
from pydp.generate import FlowState, GeneratorWorker, PeersSummary


class Screen:
    """Shows looks on a terminal, and nothing anywhere else. A context manager: it wipes its table."""

    def __init__(self, *, wanted: bool = True) -> None:
        console = Console(stderr=True)
        self._live = Live(console=console, transient=True, auto_refresh=False)
        self._wanted = wanted and console.is_terminal

    def __enter__(self) -> Self:
        if self._wanted:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._wanted:
            self._live.stop()

    def __call__(self, look: Look) -> None:
        if self._wanted:
            self._live.update(moment(look), refresh=True)


def moment(look: Look) -> Table:
    """What is to be seen while it runs."""
    table = _rows(f"{look.passed_s:.0f} s of {look.duration_s:g} s")
    if look.peers is not None:
        _add_peers(table, look.peers)
    if look.flow is not None:
        _add_flow(table, look.flow, None)
    _add_worker(table, look.worker)
    return table


def summary(result: Result) -> Group:
    """The last table, and what was not as expected."""
    tables: list[Table | str] = []
    if result.peers is not None:
        table = _rows("BFD peers")
        _add_peers(table, result.peers)
        tables.append(table)
    for flow in result.flows:
        table = _rows(f"flow {flow.number}")
        _add_flow(table, flow.state, flow)
        tables.append(table)
    table = _rows(f"the generator, {result.seconds:.1f} s")
    _add_worker(table, result.worker)
    for name, counters in result.ports:
        table.add_row(f"port {name}", _list(counters))
    tables.append(table)
    return Group(*tables)


def _rows(title: str) -> Table:
    table = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _list(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if count) or "nothing"


def _add_peers(table: Table, peers: PeersSummary) -> None:
    states = ", ".join(f"{peers.states[state]:,} {state}" for state in reversed(State))
    table.add_row("sessions", f"{peers.started:,} of {peers.peers:,} started: {states}")
    if peers.target_mac is None:
        table.add_row("target", "its MAC address is not known: it answers neither ARP nor ND")
    if peers.all_up_ns:
        table.add_row("all Up", f"{(peers.all_up_ns - peers.begin_ns) / 1e6:,.0f} ms after the start")
    table.add_row("hellos", f"{peers.tx_packets:,} sent, {peers.rx_packets:,} received")
    table.add_row(
        "left Up",
        f"{peers.downs:,} times: {peers.silences:,} by silence, {peers.remote_downs:,} by the target's word",
    )
    if peers.failures:
        table.add_row("told to fail", f"{peers.failures:,} times, {peers.failing:,} of them still")
    table.add_row("late hellos", f"{peers.rx_late:,} by more than a tenth; {peers.rx_early:,} early")
    if peers.misbehaved:
        table.add_row("bad packets sent", _list(peers.misbehaved))
    odd = {
        **peers.faults,
        "bad-source-port": peers.rx_bad_port,
        "poll-and-final": peers.rx_poll_and_final,
    }
    if any(odd.values()):
        table.add_row("refused or odd", _list(odd))
    if peers.tx_lost:
        table.add_row("not sent", f"{peers.tx_lost:,}: no buffer or no room in the port")


def _add_flow(table: Table, state: FlowState, result: FlowResult | None) -> None:
    if state.sent or not state.received:
        text = f"{state.sent:,} packets, {state.tx_pps:,.0f} a second"
        if result is not None and result.wanted_pps is not None:
            text += f" of {result.wanted_pps:,.0f}"
            if not result.rate_kept:
                text += f": the rate was NOT kept, {state.skipped:,} given up"
        table.add_row("sent", text)
    if not state.resolved and not state.received:
        table.add_row("gateway", "its MAC address is not known: it answers neither ARP nor ND")
    table.add_row("received", f"{state.received:,} packets, {state.rx_pps:,.0f} a second")
    table.add_row("lost", f"{state.lost:,}; duplicated {state.duplicated:,}, reordered {state.reordered:,}")
    if state.corrupt or state.stale or state.beyond:
        told = {"corrupt": state.corrupt, "stale": state.stale, "too late to tell": state.beyond}
        table.add_row("odd", _list(told))
    if state.latency_count:
        shares = ", ".join(
            f"p{name} {(state.latency_ns(share) or 0) / 1000:,.1f}" for name, share in PERCENTILES
        )
        table.add_row("latency us", f"{shares}, max {state.latency_max_ns / 1000:,.1f}")
    if state.ahead:
        table.add_row("latency", f"{state.ahead:,} packets came before they were sent: the clocks differ")


def _add_worker(table: Table, worker: GeneratorWorker) -> None:
    gaps = [
        f"{count:,} from {2**i:,} us" for i, count in enumerate(worker.poll_gap_us_log2) if i > 9 and count
    ]
    text = f"longest {worker.poll_gap_max_ns / 1000:,.0f} us"
    table.add_row("poll gaps", text + (f"; {', '.join(gaps)}" if gaps else ""))
