# SPDX-License-Identifier: Apache-2.0
"""Shows the story to a person while it happens, and the table of times at its end: plain lines, colours on a
terminal."""

import sys
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bfd_fastpath.lab.bounds import ROWS
from bfd_fastpath.lab.result import Result
from bfd_fastpath.lab.story import BFD_DOWN, LINK_CUT, LINK_WITHDRAWN, ROUTE_WITHDRAWN, Remark, Step

_BAD_NEWS = {LINK_CUT, BFD_DOWN, LINK_WITHDRAWN, ROUTE_WITHDRAWN}


class Screen:
    """Writes to one stream, standard output unless given."""

    def __init__(self, stream: TextIO | None = None) -> None:
        stream = stream if stream is not None else sys.stdout
        width = None if stream.isatty() else 110
        self._console = Console(file=stream, highlight=False, width=width)

    def headline(self, *lines: str) -> None:
        for line in lines:
            self._console.print(Text(line, style="bold"))

    def step(self, step: Step) -> None:
        style = "red" if step.name in _BAD_NEWS else "green"
        self._line(step.t_us, step.name, style, step.text)

    def remark(self, remark: Remark) -> None:
        self._line(remark.t_us, "", "dim", remark.text)

    def result(self, result: Result) -> None:
        """The table, and a last line that says how it went."""
        shape = box.HEAVY_HEAD if self._console.is_terminal else box.ASCII
        table = Table(box=shape)
        table.add_column("measured")
        table.add_column("time", justify="right")
        table.add_column("bound", justify="right")
        table.add_column("bound's rule")
        for name, text, rule in ROWS:
            value, limit = getattr(result.measured, name), getattr(result.limits, name)
            late = value is not None and limit is not None and value > limit
            table.add_row(text, Text(_ms(value), style="bold red" if late else "bold"), _ms(limit), rule)
        self._console.print()
        self._console.print(f"T, the detection time:         {_ms(result.detection_time_us):>10}")
        self._console.print(f"G, the largest poll gap seen:  {_ms(result.poll_gap_us):>10}")
        self._console.print(table)
        for fault in result.wrong():
            self._console.print(Text(f"wrong: {fault}", style="bold red"))
        for fault in result.missed():
            self._console.print(Text(f"missed: {fault}", style="bold yellow"))
        if not result.wrong() and not result.missed():
            good = "the story is right, and every time is within its bound"
            self._console.print(Text(good, style="bold green"))

    def _line(self, t_us: int, name: str, style: str, text: str) -> None:
        self._console.print(
            Text.assemble(
                (f"{t_us / 1e6:9.3f} s  ", "dim"), (f"{name:<21}", style), (text, "" if name else "dim")
            ),
            overflow="ignore",
            no_wrap=True,
            crop=False,
        )


def _ms(microseconds: int | None) -> str:
    return "-" if microseconds is None else f"{microseconds / 1000:.2f} ms"
