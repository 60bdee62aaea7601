# SPDX-License-Identifier: Apache-2.0
"""From a [[lag]] table to a Lag."""

from __future__ import annotations

from typing import Any

from bfd_fastpath.config.draft import Draft
from bfd_fastpath.config.model import InterfaceAddress, Lag, Port, Timers
from bfd_fastpath.config.read import Reader
from bfd_fastpath.config.sessions import build_timers


def build_lag(reader: Reader, path: str, good: dict[str, Any], draft: Draft) -> Lag | None:
    """The LAG, or None when it has faults or a member has."""
    before = len(reader.faults)
    timers = build_timers(reader, path, good, Timers())
    if not {"name", "members", "dest-addr"} <= good.keys():
        return None
    members: tuple[str, ...] = good["members"]
    ports = [_member(reader, f"{path}.members[{index}]", name, draft) for index, name in enumerate(members)]
    if len(set(members)) < len(members) or not members:
        wrong = "a port stands there twice" if members else "empty"
        reader.fault(f"{path}.members", wrong, "write each member port once")
    min_links = good.get("min-links", 1)
    if members and min_links > len(members):
        reader.fault(f"{path}.min-links", f"{min_links} of {len(members)} members", "write fewer")
    known = [port for port in ports if port is not None]
    source = _source(reader, path, good, known) if len(known) == len(members) else None
    if source is None or len(reader.faults) > before:
        return None
    return Lag(good["name"], members, source.address, good["dest-addr"], source.vlan, timers, min_links)


def _member(reader: Reader, key: str, name: str, draft: Draft) -> Port | None:
    if not draft.knows_port(name):
        names = ", ".join(one.value.name for one in draft.ports) or "none yet"
        reader.fault(key, f'there is no port "{name}"', f"write the name of a [[port]] ({names})")
    return draft.port(name)


def _source(reader: Reader, path: str, good: dict[str, Any], ports: list[Port]) -> InterfaceAddress | None:
    """The address that every member has, in the peer's subnet."""
    wanted, destination = good.get("source-addr"), good["dest-addr"]
    fitting = [
        one
        for one in (ports[0].addresses if ports else ())
        if wanted in (None, one.address)
        and one.network.version == destination.version
        and destination in one.network
    ]
    shared = [one for one in fitting if all(one in port.addresses for port in ports)]
    if not shared:
        reader.fault(
            f"{path}.{'source-addr' if wanted else 'dest-addr'}",
            f"the members have no address in common in the subnet of {destination}",
            "write the LAG's address into addresses of each member",
        )
        return None
    if destination == shared[0].address:
        reader.fault(f"{path}.dest-addr", f"{destination} is our own address", "write the other end's")
        return None
    return shared[0]
