# SPDX-License-Identifier: Apache-2.0
"""The stubs of the compiled modules say what the modules have: mypy's stubtest compares them."""

import subprocess
import sys
from pathlib import Path

import pydp

COMPILED = ("burst", "columns", "events", "handle", "ring")


def test_every_compiled_module_has_a_stub_and_each_is_true(tmp_path: Path):
    here = Path(pydp.__file__).parent
    assert {path.name.split(".")[0] for path in here.glob("*.so")} == {*COMPILED, "_cffi"}
    modules = [f"pydp.{name}" for name in COMPILED]
    # What Cython puts into every class and module is nobody's interface; Python 3.11 shows no __buffer__ (PEP 688).
    names = ("__reduce_cython__", "__setstate_cython__", "__test__", "__buffer__")
    allowed = tmp_path / "allowed"
    allowed.write_text("\n".join(rf".*\.{name}" for name in names))
    options = ["--allowlist", str(allowed), "--ignore-unused-allowlist", "--ignore-disjoint-bases"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", *options, *modules],
        cwd=here.parent,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
