# SPDX-License-Identifier: Apache-2.0
"""A call in a new process: EAL starts once in each, and nothing is left of the one before."""

import os
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final, TypeVar

from bfd_fastpath.bench.ending import in_order

T = TypeVar("T")

#: What a call that is told to end has begun, it ends within this time.
_END_S: Final = 20.0


def alone(call: Callable[..., T], *arguments: object) -> T:
    """What it returns or raises; BrokenProcessPool when the process ended instead. The process ends with this
    call, also where that is interrupted.
    """
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(there, call, arguments))
    with here:
        process.start()
        there.close()
        try:
            returned, value = here.recv()
            process.join()
        except EOFError:
            process.join()
            raise BrokenProcessPool(f"the process ended, with {process.exitcode}") from None
        finally:
            _end(process)
    if returned:
        found: T = value
        return found
    raise value


def _end(process: BaseProcess) -> None:
    for end in (process.terminate, process.kill):
        if process.is_alive():
            end()
            process.join(_END_S)


def _tell(there: Connection, call: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    # Standard output is for the result of the whole run; a router in the process may log.
    os.dup2(2, 1)
    with suppress(KeyboardInterrupt), in_order():
        try:
            found = (True, call(*arguments))
        except Exception as error:
            found = (False, error)
        there.send(found)
