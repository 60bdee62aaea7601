# SPDX-License-Identifier: Apache-2.0
"""From a [[neighbor]] table to a Neighbor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bfd_fastpath.config import values
from bfd_fastpath.config.draft import Draft
from bfd_fastpath.config.model import Announcement, Family, Neighbor
from bfd_fastpath.config.read import Reader
from bfd_fastpath.config.values import WrongError

_AS_THEY_ARE = (
    ("port", "port"),
    ("local-address", "local_address"),
    ("hold-time", "hold_time_s"),
    ("connect-retry", "connect_retry_us"),
    ("password-env", "password_env"),
    ("ttl-security", "ttl_security"),
    ("passive", "passive"),
    ("bfd", "bfd"),
    ("extended-next-hop", "extended_next_hop"),
    ("graceful-restart-helper", "graceful_restart_helper"),
    ("enforce-first-as", "enforce_first_as"),
    ("role", "role"),
    ("strict-role", "strict_role"),
    ("learn-next-hops", "learn_next_hops"),
    ("nh-reach-safi", "nh_reach_safi"),
    ("shutdown-text", "shutdown_text"),
    ("description", "description"),
)


def build_neighbor(reader: Reader, path: str, good: dict[str, Any], draft: Draft) -> Neighbor | None:
    """The peer, or None when it has faults."""
    before = len(reader.faults)
    if "password-file" in good and "password-env" in good:
        reader.fault(f"{path}.password-env", "stands beside password-file", "keep one of the two")
    families = tuple(dict.fromkeys(good.get("families", Neighbor.__dataclass_fields__["families"].default)))
    if not families:
        reader.fault(f"{path}.families", "empty", 'write at least one, such as ["ipv4-unicast"]')
    address, local = good.get("address"), good.get("local-address")
    if address is not None and local is not None and address.version != local.version:
        reader.fault(
            f"{path}.local-address",
            f"{local} is of another family than {address}",
            f"write an IPv{address.version} address",
        )
    for key, value in (("address", address), ("local-address", local)):
        if value is not None and value.is_link_local:
            wrong = f"{value} is link-local, which is ambiguous without an interface"
            reader.fault(f"{path}.{key}", wrong, "write a global address")
    if "role" in good and good.get("remote-as") == draft.router.asn:
        reader.fault(
            f"{path}.role", "the peer is of our own AS", "take it out: roles are between ASes (RFC 9234)"
        )
    if good.get("strict-role") and "role" not in good:
        reader.fault(f"{path}.strict-role", "needs a role", 'write role = "rs-client" for a route server')
    if good.get("extended-next-hop") and Family.IPV4_UNICAST not in families:
        wrong = "is about IPv4 prefixes, which are not among the families"
        reader.fault(f"{path}.extended-next-hop", wrong, 'add "ipv4-unicast" to families')
    announce = _announcements(reader, path, good, families, draft)
    if len(reader.faults) > before or address is None or "remote-as" not in good:
        return None
    given = {field: good[key] for key, field in _AS_THEY_ARE if key in good}
    if "password-file" in good:
        given["password_file"] = reader.path(good["password-file"])
    return Neighbor(address, good["remote-as"], families=families, announce=announce, **given)


def _announcements(
    reader: Reader, path: str, good: dict[str, Any], families: tuple[Family, ...], draft: Draft
) -> tuple[Announcement, ...]:
    listed = good.get("announce", [])
    extended = bool(good.get("extended-next-hop"))
    if not isinstance(listed, list):
        reader.fault(f"{path}.announce", f"{values.kind(listed)}, not a list", "write it in square brackets")
        return ()
    found: list[Announcement] = []
    for index, item in enumerate(listed):
        key = f"{path}.announce[{index}]"
        try:
            one = _announcement(reader, key, item, families, draft, extended)
        except WrongError as fault:
            reader.fault(key + fault.at, fault.wrong, fault.instead)
            continue
        if one is None:
            continue
        if any(other.prefix == one.prefix for other in found):
            reader.fault(key, f"{one.prefix} stands there already", "remove one of the two")
        found.append(one)
    return tuple(found)


def _announcement(
    reader: Reader, key: str, item: Any, families: tuple[Family, ...], draft: Draft, extended: bool
) -> Announcement | None:
    """None when a port with faults leaves open what the next hop is."""
    next_hop = None
    if isinstance(item, Mapping):
        for name in item:
            if name not in ("prefix", "next-hop"):
                reader.unknown(key, name, ("prefix", "next-hop"))
        if "prefix" not in item:
            raise WrongError(
                "no prefix in it", 'write { prefix = "192.0.2.0/24", next-hop = "198.51.100.1" }'
            )
        next_hop = values.address(item["next-hop"]) if "next-hop" in item else None
        item = item["prefix"]
    prefix = values.prefix(item)
    version = prefix.version
    family = Family.IPV4_UNICAST if version == 4 else Family.IPV6_UNICAST
    if families and family not in families:
        raise WrongError(f"{prefix} needs the family {family.value}", f'add "{family.value}" to families')
    if next_hop is None:
        next_hop = draft.lan_address(version)
    if next_hop is None:
        if draft.broken_ports:
            return None
        raise WrongError(
            f"no port has a global IPv{version} address to be the next hop of {prefix}",
            f'write {{ prefix = "{prefix}", next-hop = "..." }}, or add an address to a [[port]]',
        )
    if next_hop.version < version or (next_hop.version > version and not extended):
        raise WrongError(
            f"the next hop {next_hop} is of another family than {prefix}",
            f"write an IPv{version} address" + (", or set extended-next-hop" if version == 4 else ""),
            ".next-hop",
        )
    return Announcement(prefix, next_hop)
