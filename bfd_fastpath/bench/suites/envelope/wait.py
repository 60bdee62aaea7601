# SPDX-License-Identifier: Apache-2.0
"""Something comes to be, or a StageError says what did not."""

import asyncio
import time
from collections.abc import Callable

from bfd_fastpath.lab.stage import StageError


async def until(there: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not there():
        if time.monotonic() > end:
            raise StageError(what)
        await asyncio.sleep(0.05)
