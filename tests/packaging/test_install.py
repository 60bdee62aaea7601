# SPDX-License-Identifier: Apache-2.0
"""`pip install .` in an empty virtual environment gives a working pydp and bfd-fastpath, used from another directory."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

USE = """
import pydp
pydp.eal.init()
first, second = pydp.link("cable")
with first, second, pydp.Engine("router") as engine:
    engine.attach(first)
    engine.step(1)
pydp.eal.cleanup()
print(pydp.__file__)
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Run with nothing of this process's environment but PATH and what reaches the package index; standard output.

    pip compiles no module beforehand, most of which nobody imports here.
    """
    import os

    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "LD_", "VIRTUAL_ENV"))
    } | {"PIP_NO_COMPILE": "1"}
    done = subprocess.run(
        command, cwd=cwd, env=kept, capture_output=True, text=True, timeout=540, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with nothing but this package and what it depends on, not even pip: ours installs into it."""
    room = tmp_path_factory.mktemp("install")
    run(sys.executable, "-m", "venv", "--without-pip", room / "venv", cwd=room)
    pip = (sys.executable, "-m", "pip", "--python", room / "venv")
    run(*pip, "install", "--quiet", "--disable-pip-version-check", ROOT, cwd=room)
    return room / "venv"


def test_pydp_works_outside_the_source_tree_without_a_library_path(installed: Path, tmp_path: Path):
    told = run(installed / "bin/python", "-c", USE, cwd=tmp_path)
    assert Path(told.strip().splitlines()[-1]).is_relative_to(installed)


def test_the_native_library_travels_inside_the_package(installed: Path, tmp_path: Path):
    where = run(installed / "bin/python", "-c", "import pydp; print(pydp.__path__[0])", cwd=tmp_path).strip()
    mapped = run(
        installed / "bin/python",
        "-c",
        "import pydp; print(*{line.split()[-1] for line in open('/proc/self/maps') if 'libpydp' in line})",
        cwd=tmp_path,
    )
    assert mapped.split() == [f"{where}/_lib/libpydp.so.0"]


def test_the_command_is_installed(installed: Path, tmp_path: Path):
    assert "Usage" in run(installed / "bin/bfd-fastpath", "--help", cwd=tmp_path)


def test_every_module_and_type_marker_of_the_sources_is_installed(installed: Path, tmp_path: Path):
    where = Path(
        run(installed / "bin/python", "-c", "import pydp; print(pydp.__path__[0])", cwd=tmp_path).strip()
    )
    for package in ("pydp", "bfd_fastpath"):
        ours = {
            path.relative_to(ROOT)
            for suffix in ("*.py", "*.pyi", "*.h", "py.typed")
            for path in (ROOT / package).rglob(suffix)
        }
        theirs = {
            path.relative_to(where.parent)
            for suffix in ("*.py", "*.pyi", "*.h", "py.typed")
            for path in (where.parent / package).rglob(suffix)
        }
        assert ours == theirs
