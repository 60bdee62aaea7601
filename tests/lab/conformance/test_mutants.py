# SPDX-License-Identifier: Apache-2.0
"""The suite is proven: for every row that our engine can be held to there is a fault that breaks it (native/core/mutant.h),
and with that fault switched on the suite fails the row.
"""

import ctypes
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bfd_fastpath.lab.conformance.own_engine import OwnEngine
from bfd_fastpath.lab.conformance.rows import ROWS

REPOSITORY = Path(__file__).parents[3]
NATIVE = REPOSITORY / "native"
BUILD = REPOSITORY / "build" / "mutants"
LIBRARY = BUILD / "libpydp.so.0"

#: The library with faults is built first, which takes half a minute of two free cores.
pytestmark = pytest.mark.timeout(900)


def faults() -> list[int]:
    """Rows that have a fault in the sources."""
    found: set[int] = set()
    for path in sorted(NATIVE.glob("*/*.[ch]")):
        found |= {int(row) for row in re.findall(r"\bMUTANT\((\d+)\)", path.read_text())}
    return sorted(found)


FAULTS = faults()


@pytest.fixture(scope="module")
def tried() -> dict[int, dict[str, Any]]:
    """Each row sound and broken, in one process that has loaded the library with faults."""
    make = [
        "make",
        "-s",
        f"-j{os.cpu_count()}",
        "-C",
        str(NATIVE),
        f"BUILD={BUILD}",
        "MUTANTS=1",
        "CFLAGS=-O0",
    ]
    built = subprocess.run(make, check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    done = subprocess.run(
        [sys.executable, "-m", "tests.lab.conformance.mutants", *map(str, FAULTS)],
        check=False,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "LD_PRELOAD": str(LIBRARY)},
    )
    assert done.returncode == 0, done.stderr
    return {one["row"]: one for one in map(json.loads, done.stdout.splitlines())}


def test_every_row_that_our_engine_can_be_held_to_has_a_fault():
    held = {
        number for number, row in ROWS.items() if not row.unseen and OwnEngine.offers.issuperset(row.needs)
    }
    assert set(FAULTS) == held


@pytest.mark.parametrize("row", FAULTS)
def test_a_fault_is_noticed(row, tried):
    one = tried[row]
    # Row 14 speaks of authentication that packets turn on or off, which only a fault makes happen.
    assert one["sound"] == ("not-applicable" if row == 14 else "pass")
    assert one["broken"] == "fail", one["evidence"]


def test_the_library_that_is_used_has_no_faults(eal):
    assert not hasattr(ctypes.CDLL("libpydp.so.0"), "pydp_mutant_set")
