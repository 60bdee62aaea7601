# SPDX-License-Identifier: Apache-2.0
"""Recordings of two engines, closed when the test ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.replay.recording import Recording


@pytest.fixture
def record(eal) -> Iterator[Callable[..., Recording]]:
    made: list[Recording] = []

    def make(**options: Any) -> Recording:
        made.append(Recording(**options))
        return made[-1]

    yield make
    for one in made:
        one.close()
