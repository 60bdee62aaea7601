# SPDX-License-Identifier: Apache-2.0
"""Building libpydp.so and the C programs of this room; and running a program's cases, each in a process of its own."""

import functools
import os
import re
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
NATIVE = HERE.parents[1] / "native"
SANITIZERS = ["-fsanitize=address,undefined", "-fno-omit-frame-pointer"]
#: Programs that look inside the engine: linked with its objects, since the library shows its public functions only. With what
#: else they are made from.
INSIDE: dict[str, list[str]] = {"waiting": [], "sift": ["bursts"], "lanes": ["bursts"]}
# DPDK keeps what it allocates until the process ends.
LEAKS_OF_DPDK = "leak:librte_\nleak:eal_\nleak:rte_\nleak:libnuma\nleak:copy_arguments\nleak:fopencookie\n"


@functools.cache
def library(sanitize: bool = False) -> Path:
    """The directory that holds libpydp.so, up to date: the one that `make build` fills, or one with sanitizers."""
    build = HERE.parents[1] / "build" / "sanitized" if sanitize else NATIVE / "build"
    command = ["make", "-s", f"-j{os.cpu_count()}", "-C", str(NATIVE), f"BUILD={build}"]
    if sanitize:
        command += ["SANITIZE=1", "CFLAGS=-O1 -g"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return build


def program(name: str, out: Path, build: Path, sanitize: bool = False) -> Path:
    """A C test program, compiled and linked with the library in build."""
    made_from = [name, "rig", "frames", "play", *INSIDE.get(name, [])]
    sources = [str(HERE / f"{one}.c") for one in made_from]
    flags = ["-std=c11", "-D_GNU_SOURCE", "-g", "-O1", "-Wall", "-Wextra", "-Werror"]
    if sanitize:
        flags += SANITIZERS
    target = out / name
    link = [f"-L{build}", "-lpydp", f"-Wl,-rpath,{build}"]
    if name in INSIDE:
        # As the Makefile says of DPDK's inline functions.
        flags += [f"-I{NATIVE}", "-fno-sanitize=alignment", *_pkg_config("--cflags")]
        link = [*map(str, sorted(build.glob("*/*.o"))), "-lmd", *_pkg_config("--libs"), "-lrte_net_ring"]
    command = ["gcc", *flags, f"-I{NATIVE / 'include'}", *sources, *link, "-pthread", "-o", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


@functools.cache
def _pkg_config(what: str) -> list[str]:
    done = subprocess.run(["pkg-config", what, "libdpdk"], capture_output=True, text=True, check=True)
    return done.stdout.split()


def cases(name: str) -> list[str]:
    """The names in the table at the end of a test program's source."""
    return re.findall(r'^\t\t\{"(\w+)",\s+\w+\},$', (HERE / f"{name}.c").read_text(), flags=re.MULTILINE)


def run(target: Path, case: str, suppressions: Path | None = None) -> None:
    """Run one case; a failed check, a sanitizer's finding or 90 s without an end fails the test."""
    environment = {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}
    if suppressions is not None:
        suppressions.write_text(LEAKS_OF_DPDK)
        environment["LSAN_OPTIONS"] = f"suppressions={suppressions}:print_suppressions=0"
        environment["UBSAN_OPTIONS"] = "halt_on_error=1:print_stacktrace=1"
    done = subprocess.run(
        [str(target), case], capture_output=True, text=True, env=environment, timeout=90, check=False
    )
    assert done.returncode == 0, f"{case}: exit {done.returncode}\n{done.stdout}{done.stderr}"
