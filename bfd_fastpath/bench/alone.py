# SPDX-License-Identifier: Apache-2.0
"""A call in a new process: EAL starts once in each, and nothing is left of the one before."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")


def alone(call: Callable[..., T], *arguments: object) -> T:
    """What it returns or raises; BrokenProcessPool when the process ended instead."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(call, *arguments).result()
