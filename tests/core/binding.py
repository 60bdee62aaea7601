# SPDX-License-Identifier: Apache-2.0
"""native/core as a cffi module."""

from pathlib import Path
from typing import Any

from cffi import FFI

from tests.cffi_module import REPOSITORY, SANITIZE, SANITIZE_FLAGS, load

CORE = REPOSITORY / "native" / "core"
INCLUDE = REPOSITORY / "native" / "include"
CDEF = Path(__file__).with_name("core.cdef")
#: What the core needs beside the C library.
LIBRARIES = ["md"]


def _describe(ffi: FFI, name: str) -> None:
    flags = SANITIZE_FLAGS if SANITIZE else ["-O2"]
    ffi.cdef(CDEF.read_text())
    ffi.set_source(
        name,
        "\n".join(f'#include "{header.name}"' for header in sorted(CORE.glob("*.h"))),
        sources=[str(source) for source in sorted(CORE.glob("*.c"))],
        include_dirs=[str(CORE), str(INCLUDE)],
        extra_compile_args=["-std=c11", "-Wall", "-Wextra", *flags],
        extra_link_args=flags,
        libraries=LIBRARIES,
    )


_module = load(
    "core", [*sorted(CORE.glob("*.[ch]")), *sorted((INCLUDE / "pydp").glob("*.h")), CDEF], _describe
)
ffi: Any = _module.ffi
lib: Any = _module.lib
