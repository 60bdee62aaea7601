# SPDX-License-Identifier: Apache-2.0
"""A call in a new process: EAL starts once in each, and nothing is left of the one before."""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")


def alone(call: Callable[..., T], *arguments: object) -> T:
    """What it returns or raises; BrokenProcessPool when the process ended instead."""
    context = get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=_speak_to_standard_error) as pool:
        return pool.submit(call, *arguments).result()


def _speak_to_standard_error() -> None:
    """Standard output is for the result of the whole run; a router in the process may log."""
    os.dup2(2, 1)
