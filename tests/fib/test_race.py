# SPDX-License-Identifier: Apache-2.0
"""A writer beside readers: no address ever gets a next hop of others, and no memory is read while it is written."""

import functools
import os
import subprocess
from pathlib import Path

import pytest

from tests.fib.binding import INCLUDES, SOURCES, dpdk

SANITIZERS = {
    "plain": [],
    # DPDK's fences are unknown to the thread sanitizer; what is held here rests on loads and stores alone.
    "thread": ["-fsanitize=thread", "-Wno-tsan"],
    "address": ["-fsanitize=address,undefined"],
}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory):
    room = tmp_path_factory.mktemp("race")

    @functools.cache
    def build(kind: str) -> Path:
        target = room / kind
        flags = ["-std=c11", "-D_GNU_SOURCE", "-g", "-O2", "-Wall", "-Wextra", "-Werror", *SANITIZERS[kind]]
        include = [f"-I{path}" for path in INCLUDES]
        sources = [str(Path(__file__).with_name("race.c")), *map(str, SOURCES)]
        command = ["gcc", *flags, *include, *dpdk("--cflags"), *sources]
        command += ["-o", str(target), *dpdk("--libs"), "-pthread"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return target

    return build


def race(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}
    environment |= {"TSAN_OPTIONS": "halt_on_error=1", "UBSAN_OPTIONS": "halt_on_error=1"}
    # DPDK's libraries keep what they allocate at load until the process ends.
    environment["ASAN_OPTIONS"] = "detect_leaks=0"
    return subprocess.run(
        [str(program), *arguments], capture_output=True, text=True, env=environment, timeout=100, check=False
    )


@pytest.mark.parametrize(("kind", "changes"), [("plain", 200_000), ("thread", 40_000), ("address", 40_000)])
def test_readers_beside_a_writer_see_only_next_hops_of_their_own(program, kind: str, changes: int) -> None:
    done = race(program(kind), str(changes))
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[0]) >= changes


def test_a_writer_that_does_not_wait_for_readers_is_found_out(program) -> None:
    done = race(program("thread"), "1000000", "unguarded")
    assert done.returncode != 0
    assert "data race" in done.stderr or "a next hop of others" in done.stderr
