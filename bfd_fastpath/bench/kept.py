# SPDX-License-Identifier: Apache-2.0
"""The figures of a suite with options of its own, kept as JSON in a file."""

import argparse
import json
import os
from pathlib import Path
from typing import Any


def add_option(parser: argparse.ArgumentParser, what: str) -> None:
    """--json FILE; a file that cannot be written is told before anything is measured."""
    parser.add_argument("--json", type=_file, metavar="FILE", help=what)


def keep(path: Path | None, found: Any) -> None:
    """None: nowhere."""
    if path is not None:
        path.write_text(json.dumps(found, indent=1) + "\n")


def _file(text: str) -> Path:
    path = Path(text)
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise argparse.ArgumentTypeError(f"{text} cannot be written to")
    return path
