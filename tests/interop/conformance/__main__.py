# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.interop.conformance`: tries our engine, FRR and BIRD against every row, and writes the results into
docs/conformance.md. It needs root and a quarter of an hour. Given a directory, it keeps captures and answers there.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.interop.conformance.daemons import daemon, version_of
from tests.interop.conformance.table import PAGE, generated, with_results


def main(directory: Path) -> None:
    documents: dict[str, Any] = {"our engine": _own(directory / "self")}
    for name, head in (("frr", "FRR bfdd"), ("bird", "BIRD")):
        with daemon(name) as target:
            _, documents[f"{head} {version_of(name)}"] = target.try_rows(directory / name)
    for head, document in documents.items():
        (directory / f"{head.replace(' ', '-')}.json").write_text(json.dumps(document, indent=2))
    PAGE.write_text(with_results(PAGE.read_text(), generated(documents)))


def _own(directory: Path) -> Any:
    words = [
        sys.executable,
        "-m",
        "bfd_fastpath",
        "conformance",
        "--self",
        "--json",
        "--pcap",
        str(directory),
    ]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch))
