# SPDX-License-Identifier: Apache-2.0
"""`show exchange MEMBER`: one member's row of the matrix and the others' word on it, each with since when."""

from datetime import datetime
from typing import Any

from bfd_fastpath.cli.exchange_svg import CLASSES
from bfd_fastpath.cli.exchange_tables import ago
from bfd_fastpath.cli.table import table


def row(document: Any, wanted: str) -> dict[str, Any] | None:
    """wanted: a member's name, or one of its addresses; None where nobody has it. `there` is what the member
    has on another, `back` what the other has on it."""
    members = document["members"]
    place = next((i for i, one in enumerate(members) if wanted in (one["name"], *one["addresses"])), None)
    if place is None:
        return None
    name = members[place]["name"]
    rows = {(one["family"], one["from"]): one for one in document["matrix"]}
    pairs = []
    for family in sorted({family for family, who in rows if who == name}):
        own = rows[family, name]
        for number, other in enumerate(members):
            theirs = rows.get((family, other["name"]))
            if number == place or theirs is None:
                continue
            pairs.append(
                {
                    "family": family,
                    "member": other["name"],
                    "there": CLASSES[own["states"][number]],
                    "there-since": own["since"][number],
                    "back": CLASSES[theirs["states"][place]],
                    "back-since": theirs["since"][place],
                }
            )
    return {"time": document["time"], "member": members[place], "pairs": pairs}


def text(found: Any) -> str:
    """The same for people, without its last line feed."""
    member, now = found["member"], datetime.fromisoformat(found["time"])
    reports = ", ".join(member["transports"])
    head = (
        f"{member['name']}, AS {member['as']}, {', '.join(member['addresses']) or 'no address'}: "
        f"{f'reports by {reports}' if reports else 'reports nothing'}"
    )
    rows = [
        (
            one["family"],
            one["member"],
            one["there"],
            ago(now, one["there-since"]),
            one["back"],
            ago(now, one["back-since"]),
        )
        for one in found["pairs"]
    ]
    ways = f"THERE: {member['name']} reaches the member; BACK: the member reaches {member['name']}"
    return f"{head}\n{ways}\n\n{table(('FAMILY', 'MEMBER', 'THERE', 'SINCE', 'BACK', 'SINCE'), rows)}"
