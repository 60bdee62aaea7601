# SPDX-License-Identifier: Apache-2.0
"""What `show exchange` prints for people, from the document that --json prints."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bfd_fastpath.cli.table import age, counted, table

#: Members of which the matrix is printed; of more only who lost whom, since no terminal is that wide.
MATRIX = 60
#: The latest changes that are shown.
CHANGES = 12


def exchange(document: Any) -> str:
    """The whole page without its last line feed."""
    members = document["members"]
    if not members:
        return "no members"
    parts = [_summary(document), _members(document)]
    if len(members) <= MATRIX:
        parts += [_matrix(document, family) for family in _families(document)]
        shown = {sign for row in document["matrix"] for sign in row["states"]}
        legend = document["legend"].items()
        parts.append("  ".join(f"{sign} {text}" for sign, text in legend if sign in shown))
    else:
        parts.append(
            f"bfd-fastpath exchange-report has the matrix: for a terminal {MATRIX} members are most; "
            "bfd-fastpath show exchange MEMBER has one row of it"
        )
    parts += [part for part in (_lost(document), _changes(document)) if part]
    return "\n\n".join(parts)


def _families(document: Any) -> list[str]:
    return sorted({row["family"] for row in document["matrix"]})


def _summary(document: Any) -> str:
    members = document["members"]
    reporting = sum(bool(one["transports"]) for one in members)
    without = sum(one["bfd"] == "no-bfd" for one in members)
    said = [counted(len(members), "member"), f"{reporting} report what they reach"]
    said += [f"{without} without BFD"] if without else []
    said.append(f"{counted(len(document['lost']), 'path')} lost")
    return ", ".join(said)


def _members(document: Any) -> str:
    places = {one["member"]: one for one in document["ranking"]}
    rows = [
        (
            number,
            one["name"],
            one["as"],
            ", ".join(one["addresses"]),
            {"takes-part": "yes", "no-bfd": "none", "unknown": "unknown"}[one["bfd"]],
            ", ".join(one["transports"]) or "-",
            f"{places[one['name']]['score']:.0f}",
        )
        for number, one in enumerate(document["members"], 1)
    ]
    headers = ("#", "MEMBER", "AS", "ADDRESSES", "BFD", "REPORTS BY", "PROTECTED %")
    return table(headers, rows, right=("#", "AS", "PROTECTED %"))


def _matrix(document: Any, family: str) -> str:
    """Rows reach columns; both are numbered as in the list of members."""
    names = [one["name"] for one in document["members"]]
    width = len(str(len(names)))
    heads = [str(number).rjust(width) for number in range(1, len(names) + 1)]
    margin = " " * (width + 2)
    lines = [f"{family}: who (row) reaches whom (column)"]
    lines += [margin + " ".join(head[digit] for head in heads) for digit in range(width)]
    for row in document["matrix"]:
        if row["family"] == family:
            number = str(names.index(row["from"]) + 1).rjust(width)
            lines.append(f"{number}  {' '.join(row['states'])}  {row['from']}")
    return "\n".join(lines)


def _lost(document: Any) -> str:
    if not document["lost"]:
        return ""
    now = datetime.fromisoformat(document["time"])
    rows = [
        (one["from"], one["to"] or "nobody's", one["address"], ago(now, one["since"]))
        for one in document["lost"]
    ]
    return table(("MEMBER", "CANNOT REACH", "AT", "SINCE"), rows)


def _changes(document: Any) -> str:
    now = datetime.fromisoformat(document["time"])
    rows = [
        (ago(now, one["time"]), one["member"], *_told(one))
        for one in reversed(document["changes"][-CHANGES:])
    ]
    return table(("AGO", "MEMBER", "CHANGE", "ABOUT"), rows) if rows else ""


def _told(change: Any) -> Iterator[str]:
    if "session" in change:
        yield f"session {change['session']}"
        yield change.get("text") or "-"
        return
    yield f"{change['old']} -> {change['new']}"
    yield f"{change['about']} ({change['address']})" if change["about"] else change["address"]


def ago(now: datetime, when: str | None) -> str:
    """How long before now; "-" where nobody knows."""
    return "-" if when is None else age(max((now - datetime.fromisoformat(when)).total_seconds(), 0.0))
