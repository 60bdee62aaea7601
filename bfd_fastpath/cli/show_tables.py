# SPDX-License-Identifier: Apache-2.0
"""What `show` prints for people, from the JSON that the daemon answers with."""

from typing import Any

from bfd_fastpath.cli import quality_tables, worker_tables
from bfd_fastpath.cli.table import age, interval, table


def sessions(result: Any) -> str:
    rows = []
    for one in result["sessions"]:
        running, counts = one["session-running"], one["session-statistics"]
        rows.append(
            (
                one["dest-addr"],
                one["source-addr"],
                one["interface"],
                _path(one),
                running["local-state"],
                running["remote-state"],
                running["local-diagnostic"],
                interval(running["negotiated-tx-interval"]),
                interval(running["negotiated-rx-interval"]),
                interval(running["detection-time"]),
                counts["receive-packet-count"],
                counts["send-packet-count"],
                counts["down-count"],
            )
        )
    if not rows:
        return "No BFD sessions."
    headers = (
        "PEER",
        "SOURCE",
        "PORT",
        "PATH",
        "STATE",
        "PEER STATE",
        "DIAGNOSTIC",
        "TX",
        "RX",
        "DETECT",
        "IN",
        "OUT",
        "DOWNS",
    )
    total = result["summary"]
    summary = (
        f"sessions: {total['number-of-sessions']}, of them {total['number-of-sessions-up']} up, "
        f"{total['number-of-sessions-down']} down, {total['number-of-sessions-admin-down']} admin-down"
    )
    return table(headers, rows, right=headers[7:]) + "\n" + summary


def _path(one: Any) -> str:
    kind = str(one["path-type"]).removeprefix("path-")
    return f"{kind} unsolicited" if one["unsolicited"] else kind


def refused(result: Any) -> str:
    rows = [
        (one["dest-addr"], one["interface"], counter["name"], counter["count"], counter["text"])
        for one in result["sessions"]
        for counter in one["refused"]
    ]
    if not rows:
        return "No packet for it was refused."
    return table(("PEER", "PORT", "REASON", "PACKETS", "WHAT IT MEANS"), rows, right=("PACKETS",))


def _dampened(standing: Any) -> str:
    if standing is None or not standing["held"]:
        return ""
    if standing["seconds-left"] is None:
        return f"; held by dampening at {standing['penalty']}"
    return f"; its session is Up again, held by dampening for {age(standing['seconds-left'])}"


def _report_held(held: Any) -> str:
    if held is None:
        return ""
    left = age(held["seconds-left"])
    if held["by"] == "fuse":
        return f"; not reported for another {left}: the fuse of its port is blown"
    return f"; it bounces, and is not reported to be Up for another {left}"


def nexthops(result: Any) -> str:
    rows = [
        (
            one["address"],
            one["state"],
            age(one["seconds-in-state"]),
            ", ".join(map(_asker, one["asked-by"])),
            ", ".join(f"{told['peer']} {told['state']} {age(told['seconds-ago'])}" for told in one["told"]),
            one["explanation"] + _dampened(one["dampening"]) + _report_held(one["report-held"]),
        )
        for one in result["next-hops"]
    ]
    if not rows:
        return "No next hops: no BGP neighbour has named one, and the configuration has no [[session]]."
    headers = ("NEXT HOP", "STATE", "FOR", "ASKED BY", "TOLD", "BECAUSE")
    return table(headers, rows, right=("FOR",))


def _asker(asker: Any) -> str:
    """A neighbour with how it names the next hop, or the configuration."""
    if asker["by"] == ["configuration"]:
        return str(asker["user"])
    return f"{asker['user'].removeprefix('bgp ')} ({' '.join(asker['by'])})"


def lags(result: Any) -> str:
    rows = [
        (lag["name"], lag["state"], lag["min-links"], one["interface"], one["local-state"], lag["dest-addr"])
        for lag in result["lags"]
        for one in lag["members"]
    ]
    if not rows:
        return "No link aggregates: the configuration has no [[lag]]."
    return table(("LAG", "STATE", "MIN LINKS", "MEMBER", "MEMBER STATE", "PEER"), rows, right=("MIN LINKS",))


def routes(result: Any, where: object = None) -> str:
    rows = [
        (
            one["prefix"],
            one["source"],
            one["route-preference"],
            _next_hops(one),
            one["next-hop-state"],
            "yes" if one["used"] else "no",
            one["peer"],
            " ".join(map(str, one["as-path"] or ())),
        )
        for one in result["routes"]
    ]
    if not rows:
        return "No routes." if where is None else f"No route to {where}."
    headers = ("PREFIX", "SOURCE", "PREF", "NEXT HOP", "STATE", "USED", "FROM", "AS PATH")
    lines = [table(headers, rows, right=("PREF",))]
    lines += [f"{one['prefix']} is not used: {one['why']}" for one in result["routes"] if one["why"]]
    return "\n".join(lines)


def _next_hops(route: Any) -> str:
    hops, through = route["next-hops"], route["through"]
    if not hops:
        return str(route["next-hop"])
    return f"{', '.join(through)} by {_neighbours(hops)}" if through else _neighbours(hops)


def _neighbours(hops: Any) -> str:
    members = ", ".join(_next_hop(one) for one in hops if not one["backup"])
    backups = ", ".join(_next_hop(one) for one in hops if one["backup"])
    return f"{members}; backup {backups}" if backups else members


