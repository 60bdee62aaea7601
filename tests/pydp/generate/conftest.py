# SPDX-License-Identifier: Apache-2.0
"""Benches, mirrors and loops with names of their own for each test, closed when it ends."""

from collections.abc import Iterator

import pytest

from tests.pydp.generate.bench import Bench, Mirror
from tests.pydp.generate.loop import Loop


@pytest.fixture(params=[4, 6], ids=["v4", "v6"])
def bench(eal: object, name: str, request: pytest.FixtureRequest) -> Iterator[Bench]:
    made = Bench(name, request.param)
    yield made
    made.close()


@pytest.fixture
def bench4(eal: object, name: str) -> Iterator[Bench]:
    made = Bench(name)
    yield made
    made.close()


@pytest.fixture
def mirror(eal: object, name: str) -> Iterator[Mirror]:
    made = Mirror(name)
    yield made
    made.close()


@pytest.fixture
def loop(eal: object, name: str) -> Iterator[Loop]:
    made = Loop(name)
    yield made
    made.close()
