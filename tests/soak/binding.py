# SPDX-License-Identifier: Apache-2.0
"""Compiles the C of this room into a cffi module under build/, once per state of the sources, linked with the libpydp.so that
pydp has loaded, and imports it."""

import hashlib
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from cffi import FFI

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
INCLUDE = REPOSITORY / "native" / "include"
LIBRARY = REPOSITORY / "pydp" / "_lib"
HEADERS = ("end_python.h", "world_step.h", "pydp/status.h")


def _fingerprint(files: list[Path]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in files:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _compile(name: str, directory: Path) -> Path:
    ffi = FFI()
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
    scratch = directory.with_name(f"{directory.name}.{os.getpid()}")
    built = Path(ffi.compile(tmpdir=str(scratch)))
    directory.mkdir(parents=True, exist_ok=True)
    return built.replace(directory / built.name)


def _load() -> ModuleType:
    files = [*sorted(HERE.glob("*.[ch]")), HERE / "soak.cdef", *sorted((INCLUDE / "pydp").glob("*.h"))]
    name = f"_soak_{_fingerprint(files)}"
    directory = REPOSITORY / "build" / "tests-soak" / name
    found = sorted(directory.glob(f"{name}*.so"))
    path = found[0] if found else _compile(name, directory)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_module = _load()
ffi: Any = _module.ffi
lib: Any = _module.lib
