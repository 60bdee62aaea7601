# SPDX-License-Identifier: Apache-2.0
"""Where results go: one JSON file for a run, and the pages that are made of it beside it."""

import re
from pathlib import Path
from typing import Final

from bfd_fastpath.bench.document import Document
from bfd_fastpath.bench.report import page, summary

DIRECTORY: Final = Path("build/bench")


def file_name(document: Document, suites: tuple[str, ...]) -> str:
    """Of the run: "bench-20260101T000000Z" and, where it was not all suites, which."""
    when = re.sub(r"[-:]|\+00:?00$", "", document.started).rstrip("Z") + "Z"
    return "-".join(["bench", when, *suites])


def write(document: Document, directory: Path, suites: tuple[str, ...] = ()) -> list[Path]:
    """The files, the JSON first. OSError when they cannot be written."""
    directory.mkdir(parents=True, exist_ok=True)
    stem = directory / file_name(document, suites)
    texts = {".json": document.to_json(), ".md": summary(document), ".html": page(document)}
    written = []
    for ending, text in texts.items():
        written.append(stem.with_suffix(ending))
        written[-1].write_text(text, "utf-8")
    return written
