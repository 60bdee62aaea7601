# SPDX-License-Identifier: Apache-2.0
"""What a decoder makes of an UPDATE, in words that several decoders have in common."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, ip_network
from itertools import chain
from typing import Any

from bfd_fastpath.wire.bgp import BgpError, Nlri, Update
from bfd_fastpath.wire.bgp.attribute_decoder import AttributeContext
from bfd_fastpath.wire.bgp.update_decoder import UpdateDecoder
from bfd_fastpath.wire.bgpls import LinkNlri, LinkState, NodeDescriptor, NodeNlri, RawNlri
from bfd_fastpath.wire.bgpls.codes import NODE_NAME
from tests.interop.decoding.generated import FAMILIES, PEER_AS

_NAMES = {"ipv4-unicast": "ipv4 unicast", "ipv6-unicast": "ipv6 unicast", "bgp-ls": "bgp-ls bgp-ls"}


@dataclass(frozen=True)
class Told:
    """`announced`: family, next hop and NLRI; `withdrawn`: family and NLRI; `attributes` where something is announced.

    `faults` are our counters; `end`: a NOTIFICATION's code and subcode, or a decoder's exception.
    """

    announced: frozenset[tuple[str, str, str]] = frozenset()
    withdrawn: frozenset[tuple[str, str]] = frozenset()
    attributes: dict[str, Any] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    end: str = ""


def ours(body: bytes) -> Told:
    """Our decoder's answer."""
    decoder = UpdateDecoder(frozenset(FAMILIES), AttributeContext())
    try:
        decoded = decoder.decode(body)
    except BgpError as error:
        code = f"{error.notification.code}/{error.notification.subcode}"
        return Told(faults=tuple(fault.kind.counter for fault in error.faults), end=code)
    announced, withdrawn, attributes = set(), set(), {}
    for update in decoded.updates:
        for family, hop, nlris in update.announcements():
            announced |= {(_NAMES[str(family)], str(hop), _name(one)) for one in nlris}
            attributes = _attributes(update)
        for family, nlris in update.withdrawals():
            withdrawn |= {(_NAMES[str(family)], _name(one)) for one in nlris}
    faults = tuple(fault.kind.counter for fault in decoded.faults)
    return Told(frozenset(announced), frozenset(withdrawn), attributes, faults)


def _name(nlri: Nlri) -> str:
    if isinstance(nlri, LinkNlri):
        whole = nlri.interface is not None and nlri.neighbour is not None
        ends = f"{nlri.interface}->{nlri.neighbour}" if whole else ""
        routers = [_router(nlri.local), _router(nlri.remote)]
        return _called("link", nlri.protocol_id, nlri.identifier, ends, routers)
    if isinstance(nlri, NodeNlri):
        octets = nlri.local.igp_router_id or b""
        address = str(IPv4Address(octets)) if len(octets) == 4 and len(nlri.local.tlvs) == 1 else ""
        address = address or _first_form(nlri.local)
        return _called("node", nlri.protocol_id, nlri.identifier, address, [_router(nlri.local)])
    return "other" if isinstance(nlri, RawNlri) else str(nlri)


def _first_form(node: NodeDescriptor) -> str:
    """As rs-bfd-01 has a node: its AS, its identifier and an octet."""
    if [(one.code, len(one.value)) for one in node.tlvs] != [(512, 4), (515, 4), (516, 1)]:
        return ""
    asn, identifier, flag = (int.from_bytes(one.value, "big") for one in node.tlvs)
    return f"{IPv4Address(identifier)} of AS {asn}, {flag}"


def _router(node: NodeDescriptor) -> str:
    whole = [one.code for one in node.tlvs] == [512, 516] and node.bgp_router_id is not None
    return f"{node.bgp_router_id} of AS {node.asn}" if whole else ""


def _called(kind: str, protocol: int, identifier: int, address: str, routers: list[str]) -> str:
    """BGP-LS by addresses, and in profile L7 by routers, where it is as we write it; else the kind alone."""
    named = {5: [address], 7: [address, *routers] if kind == "link" else routers}.get(protocol, [""])
    return " ".join((kind, *named, f"in {identifier}")) if all(named) else kind


def _attributes(update: Update) -> dict[str, Any]:
    has = update.attributes
    path = has.as_path.segments if has.as_path is not None else ()
    told: dict[str, Any] = {
        "origin": has.origin.name.lower() if has.origin is not None else None,
        "as-path": [[_SEGMENTS[one.kind], list(one.asns)] for one in path],
        "med": has.med,
        "local-preference": has.local_pref,
        "atomic-aggregate": has.atomic_aggregate or None,
        "aggregator": f"{has.aggregator.asn}:{has.aggregator.address}"
        if has.aggregator is not None
        else None,
        "community": sorted([one >> 16, one & 0xFFFF] for one in has.communities) or None,
        "large-community": sorted(list(map(int, str(one).split(":"))) for one in has.large_communities)
        or None,
        "extended-community": sorted(int.from_bytes(one, "big") for one in has.extended_communities) or None,
    }
    told["bgp-ls"] = _link_state(has.link_state) if has.link_state is not None else None
    for raw in has.unknown:
        told[f"attribute-0x{raw.type:02X}-0x{raw.flags:02X}"] = "0x" + raw.value.hex()
    return {key: value for key, value in told.items() if value is not None}


