# SPDX-License-Identifier: Apache-2.0
"""The core in a C program of its own, under ASan, UBSan and LeakSanitizer: 256 pairs of sessions on one agenda."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.cffi_module import SANITIZE_FLAGS
from tests.core.binding import CORE, INCLUDE, LIBRARIES

SOURCE = Path(__file__).with_name("standalone.c")
WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-Wpedantic"]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("standalone") / "standalone"
    sources = [str(SOURCE), *(str(path) for path in sorted(CORE.glob("*.c")))]
    flags = [*WARNINGS, *SANITIZE_FLAGS, f"-I{CORE}", f"-I{INCLUDE}"]
    subprocess.run(
        ["gcc", *flags, *sources, "-o", str(out), *(f"-l{name}" for name in LIBRARIES)], check=True
    )
    return out


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pairs_come_up_after_loss_and_commands_without_a_fault_in_memory(program: Path, seed: int) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    environment["ASAN_OPTIONS"] = "detect_leaks=1"
    run = subprocess.run(
        [str(program), str(seed)], capture_output=True, text=True, env=environment, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    late = re.search(r"latest timer (\d+) ns", run.stdout)
    assert late is not None
    assert int(late.group(1)) <= 1 << 15, "a tick at most, and one more for a timer armed within the last"
