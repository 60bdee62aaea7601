# SPDX-License-Identifier: Apache-2.0
"""The BFD core by itself: receive check, timed transmit and wheel, with no port's cost."""

from types import ModuleType

from benches.windows import Windows

COUNT = 1 << 20


def test_receive(windows: Windows, driver: ModuleType, bench: object) -> None:
    accepted = windows.run(
        COUNT,
        lambda: driver.lib.bench_receive(bench, COUNT),
        limit=(
            "find the session by index, stamp it",
            COUNT,
            lambda: driver.lib.bench_index_only(bench, COUNT),
        ),
    )
    assert accepted == COUNT


def test_wheel(windows: Windows, driver: ModuleType, bench: object) -> None:
    driver.lib.bench_wheel_fill(bench)
    assert windows.run(COUNT, lambda: driver.lib.bench_wheel_turn(bench, COUNT)) >= COUNT


def test_transmit(windows: Windows, driver: ModuleType, bench: object, sessions: int) -> None:
    driver.lib.bench_wheel_fill(bench)
    assert windows.run(COUNT, lambda: driver.lib.bench_transmit(bench, COUNT)) >= COUNT
    assert driver.lib.bench_up(bench) == sessions


def test_walk(windows: Windows, driver: ModuleType) -> None:
    assert windows.run(COUNT, lambda: driver.lib.bench_walk(COUNT)) == COUNT