def _next_hop(one: Any) -> str:
    if one["interface"] is None:
        return str(one["kind"])
    tag = f".{one['vlan']}" if one["vlan"] else ""
    share = f" weight {one['weight']}" if one["weight"] != 1 else ""
    return f"{one['address'] or one['kind']} {one['interface']}{tag}{share}"


def ports(result: Any) -> str:
    parts = []
    for one in result["ports"]:
        counts = one["statistics"]
        speed = f", {one['speed-mbps']} Mb/s" if one["speed-mbps"] and one["link"] == "up" else ""
        lines = [
            f"{one['name']}: {one['device']} ({one['driver']}), {one['mac-address']}, mtu {one['mtu']}, "
            f"link {one['link']}{speed}",
            f"  addresses {' '.join(one['addresses'])}; neighbours by {one['neighbours-by']}",
            f"  in {counts['rx-packets']} packets, {counts['rx-missed']} missed, "
            f"{counts['rx-errors']} errors; out "
            f"{counts['tx-packets']} packets, {counts['tx-errors']} errors",
            *_neighbourly(one["counters"]),
        ]
        if one["host"]:
            host, counts = one["host"], one["host"]["counters"]
            lines.append(
                f"  host {host['name']}: {counts['rx-host']} packets to it, {counts['tx-host']} from it; "
                f"{counts['drop-host-rate']} beyond {host['rate']} a second, "
                f"{counts['drop-host-full']} that it did not take"
            )
        if one["neighbours"]:
            rows = [
                (
                    n["address"],
                    n["vlan"] or "-",
                    n["mac-address"],
                    n["state"],
                    age(n["confirmed-seconds-ago"]),
                )
                for n in one["neighbours"]
            ]
            text = table(("NEIGHBOUR", "VLAN", "MAC", "STATE", "CONFIRMED"), rows)
            lines += ["  " + line for line in text.splitlines()]
        parts.append("\n".join(lines))
    worker = result["worker"]
    parts.append(
        f"worker: longest poll gap {interval(worker['poll-gap-max'])}, {worker['stalls']} stalls of its own, "
        f"{worker['sleeps']} sleeps in {worker['turns']} turns"
    )
    parts += worker_tables.gaps(worker)
    return "\n".join(parts)


def _neighbourly(counts: Any) -> list[str]:
    """What a port says to its neighbours and hears of them, and who contradicts whom."""
    lines = [
        f"  ARP {counts['rx-arp']} in, {counts['tx-arp']} out; "
        f"ND {counts['rx-nd']} in, {counts['tx-nd']} out; {counts['rx-echo']} pings answered"
    ]
    ours, theirs = counts["address-conflict"], counts["neighbour-conflict"]
    if ours:
        lines.append(f"  an address of ours is somebody else's, too: {ours} ARP or ND packets of theirs")
    if theirs:
        lines.append(f"  {theirs} answers for an address that another MAC address answered for, too")
    return lines


def drops(result: Any) -> str:
    rows = [
        (port["name"], counter["name"], counter["count"], counter["text"])
        for port in result["ports"]
        for counter in port["drops"]
        if counter["count"]
    ]
    overflows = result["event-overflows"]
    tail = f"\n{overflows} events did not fit into the ring; states were read again." if overflows else ""
    if not rows:
        return "Nothing was dropped." + tail
    return table(("PORT", "REASON", "PACKETS", "WHAT IT MEANS"), rows, right=("PACKETS",)) + tail


_NOT_REPORTING = {
    "no-session": "tells nothing: there is no session",
    "not-offered": "tells nothing: the peer has no family for it, so next hops are watched for us alone",
    "family-disabled": "tells nothing: the family to tell by was given up after a fault",
}


def _tells(peer: Any) -> str:
    if peer["transport"] is not None:
        return f"tells by {peer['transport']}"
    return _NOT_REPORTING[peer["not-reporting"]]


def reporter(result: Any) -> str:
    parts = [
        f"FUSE BLOWN at {one['port']}: {one['missing']} of {one['next-hops']} next hops fell silent at once; "
        f"what is Down is reported in {age(one['seconds-left'])}"
        for one in result["fuse"]["blown"]
    ]
    for one in result["peers"]:
        families = ", ".join(one["families"]) or "none"
        parts.append(
            f"{one['address']} AS{one['as']}: {one['state']} for {age(one['seconds-in-state'])}, "
            f"families {families}" + (f"; last error: {one['last-error']}" if one["last-error"] else "")
        )
        said = one.get("last-notification")
        if said is not None and said["said"] not in (one["last-error"] or ""):
            parts.append(f"  last NOTIFICATION, from {said['from']}: {said['said']}")
        parts.append("  " + _tells(one))
        if one.get("malformed"):
            wrong = ", ".join(f"{name} {count}" for name, count in one["malformed"].items())
            parts.append(f"  malformed: {wrong}")
        if one["told"]:
            rows = [
                (told["address"], told["state"], quality_tables.told(told.get("link-quality", {})))
                for told in one["told"]
            ]
            judged = any(row[2] for row in rows)
            headers = ("NEXT HOP", "TOLD", "LINK QUALITY") if judged else ("NEXT HOP", "TOLD")
            text = table(headers, [row[: len(headers)] for row in rows])
            parts += ["  " + line for line in text.splitlines()]
        parts += [f"  not told: {one['address']} ({one['why']})" for one in one["untold"]]
    return "\n".join(parts) or "No BGP neighbours."
