# SPDX-License-Identifier: Apache-2.0
"""Long work in the event loop's thread, a step at a time, so that everything else goes on meanwhile."""

import asyncio
from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")


async def in_turns(work: Generator[None, None, T]) -> T:
    """What the generator returns; between two of its steps the loop has a turn."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            result: T = done.value
            return result
        await asyncio.sleep(0)
