# SPDX-License-Identifier: Apache-2.0
"""The tables of `route-server show ...`."""

from typing import Any

from bfd_fastpath.cli.table import table


def clients(result: Any) -> str:
    rows = []
    for one in result["clients"]:
        standings = one["nhib"]
        for session in one["sessions"] or [None]:
            families = "-" if session is None else ", ".join(session["families"])
            received = None if session is None else sum(session["prefixes-received"].values())
            rows.append(
                (
                    one["name"],
                    one["as"],
                    one["bfd"],
                    None if session is None else session["peer"],
                    families,
                    received,
                    *(standings[state] for state in ("up", "down", "unknown", "unanswered")),
                )
            )
    headers = (
        "CLIENT",
        "AS",
        "BFD",
        "SESSION FROM",
        "FAMILIES",
        "PREFIXES",
        "UP",
        "DOWN",
        "UNKNOWN",
        "UNANSWERED",
    )
    return table(headers, rows, right=("AS", *headers[5:]))


def nhib(result: Any) -> str:
    rows = [(one["client"], one["next-hop"], one["member"], one["state"]) for one in result["entries"]]
    return table(("CLIENT", "NEXT HOP", "MEMBER", "STATE"), rows)


def routes(result: Any) -> str:
    rows = [
        (one["client"], one["prefix"], one["next-hop"], one["from"], one["as-path"])
        for one in result["routes"]
    ]
    return table(("CLIENT", "PREFIX", "NEXT HOP", "FROM", "AS PATH"), rows)
