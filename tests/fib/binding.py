# SPDX-License-Identifier: Apache-2.0
"""Compiles native/fib into a cffi module under build/, once per state of the sources, and imports it.

PYDP_SANITIZE=1 compiles it with ASan and UBSan.
"""

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from cffi import FFI

REPOSITORY = Path(__file__).resolve().parents[2]
NATIVE = REPOSITORY / "native"
FIB = NATIVE / "fib"
SOURCES = sorted(FIB.glob("*.c"))
SANITIZE = os.environ.get("PYDP_SANITIZE") == "1"
SANITIZE_FLAGS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
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


def _fingerprint(files: list[Path]) -> str:
    digest = hashlib.sha256(f"{sys.version}{SANITIZE}".encode())
    for path in files:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _compile(name: str, directory: Path) -> Path:
    flags = SANITIZE_FLAGS if SANITIZE else ["-O2"]
    ffi = FFI()
    ffi.cdef(_declarations())
    ffi.set_source(
        name,
        '#include "fib/fib.h"',
        sources=[str(source) for source in SOURCES],
        include_dirs=INCLUDES,
        extra_compile_args=["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", *dpdk("--cflags"), *flags],
        extra_link_args=[*flags, *dpdk("--libs")],
    )
    scratch = directory.with_name(f"{directory.name}.{os.getpid()}")
    built = Path(ffi.compile(tmpdir=str(scratch)))
    directory.mkdir(parents=True, exist_ok=True)
    return built.replace(directory / built.name)


def _load() -> ModuleType:
    files = [*sorted(FIB.glob("*.[ch]")), Path(__file__)]
    name = f"_fib_{_fingerprint(files)}"
    directory = REPOSITORY / "build" / "tests-fib" / name
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
