# SPDX-License-Identifier: Apache-2.0
"""libpydp.so as a C programmer meets it: installed, found by pkg-config, linked, and no larger than its headers."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.native.building import NATIVE, library


def output(*command: str, **environment: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def build() -> Path:
    return library()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, build: Path) -> Path:
    prefix = tmp_path_factory.mktemp("installed")
    output("make", "-s", "-C", str(NATIVE), f"BUILD={build}", f"PREFIX={prefix}", "install")
    return prefix


def declared() -> set[str]:
    text = "".join(path.read_text() for path in (NATIVE / "include/pydp").glob("*.h"))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return set(re.findall(r"\b(pydp_\w+)\s*\(", text))


def test_the_example_builds_outside_the_tree_by_pkg_config_alone(installed: Path, tmp_path: Path) -> None:
    source = shutil.copy(NATIVE / "examples/bfd_pair.c", tmp_path)
    pkg_config_path = str(installed / "lib/pkgconfig")
    flags = output("pkg-config", "--cflags", "--libs", "pydp", PKG_CONFIG_PATH=pkg_config_path).split()
    assert not [flag for flag in flags if "rte_" in flag or "dpdk" in flag], (
        "DPDK's flags are the library's own"
    )
    warnings = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    output("gcc", *warnings, str(source), "-o", str(tmp_path / "bfd_pair"), *flags)
    story = output(str(tmp_path / "bfd_pair"), LD_LIBRARY_PATH=str(installed / "lib")).splitlines()
    assert "-> Up" in story[-2]
    last = re.fullmatch(r"Up -> Down, last hello (\d+\.\d) ms ago", story[-1])
    assert last is not None, story
    assert float(last[1]) >= 150.0, "three hellos of 50 ms are the detection time"


def test_the_example_is_short() -> None:
    assert len((NATIVE / "examples/bfd_pair.c").read_text().splitlines()) <= 60


def test_destdir_is_put_before_the_prefix_and_stays_out_of_the_files(build: Path, tmp_path: Path) -> None:
    command = ["make", "-s", "-C", str(NATIVE), f"BUILD={build}", "PREFIX=/opt/pydp", f"DESTDIR={tmp_path}"]
    output(*command, "install")
    root = tmp_path / "opt/pydp"
    assert (root / "lib/libpydp.so").resolve() == root / "lib/libpydp.so.0"
    assert (root / "include/pydp/pydp.h").is_file()
    text = (root / "lib/pkgconfig/pydp.pc").read_text()
    assert "prefix=/opt/pydp" in text
    assert str(tmp_path) not in text


def test_the_library_has_a_soname_and_knows_nothing_of_python(build: Path) -> None:
    dynamic = output("readelf", "-d", str(build / "libpydp.so.0"))
    assert "Library soname: [libpydp.so.0]" in dynamic
    assert "python" not in output("ldd", str(build / "libpydp.so.0"))


def test_what_the_headers_declare_is_what_is_exported(build: Path) -> None:
    symbols = output("nm", "-D", "--defined-only", str(build / "libpydp.so.0"))
    exported = {line.split()[-1].split("@")[0] for line in symbols.splitlines() if line.split()[-2] == "T"}
    assert exported == declared()


def test_a_changed_header_remakes_objects_however_their_place_is_spelled(tmp_path: Path) -> None:
    tree = tmp_path / "native"
    shutil.copytree(NATIVE, tree, ignore=shutil.ignore_patterns("build"))
    place = tmp_path / "objects"
    for spelled, again in [(str(place), "../objects"), ("../objects", str(place)), (str(place), str(place))]:
        output("make", "-s", "-C", str(tree), f"BUILD={spelled}", f"{spelled}/core/agenda.o")
        made = (place / "core/agenda.o").stat().st_mtime_ns
        for name in (spelled, again):
            output("make", "-s", "-C", str(tree), f"BUILD={name}", f"{name}/core/agenda.o")
            assert (place / "core/agenda.o").stat().st_mtime_ns == made, "nothing has changed"
        (tree / "core/agenda.h").touch()
        output("make", "-s", "-C", str(tree), f"BUILD={again}", f"{again}/core/agenda.o")
        assert (place / "core/agenda.o").stat().st_mtime_ns > made


def test_the_headers_compile_alone_as_c_and_as_cpp(tmp_path: Path) -> None:
    for header in sorted((NATIVE / "include/pydp").glob("*.h")):
        for language in ["c", "c++"] if shutil.which("g++") else ["c"]:
            standard = {"c": "-std=c11", "c++": "-std=c++17"}[language]
            command = ["gcc", "-x", language, standard, "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
            output(*command, f"-I{NATIVE / 'include'}", "-include", str(header), "/dev/null")


def test_the_core_is_compiled_without_a_sight_of_dpdk() -> None:
    for source in [*NATIVE.glob("core/*.c"), *NATIVE.glob("core/*.h")]:
        assert not re.search(r"rte_|<(stdlib|stdio|unistd|time|sys/)", source.read_text()), source


def test_the_sources_compile_against_newer_dpdk_headers() -> None:
    include = os.environ.get("DPDK_INCLUDE_NEWER")
    if not include:
        pytest.skip("DPDK_INCLUDE_NEWER names no directory with the headers of a newer DPDK")
    output("make", "-s", "-C", str(NATIVE), f"DPDK_INCLUDE={include}", "syntax-check")


def test_the_xdp_program_has_the_map_that_net_af_xdp_looks_for(tmp_path: Path) -> None:
    if shutil.which("clang") is None:
        pytest.skip("needs clang")
    output("make", "-s", "-C", str(NATIVE), f"BUILD={tmp_path}", "xdp")
    symbols = output("readelf", "-sW", str(tmp_path / "bfd_redirect.o"))
    assert re.search(r"OBJECT +GLOBAL.* xsks_map$", symbols, flags=re.MULTILINE)
    assert re.search(r"FUNC +GLOBAL.* bfd_redirect$", symbols, flags=re.MULTILINE)
