# SPDX-License-Identifier: Apache-2.0
"""One directory for each suite, or for two that share a rig: what `bfd-fastpath bench SUITE` measures. A
suite has rows for a run's document; some also read options of their own, for rows of one's choice.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Final

from bfd_fastpath.bench.asked import Asked, Suite
from bfd_fastpath.bench.document import Row, Skipped

#: In the order of a run: the module with rows(), and that with main() for options of its own.
MODULES: Final = {
    "forward": ("forward.rows", "forward.run"),
    "nodrop": ("nodrop.rows", ""),
    "workers": ("workers.rows", ""),
    "kernel": ("kernel.rows", ""),
    "shed": ("shed.rows", "shed.run"),
    "bfd-scale": ("envelope.scale_rows", "envelope.run"),
    "bfd-detect": ("envelope.detect_rows", ""),
    "failover": ("failover.rows", "failover.run"),
    "control": ("control.rows", "control.run"),
    "replay": ("replay.rows", ""),
    "python": ("python.rows", ""),
    "fib": ("fib.rows", "fib.run"),
    "reload": ("reload.rows", "reload.run"),
}
NAMES: Final = tuple(MODULES)
#: Those that use a far end on another machine.
_APART: Final = ("bfd-scale",)


def rows_of(name: str, asked: Asked) -> Iterator[Row | Skipped]:
    """What a suite measures. One that cannot use a far end on another machine says so, and has its own."""
    if asked.far_end is not None and name not in _APART:
        yield Skipped(
            name, f"with the far end at {asked.far_end}", "only held sessions are measured with it", ""
        )
        asked = asked.without_far_end()
    rows: Suite = import_module(f"{__name__}.{MODULES[name][0]}").rows
    yield from rows(asked)


def has_options(name: str) -> bool:
    """Whether a suite reads options of its own."""
    return bool(MODULES[name][1])


def main(name: str, arguments: list[str]) -> int:
    """Run a suite with its own options; its exit code."""
    run: Callable[[list[str]], int] = import_module(f"{__name__}.{MODULES[name][1]}").main
    return run(arguments)
