# SPDX-License-Identifier: Apache-2.0
"""Building where something is missing says in one sentence what, and building again does nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tools(room: Path, *names: str) -> Path:
    """A directory with links to these programs only."""
    room.mkdir()
    for name in names:
        found = shutil.which(name)
        assert found, name
        (room / name).symlink_to(found)
    return room


def build(path: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "setup.py", "-q", "build_ext", "--inplace"],
        cwd=ROOT,
        env={"PATH": str(path), **more},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize(
    ("present", "told"),
    [
        (("gcc", "make"), "this is missing: pkg-config;"),
        (("make", "pkg-config"), "this is missing: gcc;"),
        (("gcc", "pkg-config"), "this is missing: make;"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else "",
)
def test_a_missing_program_is_named_with_the_remedy(tmp_path: Path, present: tuple[str, ...], told: str):
    done = build(tools(tmp_path / "bin", *present))
    assert done.returncode != 0
    assert told in done.stderr
    assert ".ci/packages build" in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_dpdk_is_named_with_its_package(tmp_path: Path):
    empty = tmp_path / "empty"
    empty.mkdir()
    done = build(tools(tmp_path / "bin", "gcc", "make", "pkg-config"), PKG_CONFIG_LIBDIR=str(empty))
    assert done.returncode != 0
    assert "libdpdk-dev" in done.stderr
    assert "Traceback" not in done.stderr


def test_building_again_touches_nothing():
    path = Path(os.environ["PATH"])
    first = build(path)
    assert first.returncode == 0, first.stderr
    compiled = [*(ROOT / "pydp").glob("*.so"), *(ROOT / "pydp/_lib").glob("*")]
    assert ROOT / "pydp/_lib/libpydp.so.0" in compiled
    before = {path: path.stat().st_mtime_ns for path in compiled}
    again = build(path)
    assert again.returncode == 0, again.stderr
    assert {path: path.stat().st_mtime_ns for path in compiled} == before
