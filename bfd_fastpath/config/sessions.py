# SPDX-License-Identifier: Apache-2.0
"""From the timer keys and a [[session]] table to Timers and a Session."""

from __future__ import annotations

from typing import Any

from bfd_fastpath.config.draft import Draft
from bfd_fastpath.config.model import Address, InterfaceAddress, Port, Session, Timers
from bfd_fastpath.config.read import Reader

_INTERVALS = ("desired-min-tx-interval", "required-min-rx-interval")


def build_timers(reader: Reader, path: str, good: dict[str, Any], base: Timers) -> Timers:
    """The timers of a section; base fills in what is left out."""
    both = good.get("min-interval")
    clash = [key for key in _INTERVALS if both is not None and key in good]
    if clash:
        reader.fault(
            f"{path}.min-interval",
            f"stands beside {' and '.join(clash)}",
            "write min-interval alone, or the two intervals",
        )
    return Timers(
        local_multiplier=good.get("local-multiplier", base.local_multiplier),
        desired_min_tx_us=both or good.get("desired-min-tx-interval", base.desired_min_tx_us),
        required_min_rx_us=both or good.get("required-min-rx-interval", base.required_min_rx_us),
        role=good.get("role", base.role),
    )


def build_session(reader: Reader, path: str, good: dict[str, Any], draft: Draft) -> Session | None:
    """The session, or None when it has faults or its port has."""
    timers = build_timers(reader, path, good, draft.bfd.timers)
    interface = good.get("interface")
    if interface is None or "dest-addr" not in good:
        return None
    port = draft.port(interface)
    if port is None:
        if not draft.knows_port(interface):
            names = ", ".join(one.value.name for one in draft.ports) or "none yet"
            instead = f"write the name of a [[port]] ({names})"
            reader.fault(f"{path}.interface", f'there is no port "{interface}"', instead)
        return None
    source = _source(reader, path, good, port)
    if source is None:
        return None
    return Session(
        interface=interface,
        dest_addr=good["dest-addr"],
        source_addr=source.address,
        vlan=source.vlan,
        timers=timers,
        admin_down=good.get("admin-down", False),
    )


def _source(reader: Reader, path: str, good: dict[str, Any], port: Port) -> InterfaceAddress | None:
    """Which of the port's addresses it is sent from. RFC 5881 6: source and destination are of one subnet."""
    destination: Address = good["dest-addr"]
    if any(one.address == destination for one in port.addresses):
        reader.fault(f"{path}.dest-addr", f"{destination} is our own address", "write the peer's")
        return None
    wanted, vlan = good.get("source-addr"), good.get("vlan")
    tagged = [one for one in port.addresses if vlan in (None, one.vlan)]
    ours = ", ".join(map(str, port.addresses))
    if wanted is not None and not any(one.address == wanted for one in tagged):
        reader.fault(
            f"{path}.source-addr",
            f"{wanted} is not an address of {port.name}",
            f"write one of {ours}, or leave it out",
        )
        return None
    if vlan is not None and not tagged:
        reader.fault(
            f"{path}.vlan", f"{port.name} has no address in vlan {vlan}", f"its addresses are {ours}"
        )
        return None
    fitting = [
        one
        for one in tagged
        if wanted in (None, one.address)
        and one.address.version == destination.version
        and destination in one.network
    ]
    if not fitting:
        reader.fault(
            f"{path}.dest-addr",
            f"{destination} is in no subnet that the session could be sent from (RFC 5881 6)",
            f"{port.name} has {ours}",
        )
        return None
    chosen = max(fitting, key=lambda one: one.prefix_length)
    network = chosen.network
    if network.version == 4 and network.prefixlen < 31 and destination in (network[0], network[-1]):
        reader.fault(f"{path}.dest-addr", f"{destination} is not a host in {network}", "write the peer's")
        return None
    return chosen
