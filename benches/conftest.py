# SPDX-License-Identifier: Apache-2.0
"""What the benches share: the C driver over native/core, compiled once a run."""

from collections.abc import Iterator
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from cffi import FFI
from pytest_benchmark.fixture import BenchmarkFixture

from benches.goals import ROWS
from benches.windows import Windows

HERE = Path(__file__).parent
NATIVE = HERE.parent / "native"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--suite NAME`: those alone that belong to this suite of `bfd-fastpath bench`; `--quick`: less."""
    parser.addoption("--suite", choices=sorted({row.suite for row in ROWS}), help="only those of this suite")
    parser.addoption(
        "--quick", action="store_true", help="whether they work: one window of each, shorter captures"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Others are deselected."""
    suite = config.getoption("--suite")
    if suite is None:
        return
    names = {f"test_{row.bench}" for row in ROWS if row.suite == suite}
    config.hook.pytest_deselected(items=[item for item in items if item.name not in names])
    items[:] = [item for item in items if item.name in names]


@pytest.fixture(scope="session")
def quick(request: pytest.FixtureRequest) -> bool:
    """Whether figures will say nothing: then captures are a tenth."""
    return bool(request.config.getoption("--quick"))


@pytest.fixture
def windows(benchmark: BenchmarkFixture, quick: bool) -> Windows:
    """Times the bench: `windows.run(operations, subject)`."""
    return Windows(benchmark, quick)


def _declarations(header: Path) -> str:
    return "\n".join(line for line in header.read_text().splitlines() if not line.startswith("#"))


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The compiled module: `driver.lib.bench_create(sessions, hellos)` and so on, see core_driver.h."""
    room = tmp_path_factory.mktemp("driver")
    ffi = FFI()
    ffi.cdef(_declarations(HERE / "core_driver.h"))
    ffi.set_source(
        "core_bench",
        '#include "core_driver.h"',
        sources=[str(HERE / "core_driver.c"), *map(str, sorted((NATIVE / "core").glob("*.c")))],
        include_dirs=[str(HERE), str(NATIVE / "core"), str(NATIVE / "include")],
        extra_compile_args=["-O2", "-std=c11", "-D_GNU_SOURCE"],
        libraries=["md"],
    )
    path = ffi.compile(tmpdir=str(room))
    loader = ExtensionFileLoader("core_bench", path)
    spec = spec_from_loader("core_bench", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module", params=[1_000, 100_000, 1_000_000])
def sessions(request: pytest.FixtureRequest) -> int:
    """How many BFD sessions are Up."""
    return int(request.param)


@pytest.fixture(scope="module")
def bench(driver: ModuleType, sessions: int) -> Iterator[object]:
    """That many sessions in memory, with hellos for them in shuffled order."""
    handle = driver.lib.bench_create(sessions, max(1 << 16, 1 << (sessions - 1).bit_length()))
    assert handle != driver.ffi.NULL, "out of memory"
    assert driver.lib.bench_up(handle) == sessions
    yield handle
    driver.lib.bench_destroy(handle)
