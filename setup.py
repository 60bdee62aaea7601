# SPDX-License-Identifier: Apache-2.0
"""Compiles what `pydp` needs: libpydp.so.0 (by native/Makefile), the cffi module from the public headers, the
Cython modules of pydp and of the product.

Names, versions and dependencies are in pyproject.toml. Everything generated lands in ignored places:
native/build, *.c and *.so beside the Cython sources, pydp/_lib.
"""

import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py
from setuptools.errors import SetupError

ROOT = Path(__file__).resolve().parent
INCLUDE = ROOT / "native" / "include"
NATIVE_BUILD = ROOT / "native" / "build"
LIBRARY = "libpydp.so.0"
#: Built where clang can compile to BPF; without it `pydp.ports.xdp_program()` says what is missing.
XDP_OBJECT = "bfd_redirect.o"
CYTHON_MODULES = ("handle", "columns", "burst", "ring", "events")
#: Compiled modules of the product itself: they need nothing of libpydp.
OWN_MODULES = ("prefixes.nlri", "prefixes.table", "wire.bgpls.sound")


def require_tools() -> None:
    """Raise SetupError, one sentence with the remedy, when a program or header is missing."""
    compiler = (os.environ.get("CC") or "gcc").split()[0]
    missing = [program for program in (compiler, "make", "pkg-config") if shutil.which(program) is None]
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        missing.append("Python.h")
    if "pkg-config" not in missing:
        known = subprocess.run(["pkg-config", "--exists", "libdpdk >= 22.11"], check=False)
        if known.returncode:
            missing.append("DPDK's headers, 22.11 or newer (libdpdk-dev)")
        if subprocess.run(["pkg-config", "--exists", "libmd"], check=False).returncode:
            missing.append("libmd's headers (libmd-dev)")
    if missing:
        raise SetupError(
            f"bfd-fastpath cannot be built because this is missing: {', '.join(missing)}; on Debian "
            "`.ci/packages build` in the source tree installs it as root, or prints the command that does"
        )


def make_native() -> list[Path]:
    """Bring native/build up to date; the files that travel inside the package."""
    with_xdp = shutil.which(os.environ.get("CLANG") or "clang") and any((ROOT / "native/xdp").glob("*.bpf.c"))
    goals = ["all", "xdp"] if with_xdp else ["all"]
    command = ["make", "-s", "-C", str(ROOT / "native"), "BUILD=build", f"-j{os.cpu_count() or 1}", *goals]
    done = subprocess.run(command, check=False)
    if done.returncode:
        raise SetupError("libpydp could not be compiled; the compiler's first error above says why")
    found = [NATIVE_BUILD / name for name in (LIBRARY, XDP_OBJECT)]
    return [path for path in found if path.exists()]


def declarations(header: Path, seen: set[Path]) -> str:
    """The plain declarations of a public header and of those it includes, in order, without preprocessor
    lines.
    """
    if header in seen:
        return ""
    seen.add(header)
    parts = []
    for line in header.read_text(encoding="utf-8").splitlines():
        included = re.match(r"\s*#\s*include\s*<(pydp/[a-z_]+\.h)>", line)
        if included:
            parts.append(declarations(INCLUDE / included[1], seen))
        elif not line.lstrip().startswith("#"):
            parts.append(line)
    return "\n".join(parts)


def write_cffi_source(target: Path) -> None:
    """Write the C source of pydp._cffi; a file that would not change keeps its time."""
    from cffi import FFI

    ffi = FFI()
    ffi.set_source("pydp._cffi", "#include <pydp/pydp.h>\n")
    ffi.cdef(declarations(INCLUDE / "pydp" / "pydp.h", set()))
    ffi.emit_c_code(str(target))


def copy_if_newer(source: Path, target: Path) -> None:
    """Copy a file unless the target is as new; by rename, so that a process that has the old one mapped keeps
    it.
    """
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(target.name + ".new")
    shutil.copy2(source, fresh)
    fresh.replace(target)


class BuildExtensions(build_ext):
    """build_ext that makes the native library first, carries it along, and leaves alone what is up to
    date.
    """

    def finalize_options(self) -> None:
        """As many modules at once as there are cores, unless --parallel says otherwise."""
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def run(self) -> None:
        require_tools()
        editable = bool(self.inplace or self.editable_mode)
        package = ROOT / "pydp" if editable else Path(self.build_lib) / "pydp"
        for built in make_native():
            copy_if_newer(built, package / "_lib" / built.name)
        write_cffi_source(ROOT / "pydp" / "_cffi.c")
        self.keep = editable
        super().run()

    def build_extension(self, ext: Any) -> None:
        """Compile one module, unless an editable install has one that is newer than all it is made from."""
        target = Path(self.get_ext_fullpath(ext.name))
        kept = ROOT.joinpath(*ext.name.split(".")[:-1]) / target.name
        made_from = [Path(name) for name in (*ext.sources, *ext.depends)]
        if (
            self.keep
            and kept.exists()
            and all(path.stat().st_mtime <= kept.stat().st_mtime for path in made_from)
        ):
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or not target.samefile(kept):
                shutil.copy2(kept, target)
            return
        super().build_extension(ext)

    def get_outputs(self) -> list[str]:
        """The compiled modules, and the files beside them in pydp/_lib."""
        package = ROOT / "pydp" if self.inplace or self.editable_mode else Path(self.build_lib) / "pydp"
        return [*super().get_outputs(), *(str(path) for path in sorted((package / "_lib").glob("*")))]


class BuildModules(build_py):
    """build_py that starts from an empty directory, so that a module deleted from the sources is in no
    wheel.
    """

    def run(self) -> None:
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


def extensions() -> list[Extension]:
    """The compiled modules; the Cython ones are translated to C when their sources are newer."""
    from Cython.Build import cythonize

    headers = sorted(str(path.relative_to(ROOT)) for path in (INCLUDE / "pydp").glob("*.h"))
    settings: dict[str, Any] = {
        "include_dirs": [str(INCLUDE)],
        "library_dirs": [str(NATIVE_BUILD)],
        "extra_compile_args": ["-O2", "-std=c11"],
        "extra_link_args": [f"-l:{LIBRARY}", "-Wl,-rpath,$ORIGIN/_lib"],
        "depends": [*headers, "setup.py"],
    }
    cython = [Extension(f"pydp.{name}", [f"pydp/{name}.pyx"], **settings) for name in CYTHON_MODULES]
    own_settings: dict[str, Any] = {
        "extra_compile_args": ["-O2", "-std=c11"],
        "depends": ["bfd_fastpath/prefixes/nlri.pxd", "setup.py"],
    }
    own = [
        Extension(f"bfd_fastpath.{name}", [f"bfd_fastpath/{name.replace('.', '/')}.pyx"], **own_settings)
        for name in OWN_MODULES
    ]
    translated = cythonize(
        [*cython, *own], language_level=3, quiet=True, compiler_directives={"embedsignature": False}
    )
    return [Extension("pydp._cffi", ["pydp/_cffi.c"], py_limited_api=False, **settings), *translated]


setup(ext_modules=extensions(), cmdclass={"build_ext": BuildExtensions, "build_py": BuildModules})
