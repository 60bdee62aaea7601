# SPDX-License-Identifier: Apache-2.0
"""Signals to a process whose event loop runs."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from signal import Signals


@contextmanager
def handled(handlers: Mapping[Signals, Callable[[], object]]) -> Iterator[None]:
    """Calls these in the loop's thread, by number, for as long as the block runs."""
    loop = asyncio.get_running_loop()
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)
