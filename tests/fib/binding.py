# SPDX-License-Identifier: Apache-2.0
"""native/fib as a cffi module."""

import re
import subprocess
from pathlib import Path
from typing import Any

from cffi import FFI

from tests.cffi_module import REPOSITORY, SANITIZE, SANITIZE_FLAGS, load

NATIVE = REPOSITORY / "native"
FIB = NATIVE / "fib"
SOURCES = sorted(FIB.glob("*.c"))
INCLUDES = [str(NATIVE), str(NATIVE / "include")]


def dpdk(what: str) -> list[str]:
    """pkg-config's flags for DPDK: --cflags or --libs."""
    done = subprocess.run(["pkg-config", what, "libdpdk"], capture_output=True, text=True, check=True)
    return done.stdout.split()


def _declarations() -> str:
    """fib.h without the preprocessor's lines; numbers that are expressions are the compiler's to say."""
    lines = (FIB / "fib.h").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    return re.sub(r"= 1 << 20", "= ...", text)


def _describe(ffi: FFI, name: str) -> None:
    flags = SANITIZE_FLAGS if SANITIZE else ["-O2"]
    ffi.cdef(_declarations() + "int rte_vect_set_max_simd_bitwidth(uint16_t bitwidth);")
    ffi.set_source(
        name,
        '#define ALLOW_EXPERIMENTAL_API\n#include <rte_vect.h>\n#include "fib/fib.h"',
        sources=[str(source) for source in SOURCES],
        include_dirs=INCLUDES,
        extra_compile_args=["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", *dpdk("--cflags"), *flags],
        extra_link_args=[*flags, *dpdk("--libs")],
    )


_module = load("fib", [*sorted(FIB.glob("*.[ch]")), Path(__file__)], _describe)
ffi: Any = _module.ffi
lib: Any = _module.lib
