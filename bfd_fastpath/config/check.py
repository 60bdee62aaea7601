# SPDX-License-Identifier: Apache-2.0
"""What the sections of a configuration have to fulfil together. Faults go to the reader."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from bfd_fastpath.config.check_routes import check_routes
from bfd_fastpath.config.draft import Draft
from bfd_fastpath.config.model import PathType
from bfd_fastpath.config.read import Reader
from bfd_fastpath.config.redirected import check_redirected


def check(reader: Reader, draft: Draft) -> None:
    """Every fault that needs more than one section to see."""
    _check_identity(reader, draft)
    _check_ports(reader, draft)
    check_routes(reader, draft)
    _check_sessions(reader, draft)
    _check_key_chains(reader, draft)
    check_redirected(reader, draft)
    for path, first, (address, port) in _named_twice(draft, "neighbor"):
        reader.fault(path, f"{address} port {port} is {first} already", "remove one of the two")


def _check_identity(reader: Reader, draft: Draft) -> None:
    if not draft.neighbors:
        return
    missing = {fault.key for fault in reader.faults}
    for key, value, example in (
        ("asn", draft.router.asn, "64500"),
        ("router-id", draft.router.router_id, '"192.0.2.1"'),
    ):
        if value is None and f"router.{key}" not in missing:
            reader.fault(
                f"router.{key}", "is needed for a [[neighbor]]", f"write {key} = {example} under [router]"
            )


def _check_ports(reader: Reader, draft: Draft) -> None:
    for path, first, name in _named_twice(draft, "port name"):
        reader.fault(path, f'{first} is "{name}" too', "give each port its own name")
    for path, first, name in _named_twice(draft, "lag") + _named_twice(draft, "lag member"):
        reader.fault(path, f'{first} has "{name}" too', "a port is in one LAG, each LAG has its own name")
    for path, first, devargs in _named_twice(draft, "port devargs"):
        reader.fault(path, f'{first} is "{devargs}" too', "a device can be opened once")
    addresses = (
        (f"{one.path}.addresses[{index}]", interface.address)
        for one in draft.ports
        for index, interface in enumerate(one.value.addresses)
        if not interface.address.is_link_local and one.value.name not in draft.members
    )
    for path, first, address in _twice(addresses):
        reader.fault(path, f"{address} stands in {first} too", "an address belongs to one port and vlan")
    _check_hosts(reader, draft)
    _check_workers(reader, draft)
    named = draft.bfd.port
    if named is not None and not draft.knows_port(named):
        names = ", ".join(one.value.name for one in draft.ports) or "none yet"
        reader.fault("bfd.port", f'there is no port "{named}"', f"write the name of a [[port]] ({names})")


def _check_workers(reader: Reader, draft: Draft) -> None:
    engine = draft.engine
    if engine.cpus and engine.cpu is not None:
        reader.fault("engine.cpus", "cpu says where the first worker runs", "leave out one of both")
    elif engine.cpus and len(engine.cpus) != engine.workers:
        wrong = f"{len(engine.cpus)} CPUs for {engine.workers} workers"
        reader.fault("engine.cpus", wrong, "write one for each worker")
    for port in draft.ports:
        if port.value.queues is not None and port.value.queues > engine.workers:
            wrong = f"{port.value.queues} queues, and {engine.workers} workers to look at them"
            reader.fault(f"{port.path}.queues", wrong, f"write {engine.workers} at most")


def _check_hosts(reader: Reader, draft: Draft) -> None:
    hosts = [one for one in draft.ports if one.value.host_name is not None]
    for path, first, name in _twice((f"{one.path}.host-name", one.value.host_name) for one in hosts):
        reader.fault(path, f"{first} is {name} too", "give each its own interface")
    opened = {one.value.kernel_interface: one.path for one in draft.ports}
    for one in hosts:
        other = opened.get(one.value.host_name)
        if other is not None and other != one.path:
            reader.fault(
                f"{one.path}.host-name",
                f"{one.value.host_name} is the interface of {other}",
                "write another name",
            )


def _check_sessions(reader: Reader, draft: Draft) -> None:
    for path, first, (_, destination, _discriminator) in _named_twice(draft, "session"):
        reader.fault(
            f"{path}.dest-addr",
            f"{destination} has {first} already",
            "keep one session a destination and path-type",
        )
    own = {interface.address for port in draft.ports for interface in port.value.addresses}
    for session in draft.sessions:
        if session.value.dest_addr in own:
            wrong = f"{session.value.dest_addr} is an address of another port of ours"
            reader.fault(f"{session.path}.dest-addr", wrong, "write the peer's")
    if len(draft.sessions) > draft.engine.max_sessions:
        reader.fault(
            "engine.max-sessions",
            f"{draft.engine.max_sessions} places for {len(draft.sessions)} [[session]] tables",
            f"write at least {len(draft.sessions)}",
        )


def _check_key_chains(reader: Reader, draft: Draft) -> None:
    for path, first, name in _named_twice(draft, "key-chain"):
        reader.fault(path, f'{first} is "{name}" too', "give each key chain its own name")
    named = {one.value for one in draft.names.get("key-chain", ())}
    users = [("bfd", draft.bfd.timers), *((one.path, one.value.timers) for one in draft.sessions)]
    for path, timers in users:
        wanted = timers.authentication
        # What a session has from [bfd] is told there.
        inherited = path != "bfd" and wanted == draft.bfd.timers.authentication
        if wanted is not None and wanted.key_chain not in named and not inherited:
            names = ", ".join(sorted(named)) or "none yet"
            reader.fault(
                f"{path}.authentication.key-chain",
                f'there is no key chain "{wanted.key_chain}"',
                f"write the name of a [[key-chain]] ({names})",
            )
    for session in draft.sessions:
        if session.value.path_type is PathType.S_BFD and session.value.timers.authentication is not None:
            reader.fault(f"{session.path}.authentication", "S-BFD is not authenticated here", "leave it out")


def _named_twice(draft: Draft, key: str) -> list[tuple[str, str, Any]]:
    return _twice((one.path, one.value) for one in draft.names.get(key, ()))


def _twice(items: Iterable[tuple[str, Any]]) -> list[tuple[str, str, Any]]:
    """Key path, key path of the first, and value, of each value that was there before."""
    seen: dict[Hashable, str] = {}
    found = []
    for path, value in items:
        first = seen.setdefault(value, path)
        if first != path:
            found.append((path, first, value))
    return found
