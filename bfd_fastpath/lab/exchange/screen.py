# SPDX-License-Identifier: Apache-2.0
"""A run as a person follows it: a line that lives on a terminal, plain lines elsewhere, and a table."""

import time
from types import TracebackType
from typing import Self

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bfd_fastpath.lab.exchange.exchange import Exchange
from bfd_fastpath.lab.exchange.result import REAL, SIMULATED, Played, Result

_EVERY_S = 0.2
_PLAIN_EVERY_S = 10.0


class Screen:
    """Called with what is being done; a context manager, which wipes its line. Not `wanted`: silent."""

    def __init__(self, *, wanted: bool = True) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._live = Live(console=self._console, transient=True, auto_refresh=False)
        self._wanted = wanted
        self._begin = self._last = time.monotonic()
        self._doing = ""

    def __enter__(self) -> Self:
        if self._wanted and self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def __call__(self, doing: str, exchange: Exchange) -> None:
        if not self._wanted:
            return
        now = time.monotonic()
        every = _EVERY_S if self._console.is_terminal else _PLAIN_EVERY_S
        if doing == self._doing and now - self._last < every:
            return
        self._doing, self._last = doing, now
        line = self._line(doing, exchange)
        if self._console.is_terminal:
            self._live.update(Text(line), refresh=True)
        else:
            self._console.print(line, soft_wrap=True)

    def _line(self, doing: str, exchange: Exchange) -> str:
        totals = exchange.fabric.lan.totals()
        connected = sum(member.connection is not None for member in exchange.members)
        return (
            f"{time.monotonic() - self._begin:6.1f} s  {doing}: virtual {totals.now_ns / 1e9:.1f} s, "
            f"{connected:,} BGP sessions, {totals.up // 2:,} BFD sessions Up, {totals.sent:,} hellos, "
            f"{sum(exchange.world.updates):,} UPDATEs"
        )


def summary(result: Result) -> Group:
    """The table, and what was not as it should be."""
    wanted = result.wanted
    head = (
        f"{wanted.clients:,} clients, {result.members_without_bfd:,} of them without BFD; "
        f"IPv{wanted.version}, {wanted.transport}; {wanted.prefixes:,} prefixes; "
        f"{result.sessions:,} BFD sessions, "
        f"{result.entries:,} NHIB entries; seed {wanted.seed}"
    )
    foot = (
        f"bring-up {result.bring_up_s:.1f} s and {result.bring_up_messages:,} UPDATEs; the whole run "
        f"{result.seconds:.1f} s; at most {result.rss_bytes / 1e6:,.0f} MB of memory"
    )
    table = Table(box=box.ASCII, title=head, title_justify="left", caption=foot, caption_justify="left")
    for name in (
        *("failures", "affected", "wrong-kept", "wrong-withdrawn", "unprotected-kept"),
        *("cut to last withdrawal: median", "p99", "max", "messages"),
    ):
        table.add_column(name, justify="left" if name == "failures" else "right")
    for one in result.played:
        table.add_row(*_row(one))
    lines = [Text(f"{one.pattern}: {one.text}{_per_cut(one)}") for one in result.played]
    faults = [Text(f"wrong: {fault}", style="bold red") for fault in result.faults()]
    parts = [Text(f"real: {'; '.join(REAL)}"), Text(f"simulated: {'; '.join(SIMULATED)}")]
    return Group(table, *lines, *parts, *faults)


def _per_cut(one: Played) -> str:
    return "" if one.cuts == 1 else f"; {one.messages / one.cuts:.1f} messages a cut"


def _row(one: Played) -> tuple[str, ...]:
    times = one.times
    shown = ("-",) * 3 if times is None else (times.median_us, times.p99_us, times.max_us)
    return (
        str(one.pattern),
        f"{one.affected:,}",
        f"{one.broken.wrong_kept + one.healed.wrong_kept:,}",
        f"{one.broken.wrong_withdrawn + one.healed.wrong_withdrawn:,}",
        f"{one.broken.unprotected_kept:,}",
        *(value if isinstance(value, str) else f"{value / 1e6:,.3f} s" for value in shown),
        f"{one.messages:,}",
    )
