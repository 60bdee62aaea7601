# SPDX-License-Identifier: Apache-2.0
"""The same cases with the library under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer."""

from pathlib import Path

import pytest

from tests.native.building import cases, library, program, run

PROGRAMS = [
    "generate",
    "liveness",
    "takeover",
    "late",
    "stalls",
    "life",
    "events",
    "neighbours",
    "nexthops",
    "waiting",
    "sift",
    "lanes",
    "drops",
    "threads",
    "workers",
    "border",
]


#: The library is compiled first, which a loaded machine takes minutes for.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("sanitized")
    build = library(sanitize=True)
    return {name: program(name, out, build, sanitize=True) for name in PROGRAMS}


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_no_case_has_a_fault_in_memory(programs: dict[str, Path], tmp_path: Path, name: str) -> None:
    for case in cases(name):
        run(programs[name], case, tmp_path / "suppressions")
