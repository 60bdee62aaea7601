# SPDX-License-Identifier: Apache-2.0
"""A router for each test."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.path.router import Router

_numbers = itertools.count()


@pytest.fixture
def router(eal: None) -> Iterator[Router]:
    """Forwards, with the rates of errors at their defaults."""
    with Router(f"path{next(_numbers)}") as made:
        yield made


@pytest.fixture
def make_router(eal: None) -> Iterator[Callable[..., Router]]:
    """Makes one with another configuration."""
    made: list[Router] = []

    def make(**forwarding: Any) -> Router:
        made.append(Router(f"path{next(_numbers)}", **forwarding))
        return made[-1]

    yield make
    for router in made:
        router.__exit__(None, None, None)
