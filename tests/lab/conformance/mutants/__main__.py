# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.lab.conformance.mutants ROW...`: each row tried with the fault that breaks it, and all of them without any.

It runs in a process that has loaded a library with faults (LD_PRELOAD); prints a JSON object for each row.
"""

import ctypes
import json
import sys

import pydp
from bfd_fastpath.lab.conformance import suite
from bfd_fastpath.lab.conformance.own_engine import OwnEngine

LIBRARY = "libpydp.so.0"


def main(rows: list[int]) -> None:
    assert pydp.__file__
    switch = ctypes.CDLL(LIBRARY).pydp_mutant_set
    subject = OwnEngine()
    switch(0)
    sound = {one.row.number: one for one in suite.run(subject, wanted=rows).rows}
    for row in rows:
        switch(row)
        broken = suite.run(subject, wanted={row}).rows[row - 1]
        said = {"row": row, "sound": sound[row].result, "broken": broken.result, "evidence": broken.evidence}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
