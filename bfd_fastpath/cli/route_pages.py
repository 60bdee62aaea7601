# SPDX-License-Identifier: Apache-2.0
"""All routes of the daemon, page by page, in order."""

from ipaddress import ip_network
from typing import Any

from bfd_fastpath.cli import client


def ask_all(socket_path: str) -> Any:
    """What `show-routes` answers in all its pages: by prefix, and of each the best first. Raises what
    client.ask raises."""
    routes: list[Any] = []
    arguments: dict[str, object] = {}
    while True:
        answer: Any = client.ask(socket_path, "show-routes", arguments)
        routes += answer["routes"]
        if answer["next"] is None:
            break
        arguments = {"cursor": answer["next"]}
    return {"routes": sorted(routes, key=_order)}


def _order(route: Any) -> tuple[int, int, int, bool, int]:
    prefix = ip_network(route["prefix"])
    preference = route["route-preference"]
    return (
        prefix.version,
        int(prefix.network_address),
        prefix.prefixlen,
        not route["used"],
        256 if preference is None else preference,
    )
