# SPDX-License-Identifier: Apache-2.0
"""What a [[session]] over a routed path has to say (RFC 5883, RFC 7880), and where it is sent from."""

from __future__ import annotations

from typing import Any

from bfd_fastpath.config.model import Address, InterfaceAddress, PathType, Port, XdpRedirect
from bfd_fastpath.config.read import Reader

_ROUTED = ("gateway", "tx-ttl", "rx-ttl", "remote-discriminator")
_KIND_WITH = {"remote-discriminator": "path-s-bfd"}
_NOT_OF_SBFD = ("required-min-rx-interval", "min-interval", "role", "rx-ttl", "demand-enabled")
_INSTEAD = {"min-interval": "write desired-min-tx-interval"}


def refuse_routed(reader: Reader, path: str, good: dict[str, Any]) -> None:
    """Faults for the keys that a single hop does not have."""
    for key in _ROUTED:
        if key in good:
            reader.fault(
                f"{path}.{key}",
                "a session of a single hop has none (RFC 5881)",
                f'remove it, or write path-type = "{_KIND_WITH.get(key, "path-ip-mh")}"',
            )


def _needed(reader: Reader, path: str, good: dict[str, Any], path_type: PathType) -> bool:
    """Whether what this kind needs is there; faults for what it does not know."""
    if path_type is PathType.IP_MH:
        key, why, instead = (
            "rx-ttl",
            "multihop needs it (RFC 5883 5)",
            "255 less the number of routers between",
        )
        unknown: tuple[str, ...] = ("remote-discriminator",)
        why_not = "multihop peers say theirs"
    else:
        key, why = "remote-discriminator", "S-BFD needs it (RFC 7880 7.3)"
        instead = "what the reflector is asked by"
        unknown, why_not = _NOT_OF_SBFD, "an S-BFD initiator has none (RFC 7880)"
    for name in unknown:
        if name in good:
            reader.fault(f"{path}.{name}", why_not, _INSTEAD.get(name, "remove it"))
    if key not in good and not reader.failed(f"{path}.{key}"):
        reader.fault(f"{path}.{key}", why, f"write {instead}")
    return key in good


def candidates(reader: Reader, path: str, good: dict[str, Any], port: Port) -> list[InterfaceAddress] | None:
    """The port's addresses that source-addr and vlan leave; None when they leave none."""
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
    return [one for one in tagged if wanted in (None, one.address)]


def routed_source(reader: Reader, path: str, good: dict[str, Any], port: Port) -> InterfaceAddress | None:
    """The address: source-addr, or the one on the link that the path begins with."""
    whole = _needed(reader, path, good, good["path-type"])
    if port.xdp_redirect is XdpRedirect.BFD:
        reader.fault(
            f"{path}.path-type",
            f'xdp-redirect = "bfd" of {port.name} takes UDP 3784 alone from the kernel',
            "write the [[port]] of another interface",
        )
        return None
    destination: Address = good["dest-addr"]
    gateway: Address | None = good.get("gateway")
    found = candidates(reader, path, good, port)
    if found is None or not whole:
        return None
    if any(one.address == destination for one in port.addresses):
        reader.fault(f"{path}.dest-addr", f"{destination} is our own address", "write the peer's")
        return None
    if gateway is not None and gateway.version != destination.version:
        wrong = f"{gateway} is IPv{gateway.version}, and dest-addr is IPv{destination.version}"
        reader.fault(f"{path}.gateway", wrong, "write a neighbour of the same family")
        return None
    found = [one for one in found if one.address.version == destination.version]
    first = gateway or destination
    if not any(
        _on_link(first, one) for one in port.addresses if any(one.vlan == same.vlan for same in found)
    ):
        ours = ", ".join(map(str, port.addresses))
        wrong = f"{first} is in no subnet of {port.name}"
        if gateway is None:
            wrong = f"it is missing, and {wrong}"
        reader.fault(f"{path}.gateway", wrong, f"write a neighbour in one of {ours}")
        return None
    near = [one for one in found if _on_link(first, one)]
    return max(near or found, key=lambda one: one.prefix_length)


def _on_link(address: Address, one: InterfaceAddress) -> bool:
    """fe80::/10 is on every link (RFC 4291 2.5.6)."""
    return address.version == one.address.version and (address in one.network or address.is_link_local)
