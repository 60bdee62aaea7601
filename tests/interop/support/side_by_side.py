# SPDX-License-Identifier: Apache-2.0
"""Trials that mostly wait for timers of a protocol, several at once, each in a LAN of its own."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Key = TypeVar("Key")
Found = TypeVar("Found")


@contextmanager
def side_by_side(
    trials: Mapping[Key, Callable[[], Found]], at_once: int
) -> Iterator[Mapping[Key, Future[Found]]]:
    """Starts them in order. A trial that fails says so where its result is asked for; those that have not begun when the
    block ends never do.
    """
    pool = ThreadPoolExecutor(at_once)
    try:
        yield {key: pool.submit(trial) for key, trial in trials.items()}
    finally:
        pool.shutdown(cancel_futures=True)
