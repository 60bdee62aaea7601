# SPDX-License-Identifier: Apache-2.0
"""Waiting for something that another process does: ask often, give up after a bound, say what was seen last."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")


def until(
    look: Callable[[], Seen], wanted: Callable[[Seen], object] = bool, bound: float = 10.0, what: str = ""
) -> Seen:
    """Calls look() every 20 ms until wanted(result) holds and returns that result; AssertionError after `bound` seconds."""
    pause = threading.Event()
    end = time.monotonic() + bound
    while True:
        seen = look()
        if wanted(seen):
            return seen
        if time.monotonic() > end:
            raise AssertionError(
                f"{what or 'what was waited for'} did not come within {bound} s; seen last: {seen!r}"
            )
        pause.wait(0.02)


def stays(look: Callable[[], Seen], wanted: Callable[[Seen], object], seconds: float, what: str = "") -> Seen:
    """Checks every 20 ms for `seconds` that wanted(look()) holds all the time; returns what was seen last."""
    pause = threading.Event()
    end = time.monotonic() + seconds
    while True:
        seen = look()
        assert wanted(seen), f"{what or 'what had to stay'} did not stay: {seen!r}"
        if time.monotonic() > end:
            return seen
        pause.wait(0.02)
