# SPDX-License-Identifier: Apache-2.0
"""The C test programs of this room, case by case: what an engine does, without Python in the way."""

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
    "echo",
    "reflect",
    "looped",
    "threads",
    "workers",
    "border",
]
CASES = [(name, case) for name in PROGRAMS for case in cases(name)]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("programs")
    build = library()
    return {name: program(name, out, build) for name in PROGRAMS}


def test_every_program_has_cases() -> None:
    assert all(len(cases(name)) >= 2 for name in PROGRAMS)


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}-{case}" for name, case in CASES])
def test_case(programs: dict[str, Path], name: str, case: str) -> None:
    run(programs[name], case)
