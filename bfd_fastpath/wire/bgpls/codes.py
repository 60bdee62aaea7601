# SPDX-License-Identifier: Apache-2.0
"""The registry of BGP-LS TLV codes: for each its JSON key, its name in the text, and the lengths it may have.

It describes; it never refuses an unknown code (RFC 9552 5.1: unknown TLVs are kept and passed on).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from bfd_fastpath.wire.bgpls import sound
from bfd_fastpath.wire.bgpls.tlv import Tlv, TlvError, decode

LOCAL_NODE = 256
REMOTE_NODE = 257
LINK_IDENTIFIERS = 258
IPV4_INTERFACE = 259
IPV4_NEIGHBOUR = 260
IPV6_INTERFACE = 261
IPV6_NEIGHBOUR = 262
AUTONOMOUS_SYSTEM = 512
BGPLS_IDENTIFIER = 513
OSPF_AREA = 514
IGP_ROUTER_ID = 515
BGP_ROUTER_ID = 516
CONFEDERATION_MEMBER = 517
NODE_NAME = 1026
LINK_DELAY = 1114
LINK_DELAY_RANGE = 1115
DELAY_VARIATION = 1116
LINK_LOSS = 1117
PARTICIPATION = 65001

Reader = Callable[[bytes], Any]


@dataclass(frozen=True, slots=True)
class TlvKind:
    """What is known about one code. `lengths` empty: any length. `read` turns the value into plain JSON
    data.
    """

    code: int
    key: str
    name: str
    lengths: frozenset[int]
    read: Reader


_kinds: dict[int, TlvKind] = {}


def register(
    code: int, key: str, name: str, lengths: tuple[int, ...] = (), read: Reader = bytes.hex
) -> TlvKind:
    """Make a code known. Raises ValueError for a code or a key that is taken."""
    if code in _kinds or any(kind.key == key for kind in _kinds.values()):
        raise ValueError(f"TLV {code} ({key}) is registered already")
    kind = TlvKind(code, key, name, frozenset(lengths), read)
    sound.register(code, kind.lengths)
    _kinds[code] = kind
    return kind


def kind_of(code: int) -> TlvKind | None:
    """What is registered for the code, None for an unknown one."""
    return _kinds.get(code)


def require_length(tlv: Tlv) -> None:
    """Raises TlvError where a registered code has a length it may not have."""
    kind = _kinds.get(tlv.code)
    if kind is not None and kind.lengths and len(tlv.value) not in kind.lengths:
        allowed = ", ".join(str(length) for length in sorted(kind.lengths))
        raise TlvError(f"{kind.name} ({tlv.code}) has {len(tlv.value)} octets, allowed: {allowed}")


def to_json(tlvs: tuple[Tlv, ...]) -> dict[str, Any]:
    """The TLVs under their JSON keys; a code that repeats becomes a list, an unknown one is hex under its
    number.
    """
    result: dict[str, Any] = {}
    for tlv in tlvs:
        kind = _kinds.get(tlv.code)
        key = kind.key if kind is not None else str(tlv.code)
        value = kind.read(tlv.value) if kind is not None else tlv.value.hex()
        if key not in result:
            result[key] = value
        elif isinstance(result[key], list):
            result[key].append(value)
        else:
            result[key] = [result[key], value]
    return result


def _number(value: bytes) -> int:
    return int.from_bytes(value, "big")


def _ipv4(value: bytes) -> str:
    return str(IPv4Address(value)) if len(value) == 4 else value.hex()


def _ipv6(value: bytes) -> str:
    return str(IPv6Address(value)) if len(value) == 16 else value.hex()


def _text(value: bytes) -> str:
    return value.decode("ascii", "backslashreplace")


def low_24(value: bytes) -> int:
    """The 24 bits of an RFC 8571 field, without what stands before them."""
    return int.from_bytes(value[-3:], "big")


def anomalous(value: bytes | None) -> bool:
    """The A bit of an RFC 8571 field; an absent one has none."""
    return value is not None and value[0] >= 0x80


def _delay(value: bytes) -> Any:
    if len(value) != 4:
        return value.hex()
    return {"us": low_24(value), "anomalous": anomalous(value)}


def _delay_range(value: bytes) -> Any:
    if len(value) != 8:
        return value.hex()
    return {"min-us": low_24(value[:4]), "max-us": low_24(value[4:]), "anomalous": anomalous(value)}


def _variation(value: bytes) -> Any:
    return {"us": low_24(value)} if len(value) == 4 else value.hex()


def _loss(value: bytes) -> Any:
    """In percent; null: not measured (RFC 8570 4.4)."""
    if len(value) != 4:
        return value.hex()
    units = low_24(value)
    percent = None if units == 2**24 - 1 else round(units * 0.000003, 6)
    return {"percent": percent, "anomalous": anomalous(value)}


def _container(value: bytes) -> Any:
    try:
        return to_json(decode(value))
    except TlvError:
        return value.hex()


register(LOCAL_NODE, "local-node", "Local Node Descriptors", read=_container)
register(REMOTE_NODE, "remote-node", "Remote Node Descriptors", read=_container)
register(LINK_IDENTIFIERS, "link-identifiers", "Link Local/Remote Identifiers", (8,))
register(IPV4_INTERFACE, "ipv4-interface", "IPv4 interface address", (4,), _ipv4)
register(IPV4_NEIGHBOUR, "ipv4-neighbour", "IPv4 neighbour address", (4,), _ipv4)
register(IPV6_INTERFACE, "ipv6-interface", "IPv6 interface address", (16,), _ipv6)
register(IPV6_NEIGHBOUR, "ipv6-neighbour", "IPv6 neighbour address", (16,), _ipv6)
register(263, "multi-topology", "Multi-Topology Identifier")
register(264, "ospf-route-type", "OSPF Route Type", (1,), _number)
register(265, "ip-reachability", "IP Reachability Information")
register(AUTONOMOUS_SYSTEM, "asn", "Autonomous System", (4,), _number)
register(BGPLS_IDENTIFIER, "bgp-ls-identifier", "BGP-LS Identifier", (4,), _number)
register(OSPF_AREA, "ospf-area", "OSPF Area-ID", (4,), _ipv4)
register(IGP_ROUTER_ID, "igp-router-id", "IGP Router-ID", (4, 6, 7, 8, 16))
# RFC 9086's has 4 octets; 1 octet is rs-bfd-01's flag of a node that takes part, which had the code before.
register(BGP_ROUTER_ID, "bgp-router-id", "BGP Router-ID", (1, 4), _ipv4)
register(CONFEDERATION_MEMBER, "member-as", "Confederation Member-AS", (4,), _number)
register(1024, "node-flags", "Node Flag Bits", (1,), _number)
register(1025, "opaque-node", "Opaque Node Attribute")
register(NODE_NAME, "node-name", "Node Name", tuple(range(1, 256)), _text)
register(1027, "isis-area", "IS-IS Area Identifier")
register(1028, "ipv4-local-router-id", "IPv4 Router-ID of Local Node", (4,), _ipv4)
register(1029, "ipv6-local-router-id", "IPv6 Router-ID of Local Node", (16,), _ipv6)
register(1030, "ipv4-remote-router-id", "IPv4 Router-ID of Remote Node", (4,), _ipv4)
register(1031, "ipv6-remote-router-id", "IPv6 Router-ID of Remote Node", (16,), _ipv6)
register(1088, "admin-group", "Administrative group", (4,))
register(1089, "max-bandwidth", "Maximum link bandwidth", (4,))
register(1090, "max-reservable-bandwidth", "Max. reservable link bandwidth", (4,))
register(1091, "unreserved-bandwidth", "Unreserved bandwidth", (32,))
register(1092, "te-metric", "TE Default Metric", (4,), _number)
register(1093, "link-protection", "Link Protection Type", (2,))
register(1094, "mpls-mask", "MPLS Protocol Mask", (1,))
register(1095, "igp-metric", "IGP Metric", (1, 2, 3), _number)
register(1096, "srlg", "Shared Risk Link Group")
register(1097, "opaque-link", "Opaque Link Attribute")
register(1098, "link-name", "Link Name", read=_text)
register(LINK_DELAY, "link-delay", "Unidirectional Link Delay", (4,), _delay)
register(LINK_DELAY_RANGE, "link-delay-range", "Min/Max Unidirectional Link Delay", (8,), _delay_range)
register(DELAY_VARIATION, "delay-variation", "Unidirectional Delay Variation", (4,), _variation)
register(LINK_LOSS, "link-loss", "Unidirectional Link Loss", (4,), _loss)
