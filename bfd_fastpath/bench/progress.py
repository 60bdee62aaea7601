# SPDX-License-Identifier: Apache-2.0
"""What a person sees while a run goes on, on standard error: what is measured at this moment, and each row
when it is done, with the time since the run began. Standard output is for the result.
"""

import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bfd_fastpath.bench.document import Row, Skipped, Verdict


class Screen(AbstractContextManager["Screen"]):
    """A line that moves on a terminal; where there is none, each row is one line of text."""

    def __init__(self, suites: int) -> None:
        self._console = Console(stderr=True)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TextColumn("{task.fields[doing]}", style="dim", markup=False),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._suites = suites
        self._task = self._progress.add_task("begins", doing="")
        self._seen: dict[str, int] = {}
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        """What is being measured."""
        self._progress.update(self._task, doing=text)

    def told(self, suite: str, found: Row | Skipped) -> None:
        """What a suite gave."""
        self._seen[suite] = self._seen.get(suite, 0) + 1
        self._progress.update(self._task, description=f"{suite} ({len(self._seen)} of {self._suites} suites)")
        text = f"{since(time.monotonic() - self._began)} {line(suite, found)}"
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)


def since(seconds: float) -> str:
    """Minutes and seconds, of one width for the first hours."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:3}:{rest:02}"


def line(suite: str, found: Row | Skipped) -> str:
    """One row or one thing that was skipped, for people."""
    if isinstance(found, Skipped):
        how = f"; to have it: {found.install}" if found.install else ""
        return f"{suite:<10} skipped: {found.what}: {found.why}{how}"
    peers = "".join(f", {name} {number(one.median)}" for name, one in found.peers.items())
    if found.verdict is not Verdict.OK:
        judged = f"; {found.verdict.value}: {found.detail.get('doubt', '')}"
    elif found.goal is not None and found.met is not None:
        judged = f"; goal {'met' if found.met else 'not met'}: {found.goal.text}"
    else:
        judged = ""
    return f"{suite:<10} {found.name}: {number(found.ours.median)} {found.unit}{peers}{judged}"


def number(value: float) -> str:
    """Three digits, or all of a whole number."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
