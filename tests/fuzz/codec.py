# SPDX-License-Identifier: Apache-2.0
"""One claim of codecs.py under atheris, which is libFuzzer led by what Python code an input reaches:
`python -m tests.fuzz.codec NAME`, then libFuzzer's options.
"""

from __future__ import annotations

import sys

import atheris


def main() -> None:
    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=["bfd_fastpath"]):
        from tests.fuzz.codecs import CLAIMS
    atheris.Setup(sys.argv, CLAIMS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
