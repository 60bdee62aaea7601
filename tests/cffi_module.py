# SPDX-License-Identifier: Apache-2.0
"""C that tests call, compiled into a cffi module under build/ once per state of its sources, and imported."""

import hashlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

from cffi import FFI

REPOSITORY = Path(__file__).resolve().parents[1]
#: PYDP_SANITIZE=1 compiles rooms that heed it with ASan and UBSan; tests/core/run_sanitized.sh runs that.
SANITIZE = os.environ.get("PYDP_SANITIZE") == "1"
SANITIZE_FLAGS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def _fingerprint(files: Iterable[Path]) -> str:
    digest = hashlib.sha256(f"{sys.version}{SANITIZE}".encode())
    for path in files:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _compile(name: str, directory: Path, describe: Callable[[FFI, str], None]) -> Path:
    ffi = FFI()
    describe(ffi, name)
    # Whoever compiles at the same time has a folder of his own; the last one's module stays.
    scratch = directory.with_name(f"{directory.name}.{os.getpid()}")
    built = Path(ffi.compile(tmpdir=str(scratch)))
    directory.mkdir(parents=True, exist_ok=True)
    return built.replace(directory / built.name)


def load(room: str, files: Iterable[Path], describe: Callable[[FFI, str], None]) -> ModuleType:
    """The module of `room`, with `ffi` and `lib`. `files`: all that it is made from, in a fixed order. `describe(ffi, name)`
    declares and sets the source, when it has to be compiled.
    """
    name = f"_{room}_{_fingerprint(files)}"
    directory = REPOSITORY / "build" / f"tests-{room}" / name
    found = sorted(directory.glob(f"{name}*.so"))
    path = found[0] if found else _compile(name, directory, describe)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
