# SPDX-License-Identifier: Apache-2.0
"""The tables of `rs-agent show ...`."""

from typing import Any

from bfd_fastpath.cli.table import age, interval, table


def clients(result: Any) -> str:
    rows = [
        (
            one["name"],
            one["as"],
            ", ".join(one["addresses"]),
            ", ".join(f"{address} {state}" for address, state in one["sessions"].items()),
            one["next-hops-lost"],
        )
        for one in result["clients"]
    ]
    return table(("CLIENT", "AS", "ADDRESSES", "SESSIONS", "LOST"), rows, right=("AS", "LOST"))


def nhib(result: Any) -> str:
    rows = [(one["client"], one["next-hop"], one["state"]) for one in result["entries"]]
    return table(("CLIENT", "NEXT HOP", "STATE"), rows)


def driver(result: Any) -> str:
    took, ago = result["last-reload-took-s"], result["last-reload-ago-s"]
    lines = [
        ("route server", f"{result['type']}, by {result['method']}, {result['filter-file']}"),
        ("state", result["state"]),
        ("error", result["error"]),
        ("clients with filters", result["clients-with-filters"]),
        ("client and next hop pairs", result["pairs"]),
        ("routes never left out", _unmarked(result["unmarked-routes"])),
        ("third-party next hops", ", ".join(result["third-party-next-hops"]) or None),
        ("kept from before", result["kept-pairs"] or None),
        ("reloads", f"{result['reloads']}, {result['failures']} failed"),
        ("last reload", f"{age(ago)} ago, took {interval(took * 1e6)}" if took is not None else "none"),
        ("longest reload", interval(result["longest-reload-s"] * 1e6)),
        (
            "next reload in",
            None if result["next-reload-in-s"] is None else f"{result['next-reload-in-s']:g} s",
        ),
        ("guard", f"process {result['guard-pid']}, opens after {result['fail-open-after-s']:g} s"),
    ]
    return "\n".join(f"{name:<26} {'-' if value is None else value}" for name, value in lines)


def _unmarked(routes: int | None) -> str | None:
    return f"{routes}: their import filters do not call rs_bfd_mark()" if routes else None
