# SPDX-License-Identifier: Apache-2.0
"""How fast the processor's time stamp counter counts, by CLOCK_MONOTONIC: DPDK rounds it to 10 MHz."""

import ctypes
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

_SOURCE: Final = Path(__file__).with_name("tsc.c")


@cache
def tsc_hz() -> float:
    """Cycles a second, measured once in 0.1 s; OSError where it cannot be compiled."""
    with TemporaryDirectory() as room:
        library = Path(room) / "tsc.so"
        try:
            flags = subprocess.run(
                ["pkg-config", "--cflags", "libdpdk"], capture_output=True, text=True, check=True
            ).stdout.split()
            command = ["gcc", "-shared", "-fPIC", "-O2", "-std=c11", "-D_GNU_SOURCE", *flags, str(_SOURCE)]
            subprocess.run([*command, "-o", str(library)], check=True, capture_output=True)
        except subprocess.CalledProcessError as error:
            raise OSError(f"the time stamp counter cannot be measured: {error}") from error
        measure = ctypes.CDLL(str(library)).bench_tsc_hz
        measure.restype = ctypes.c_double
        return float(measure())
