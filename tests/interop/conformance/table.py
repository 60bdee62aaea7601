# SPDX-License-Identifier: Apache-2.0
"""The generated part of docs/conformance.md: results side by side, and what did not pass."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bfd_fastpath.lab.conformance.rows import ROWS

PAGE = Path(__file__).parents[3] / "docs" / "conformance.md"
BEGIN, END = "<!-- results: make conformance -->\n", "<!-- end of results -->\n"
_CELL = {"pass": "pass", "fail": "**fail**", "not-applicable": "-"}
Document = Mapping[str, Any]


def generated(documents: Mapping[str, Document]) -> str:
    """From the documents of `conformance --json`, by the heads of their columns."""
    heads = list(documents)
    lines = [
        f"| Row | Clause | | Rule | {' | '.join(heads)} |",
        f"|---|---|---|---|{'---|' * len(heads)}",
    ]
    for number, row in ROWS.items():
        cells = [_CELL[documents[head]["rows"][number - 1]["result"]] for head in heads]
        lines.append(f"| {number} | {row.clause} | {row.level} | {row.text} | {' | '.join(cells)} |")
    lines += ["", "Where a rule is not kept, and what showed it:", ""]
    for head, document in documents.items():
        failed = [one for one in document["rows"] if one["result"] == "fail"]
        lines += [f"* **{head}**: " + ("every rule that applies is kept." if not failed else "")]
        lines += [
            f"    * row {one['row']} ({one['level']}): {_without_packets(one['evidence'])}" for one in failed
        ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _without_packets(evidence: str) -> str:
    """The captures are not kept."""
    return re.sub(r" \(packets? [\d, ]+ of [\w.-]+\)", "", evidence)


def with_results(page: str, text: str) -> str:
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}"


def results(page: str) -> tuple[list[str], dict[int, list[str]]]:
    """The heads of the result columns, and the cells of each row from its clause on."""
    part = page.split(BEGIN)[1].split(END)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:1] == "|"
    ]
    return rows[0][4:], {int(row[0]): row[1:] for row in rows[2:]}