def _link_state(has: LinkState) -> dict[str, Any]:
    """As ExaBGP shows TLVs that it does not know, and the name of a node."""
    told: dict[str, Any] = {}
    for tlv in has.tlvs:
        if tlv.code == NODE_NAME:
            told["node-name"] = tlv.value.decode("utf-8", "replace")
        else:
            told.setdefault(f"generic-lsid-{tlv.code}", []).append(f"0x{tlv.value.hex().upper()}")
    return told


_SEGMENTS = {1: "as-set", 2: "as-sequence", 3: "as-confed-sequence", 4: "as-confed-set"}


def exabgp(bodies: Iterable[bytes]) -> list[Told]:
    """ExaBGP's decoder's answers to UPDATEs."""
    return [_exabgp(told) for told in _asked("update", PEER_AS, bodies)]


def exabgp_opened(bodies: Iterable[bytes], peer_as: int) -> list[str]:
    """What it answers to OPENs from a peer of this AS: a NOTIFICATION's code and subcode, "taken", or its exception."""
    answers = _asked("open", peer_as, bodies)
    return ["taken" if "open" in told else _exabgp(told).end for told in answers]


def _asked(what: str, peer_as: int, bodies: Iterable[bytes]) -> list[dict[str, Any]]:
    """In one process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.interop.decoding.exabgp", what, str(peer_as)],
        input="".join(body.hex() + "\n" for body in bodies),
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _exabgp(told: dict[str, Any]) -> Told:
    if "notification" in told:
        return Told(end="/".join(map(str, told["notification"])))
    if "error" in told:
        return Told(end=told["error"])
    update = told["update"].get("update", {})
    announced = {
        (family, hop, _exabgp_nlri(family, one))
        for family, hops in update.get("announce", {}).items()
        for hop, several in hops.items()
        for one in several
    }
    withdrawn = {
        (family, _exabgp_nlri(family, one))
        for family, several in update.get("withdraw", {}).items()
        for one in several
    }
    if "error" in update.get("attribute", {}):
        # It says so beside what it would have announced: whoever reads has to withdraw.
        withdrawn |= {(family, nlri) for family, _, nlri in announced}
        announced = set()
    return Told(frozenset(announced), frozenset(withdrawn), _exabgp_attributes(update) if announced else {})


def _exabgp_nlri(family: str, nlri: dict[str, Any]) -> str:
    if family != "bgp-ls bgp-ls":
        return str(ip_network(nlri["nlri"], strict=False))  # it shows bits behind a prefix's length
    kind = str(nlri.get("ls-nlri-type", "other")).removeprefix("bgpls-")
    address = ""
    if kind == "link":
        routers = [_exabgp_router(nlri[f"{end}-node-descriptors"]) for end in ("local", "remote")]
        near, far = nlri["interface-addresses"], nlri["neighbor-addresses"]
        if len(near) == len(far) == 1:
            address = f"{near[0]}->{far[0]}"
    elif kind == "node":
        named = nlri["node-descriptors"]
        routers = [_exabgp_router(named)]
        if len(named) == 1 and list(named[0]) == ["router-id"]:
            address = named[0]["router-id"]
        if [*chain.from_iterable(named)] == ["autonomous-system", "router-id", "generic-node-descriptor-516"]:
            (asn,), (identifier,), (flag,) = (one.values() for one in named)
            address = f"{identifier} of AS {asn}, {int(flag, 16)}" if len(flag) == 4 else ""
    else:
        return "other"
    return _called(kind, nlri["protocol-id"], nlri["l3-routing-topology"], address, routers)


def _exabgp_router(descriptors: list[dict[str, Any]]) -> str:
    named = {key: value for one in descriptors for key, value in one.items()}
    octets = named.get("generic-node-descriptor-516", "")
    if list(named) != ["autonomous-system", "generic-node-descriptor-516"] or len(octets) != 10:
        return ""
    return f"{IPv4Address(int(octets, 16))} of AS {named['autonomous-system']}"


def _exabgp_attributes(update: dict[str, Any]) -> dict[str, Any]:
    has = dict(update.get("attribute", {}))
    path = [[one["element"], one["value"]] for _, one in sorted(has.pop("as-path", {}).items())]
    for key in ("community", "large-community"):
        if key in has:
            has[key] = sorted(has[key])
    if "extended-community" in has:
        has["extended-community"] = sorted(one["value"] for one in has["extended-community"])
    return {**has, "as-path": path}
