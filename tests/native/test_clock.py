# SPDX-License-Identifier: Apache-2.0
"""The engine's clock, alone: a stop at the worst moment does not make its time run ahead, which would be false Downs."""

import subprocess
from pathlib import Path

from tests.native.building import HERE, NATIVE


def test_a_stop_between_the_two_clocks_moves_no_time(tmp_path: Path) -> None:
    target = tmp_path / "clock_stops"
    dpdk = subprocess.run(
        ["pkg-config", "--cflags", "libdpdk"], capture_output=True, text=True, check=True
    ).stdout.split()
    sources = [str(HERE / "clock_stops.c"), str(NATIVE / "engine/clock.c")]
    flags = ["-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", "-Wl,--wrap=clock_gettime"]
    command = ["gcc", *flags, *dpdk, f"-I{NATIVE}", *sources, "-o", str(target)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    done = subprocess.run([str(target)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
