# SPDX-License-Identifier: Apache-2.0
"""From the embedded route server's TOML to checked settings; every fault is collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bfd_fastpath.config.fault import ConfigError
from bfd_fastpath.config.model import Control, Log
from bfd_fastpath.config.passwords import of_table
from bfd_fastpath.config.read import Reader
from bfd_fastpath.lab.routeserver.keys import BY_NAME, DEFAULT_SOCKET, Bfd
from bfd_fastpath.lab.server import ExpectedSession
from bfd_fastpath.routeserver.settings import Address, ClientSettings, ServerSettings
from bfd_fastpath.wire.bgpls import Flag

_FLAGS = {Bfd.LEARN: None, Bfd.YES: Flag.TAKES_PART, Bfd.NO: Flag.NO_BFD}
#: Keys of [route-server] that ServerSettings has under the same name.
_ALIKE = (
    "asn",
    "prefer-reached",
    "as-path-limit",
    "enforce-first-as",
    "roles",
    "prefix-limit",
    "entry-limit",
)
_RENAMED = {
    "router-id": "identifier",
    "lan": "lan",
    "hold-time": "hold_time_s",
    "bgp-ls": "link_state",
    "bgp-ls-identifier": "bgpls_identifier",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """One whole configuration."""

    server: ServerSettings
    listen: tuple[Address, ...]
    port: int
    sessions: tuple[ExpectedSession, ...]
    control: Control
    log: Log


@dataclass(frozen=True, slots=True)
class _Found:
    """One [[client]] that could be read."""

    path: str
    client: ClientSettings
    password: bytes | None
    gtsm: bool


def load(path: str | Path) -> Settings:
    """The checked settings in a file, with the passwords it names. ConfigError with every fault."""
    path = Path(path)
    reader = Reader(str(path), path.parent.absolute(), BY_NAME)
    raw = reader.whole(path)
    settings = None if raw is None else _build(reader, raw)
    if settings is None:
        raise ConfigError(reader.faults)
    return settings


def _build(reader: Reader, raw: Mapping[str, Any]) -> Settings | None:
    reader.sections(raw)
    good = reader.one(raw, "route-server")
    found = [one for path, keys in reader.many(raw, "client") if (one := _client(reader, path, keys))]
    control = reader.one(raw, "control")
    control["path"] = reader.path(control["path"]) if "path" in control else DEFAULT_SOCKET
    log = reader.one(raw, "log")
    _check_listen(reader, good.get("listen", ()))
    if good.get("lan") == ():
        reader.fault("route-server.lan", "empty: nobody could be a client", "write the LAN's prefixes")
    _check_clients(reader, found, good)
    if reader.faults:
        return None
    server = {name.replace("-", "_"): good[name] for name in _ALIKE if name in good}
    server |= {field: good[name] for name, field in _RENAMED.items() if name in good}
    if "nh-reach-safi" in good:
        server["nh_reach_safi"] = good["nh-reach-safi"] or None
    clients = tuple(one.client for one in found)
    sessions = tuple(
        ExpectedSession(one.client, address, one.password, one.gtsm)
        for one in found
        for address in one.client.session_addresses
    )
    return Settings(
        ServerSettings(**server, clients=clients),
        good["listen"],
        good.get("port", 179),
        sessions,
        Control(**control),
        Log(**log),
    )


def _client(reader: Reader, path: str, good: dict[str, Any]) -> _Found | None:
    if not {"name", "asn", "addresses"} <= good.keys():
        return None
    sources = good.get("session-addresses") or good["addresses"]
    if not sources:
        reader.fault(f"{path}.addresses", "empty: nothing tells its sessions apart", "write its addresses")
        return None
    client = ClientSettings(
        name=good["name"],
        asn=good["asn"],
        lan_addresses=good["addresses"],
        identifier=good.get("router-id"),
        session_addresses=sources,
        flag=_FLAGS[good.get("bfd", Bfd.LEARN)],
        ask=good.get("ask", ()),
        apart=good.get("apart", ()),
        prefix_limit_ipv4=good.get("prefix-limit-ipv4"),
        prefix_limit_ipv6=good.get("prefix-limit-ipv6"),
        strict_role=good.get("strict-role", False),
    )
    return _Found(path, client, of_table(reader, path, good, sources[0]), good.get("ttl-security", False))


def _check_listen(reader: Reader, listen: tuple[Address, ...]) -> None:
    if listen == () and not reader.failed("route-server.listen"):
        reader.fault("route-server.listen", "empty: no client could connect", "write an address of this host")
    if len(set(listen)) < len(listen):
        reader.fault("route-server.listen", "an address twice", "write each once")
    for index, address in enumerate(listen):
        if address.is_link_local:
            reader.fault(
                f"route-server.listen[{index}]", f"{address} is link-local", "write a global address"
            )


def _check_clients(reader: Reader, found: list[_Found], good: Mapping[str, Any]) -> None:
    """What the clients have to fulfil together; ServerSettings would name only the first of these faults."""
    lan, versions = good.get("lan", ()), {address.version for address in good.get("listen", ())}
    names: dict[str, str] = {}
    keys: dict[object, str] = {}
    owners: dict[Address, str] = {}
    for one in found:
        client, path = one.client, one.path
        if client.strict_role and not good.get("roles"):
            reader.fault(f"{path}.strict-role", "the route server has no role", "write roles = true for it")
        if (first := names.setdefault(client.name, path)) != path:
            reader.fault(f"{path}.name", f'{first} is "{client.name}" too', "give each its own name")
        if client.identifier is not None:
            first = keys.setdefault((client.asn, client.identifier), path)
            if first != path:
                reader.fault(f"{path}.router-id", f"{first} has it, with the same AS", "write its own")
        for kind, addresses in (("addresses", client.lan_addresses), ("ask", client.ask)):
            for index, address in enumerate(addresses):
                if lan and not any(address in network for network in lan):
                    wrong = f"{address} is not on route-server.lan"
                    reader.fault(f"{path}.{kind}[{index}]", wrong, "write addresses of the LAN")
        for address in dict.fromkeys((*client.lan_addresses, *client.session_addresses)):
            first = owners.setdefault(address, path)
            if first != path:
                reader.fault(f"{path}.addresses", f"{address} is in {first}", "an address has one client")
        if versions and not any(address.version in versions for address in client.session_addresses):
            wrong = "no address of the IP versions in route-server.listen"
            reader.fault(f"{path}.addresses", wrong, "it could not connect: listen on that version, too")
    for one in found:
        for index, other in enumerate(one.client.apart):
            if other not in names or other == one.client.name:
                known = ", ".join(names)
                reader.fault(
                    f"{one.path}.apart[{index}]", f'there is no other client "{other}"', f"there are {known}"
                )
