# SPDX-License-Identifier: Apache-2.0
"""What a BGP session has beyond its families, for `show reporter`: what both sides can do, what the peer
said of itself, and what either said at the end of the last one."""

from typing import Any

from bfd_fastpath.wire.bgp import Notification, PeerInfo, Role


def negotiated(info: PeerInfo) -> dict[str, Any]:
    """By the names of docs/bgp.md. `role` is the peer's, a number where it has no name; `graceful-restart`
    the seconds that it asks for, 0 where it can only mark the end of its routes, None where it cannot
    restart."""
    offered = info.capabilities
    graceful = offered.graceful_restart
    return {
        "role": _role(offered.role),
        "route-refresh": offered.route_refresh,
        "enhanced-refresh": info.enhanced_refresh,
        "extended-message": info.extended_message,
        "extended-next-hop": sorted(map(str, info.extended_next_hop)),
        "graceful-restart": None if graceful is None else graceful.time_s,
        "four-octet-as": info.as4,
    }


def notified(last: tuple[str, Notification] | None) -> dict[str, Any]:
    """The last NOTIFICATION, by whom ("peer" or "us"); and the text for people in the peer's (RFC 9003)."""
    if last is None:
        return {"last-notification": None, "shutdown-text": None}
    sender, said = last
    text = said.text if sender == "peer" else ""
    return {"last-notification": {"from": sender, "said": str(said)}, "shutdown-text": text or None}


def _role(number: int | None) -> str | int | None:
    try:
        return None if number is None else Role(number).name.lower().replace("_", "-")
    except ValueError:
        return number
