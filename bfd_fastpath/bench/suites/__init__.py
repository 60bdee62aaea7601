# SPDX-License-Identifier: Apache-2.0
"""One directory for each suite: what `bfd-fastpath bench SUITE` measures."""

from collections.abc import Callable
from importlib import import_module
from typing import Final

NAMES: Final = ("control", "envelope", "failover", "fib", "forward", "reload", "shed", "workers")


def main(name: str, arguments: list[str]) -> int:
    """Run a suite with its own options; its exit code."""
    run: Callable[[list[str]], int] = import_module(f"{__name__}.{name}.run").main
    return run(arguments)
