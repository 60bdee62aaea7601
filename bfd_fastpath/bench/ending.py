# SPDX-License-Identifier: Apache-2.0
"""The end of a run before it is done: Ctrl-C, SIGTERM, and a terminal that hangs up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, NoReturn

_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def in_order() -> Iterator[None]:
    """Each of these is a KeyboardInterrupt in the block, the first time: what is ended then, namespaces and
    daemons among it, is not left half done for a second one. What was ignored (nohup) still is.
    """
    before = {
        number: signal.signal(number, _interrupt)
        for number in _ENDINGS
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    for one in _ENDINGS:
        signal.signal(one, signal.SIG_IGN)
    raise KeyboardInterrupt
