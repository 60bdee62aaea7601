# SPDX-License-Identifier: Apache-2.0
"""Compiles native/core into a cffi module under build/, once per state of the sources, and imports it.

PYDP_SANITIZE=1 compiles it with ASan and UBSan; run_sanitized.sh shows how to run that.
"""

import hashlib
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from cffi import FFI

REPOSITORY = Path(__file__).resolve().parents[2]
CORE = REPOSITORY / "native" / "core"
INCLUDE = REPOSITORY / "native" / "include"
CDEF = Path(__file__).with_name("core.cdef")
#: What the core needs beside the C library.
LIBRARIES = ["md"]
SANITIZE = os.environ.get("PYDP_SANITIZE") == "1"
SANITIZE_FLAGS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def _fingerprint(files: list[Path]) -> str:
    digest = hashlib.sha256(f"{sys.version}{SANITIZE}".encode())
    for path in files:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _compile(name: str, directory: Path) -> Path:
    flags = SANITIZE_FLAGS if SANITIZE else ["-O2"]
    ffi = FFI()
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
    scratch = directory.with_name(f"{directory.name}.{os.getpid()}")
    built = Path(ffi.compile(tmpdir=str(scratch)))
    directory.mkdir(parents=True, exist_ok=True)
    return built.replace(directory / built.name)


def _load() -> ModuleType:
    files = [*sorted(CORE.glob("*.[ch]")), *sorted((INCLUDE / "pydp").glob("*.h")), CDEF]
    name = f"_core_{_fingerprint(files)}"
    directory = REPOSITORY / "build" / "tests-core" / name
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
