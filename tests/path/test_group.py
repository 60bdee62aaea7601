# SPDX-License-Identifier: Apache-2.0
"""Which member of a group a flow goes to: group.c beside this file, case by case, under sanitizers."""

import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NATIVE = HERE.parents[1] / "native"
CASES = re.findall(r'^\t\t\{"(\w+)",\s+\w+\},$', (HERE / "group.c").read_text(), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("group") / "group"
    flags = ["-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"]
    sources = [HERE / "group.c", NATIVE / "path" / "group.c", NATIVE / "core" / "buckets.c"]
    command = ["gcc", *flags, f"-I{NATIVE}", f"-I{NATIVE / 'include'}", *map(str, sources), "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


def test_there_are_cases() -> None:
    assert len(CASES) >= 2


@pytest.mark.parametrize("case", CASES)
def test_case(program: Path, case: str) -> None:
    done = subprocess.run([str(program), case], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
