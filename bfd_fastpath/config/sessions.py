# SPDX-License-Identifier: Apache-2.0
"""From the timer keys and a [[session]] table to Timers and a Session. Routed paths are in routed.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bfd_fastpath.config.authentication import build_authentication
from bfd_fastpath.config.draft import Draft
from bfd_fastpath.config.echoes import echo_timers
from bfd_fastpath.config.model import Address, InterfaceAddress, PathType, Port, Role, Session, Timers
from bfd_fastpath.config.read import Reader
from bfd_fastpath.config.routed import candidates, refuse_routed, routed_source

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
        demand_enabled=good.get("demand-enabled", base.demand_enabled),
        demand_poll_us=good.get("demand-poll-interval", base.demand_poll_us),
        required_min_echo_rx_us=good.get("required-min-echo-rx-interval", base.required_min_echo_rx_us),
        desired_min_echo_tx_us=good.get("desired-min-echo-tx-interval", base.desired_min_echo_tx_us),
        authentication=build_authentication(reader, path, good, base.authentication),
        link_quality=good.get("link-quality", base.link_quality),
    )


def build_session(reader: Reader, path: str, good: dict[str, Any], draft: Draft) -> Session | None:
    """The session, or None when it has faults or its port has."""
    timers = build_timers(reader, path, good, _base(good, draft.bfd.timers))
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
    if reader.failed(f"{path}.path-type"):
        return None
    path_type = good.get("path-type", PathType.IP_SH)
    if path_type in (PathType.IP_SH, PathType.UNAFFILIATED_ECHO):
        refuse_routed(reader, path, good)
        source = _source(reader, path, good, port)
    else:
        source = routed_source(reader, path, good, port)
    if source is None:
        return None
    timers = echo_timers(reader, path, good, port, timers)
    return Session(
        interface=interface,
        dest_addr=good["dest-addr"],
        source_addr=source.address,
        vlan=source.vlan,
        timers=timers,
        admin_down=good.get("admin-down", False),
        path_type=path_type,
        gateway=good.get("gateway"),
        tx_ttl=good.get("tx-ttl", 255),
        rx_ttl=good.get("rx-ttl"),
        echo_source=good.get("echo-source-addr"),
        remote_discriminator=good.get("remote-discriminator"),
    )


def _base(good: dict[str, Any], base: Timers) -> Timers:
    """An initiator wants nothing periodic, and speaks first (RFC 7880 7.3); so does who speaks to itself."""
    if good.get("path-type") is PathType.UNAFFILIATED_ECHO:
        return replace(base, role=Role.ACTIVE, demand_enabled=False, authentication=None)
    if good.get("path-type") is not PathType.S_BFD:
        return base
    return replace(base, required_min_rx_us=0, role=Role.ACTIVE, demand_enabled=False, authentication=None)


def _source(reader: Reader, path: str, good: dict[str, Any], port: Port) -> InterfaceAddress | None:
    """Which of the port's addresses it is sent from. RFC 5881 6: source and destination are of one subnet."""
    destination: Address = good["dest-addr"]
    if any(one.address == destination for one in port.addresses):
        reader.fault(f"{path}.dest-addr", f"{destination} is our own address", "write the peer's")
        return None
    found = candidates(reader, path, good, port)
    if found is None:
        return None
    fitting = [
        one for one in found if one.address.version == destination.version and destination in one.network
    ]
    ours = ", ".join(map(str, port.addresses))
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
