# SPDX-License-Identifier: Apache-2.0
"""The C of this room as a cffi module, linked with the libpydp.so that pydp has loaded."""

from pathlib import Path
from typing import Any

from cffi import FFI

from tests.cffi_module import REPOSITORY, load

HERE = Path(__file__).parent
INCLUDE = REPOSITORY / "native" / "include"
LIBRARY = REPOSITORY / "pydp" / "_lib"
HEADERS = ("end_python.h", "world_step.h", "pydp/status.h")


def _describe(ffi: FFI, name: str) -> None:
    ffi.cdef((HERE / "soak.cdef").read_text())
    ffi.set_source(
        name,
        "\n".join(f'#include "{header}"' for header in HEADERS),
        sources=[str(source) for source in sorted(HERE.glob("*.c"))],
        libraries=["md"],
        include_dirs=[str(HERE), str(INCLUDE)],
        extra_compile_args=["-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror"],
        extra_link_args=[f"-L{LIBRARY}", "-l:libpydp.so.0", f"-Wl,-rpath,{LIBRARY}"],
    )


_module = load(
    "soak",
    [*sorted(HERE.glob("*.[ch]")), HERE / "soak.cdef", *sorted((INCLUDE / "pydp").glob("*.h"))],
    _describe,
)
ffi: Any = _module.ffi
lib: Any = _module.lib
