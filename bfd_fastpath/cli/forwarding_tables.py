# SPDX-License-Identifier: Apache-2.0
"""What `show forwarding` and `show fib-nexthops` print for people, from the daemon's JSON."""

from typing import Any

from bfd_fastpath.cli.table import table

_MIB = 1 << 20


def forwarding(result: Any) -> str:
    if not result["enabled"]:
        return "Nothing is forwarded: write enabled = true under [forwarding]."
    sources = ", ".join(f"{count} {source}" for source, count in result["sources"].items() if count)
    lines = [
        f"routes: {result['ipv4-routes']} of {result['max-ipv4-routes']} IPv4, "
        f"{result['ipv6-routes']} of {result['max-ipv6-routes']} IPv6; offered: {sources or 'none'}",
        f"next hops: {result['next-hops']} of {result['max-next-hops'] - 1}; "
        f"memory of routes: {result['memory'] / _MIB:.1f} MiB",
    ]
    first = result["first-without-room"]
    if first is not None:
        lines.append(
            f"{result['without-room']} routes find no room, {first['prefix']} among them: {first['why']}"
        )
    ports = [
        (
            one["name"],
            one["counters"]["rx-forward-ip4"],
            one["counters"]["rx-forward-ip6"],
            one["counters"]["tx-fragment"],
            one["counters"]["tx-icmp-error"],
            one["counters"]["icmp-error-rate"] + one["counters"]["icmp-error-unsent"],
            sum(drop["count"] for drop in one["drops"]),
        )
        for one in result["ports"]
    ]
    headers = ("PORT", "IPV4", "IPV6", "FRAGMENTS", "ICMP ERRORS", "ERRORS HELD BACK", "DROPPED")
    lines.append(table(headers, ports, right=headers[1:]))
    drops = [
        (one["name"], drop["name"], drop["count"], drop["text"])
        for one in result["ports"]
        for drop in one["drops"]
        if drop["count"]
    ]
    if drops:
        lines.append(table(("PORT", "REASON", "PACKETS", "WHAT IT MEANS"), drops, right=("PACKETS",)))
    return "\n".join(lines)


def nexthops(result: Any) -> str:
    rows = [
        (
            one["id"],
            one["kind"],
            _where(one),
            "yes" if one["live"] else "no",
            one["bfd-state"],
            one["neighbour-state"],
            one["routes"],
            one["groups"],
        )
        for one in result["next-hops"]
    ]
    if not rows:
        return "No next hops: nothing is forwarded."
    headers = ("ID", "KIND", "WHERE", "LIVE", "BFD", "NEIGHBOUR", "ROUTES", "GROUPS")
    return table(headers, rows, right=("ID", "ROUTES", "GROUPS"))


def _where(one: Any) -> str:
    """A neighbour and its port, or the ids of a group with their shares."""
    if one["members"] or one["backups"]:
        members = ", ".join(f"{member['id']} ({member['buckets']}/256)" for member in one["members"])
        backups = ", ".join(map(str, one["backups"]))
        return f"{members}; backup {backups}" if backups else members
    if one["interface"] is None:
        return ""
    tag = f".{one['vlan']}" if one["vlan"] else ""
    return f"{one['address'] or 'its prefix'} {one['interface']}{tag}"
