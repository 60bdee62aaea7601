# SPDX-License-Identifier: Apache-2.0
"""From the agent's TOML to checked settings; every fault is collected."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bfd_fastpath.agent.keys import BY_NAME
from bfd_fastpath.agent.member_list import MemberListError, read_members
from bfd_fastpath.agent.settings import DEFAULT_SOCKET, Agent, Kind, Member, Method, RouteServer
from bfd_fastpath.config.fault import ConfigError
from bfd_fastpath.config.model import Address, Control, Log, Network
from bfd_fastpath.config.passwords import of_table
from bfd_fastpath.config.read import Reader
from bfd_fastpath.wire.bgpls import Flag

_TIMES = ("min-interval", "rest-most", "timeout", "retry-first", "retry-most", "poll", "next-hop-poll")
_FIELDS = {
    "hold-time": "hold_time_s",
    "fail-open-after": "fail_open_after_us",
    "restart-hold": "restart_hold_us",
}
_PATHS = ("filter-file", "config-file", "control-socket")


def load(path: str | Path) -> Agent:
    """The checked settings in a file, with the member list and the passwords it names. ConfigError with
    every fault."""
    path = Path(path)
    reader = Reader(str(path), path.parent.absolute(), BY_NAME)
    raw = reader.whole(path)
    built = None if raw is None else _build(reader, raw)
    if built is None:
        raise ConfigError(reader.faults)
    return built


def _build(reader: Reader, raw: Mapping[str, Any]) -> Agent | None:
    reader.sections(raw)
    agent = reader.one(raw, "agent")
    members = [member for path, good in reader.many(raw, "member") if (member := _member(reader, path, good))]
    server = _route_server(reader, reader.one(raw, "route-server"))
    control = reader.one(raw, "control")
    control["path"] = reader.path(control["path"]) if "path" in control else DEFAULT_SOCKET
    log = reader.one(raw, "log")
    lan = agent.get("lan", ())
    names, ours = {member.name for member in members}, agent.get("listen", ())
    listed = _listed(reader, agent.pop("members-file", None), lan, names, ours)
    _check_agent(reader, agent)
    _check_members(reader, members, lan, ours)
    if reader.faults or server is None:
        return None
    if "nh-reach-safi" in agent:
        agent["nh-reach-safi"] = agent["nh-reach-safi"] or None
    known = {one for member in members for one in (*member.addresses, *member.session_addresses)}
    others = (one for one in listed if known.isdisjoint(one.addresses))
    return Agent(
        **{_FIELDS.get(key, key.replace("-", "_")): value for key, value in agent.items()},
        route_server=server,
        members=(*members, *others),
        control=Control(**control),
        log=Log(**log),
    )


def _member(reader: Reader, path: str, good: dict[str, Any]) -> Member | None:
    if not {"name", "asn", "addresses"} <= good.keys():
        return None
    if not good["addresses"]:
        reader.fault(
            f"{path}.addresses", "empty: nothing tells its sessions apart", "write its addresses on the LAN"
        )
        return None
    return Member(
        good["name"],
        good["asn"],
        good["addresses"],
        good.get("session-addresses", ()),
        password=of_table(reader, path, good, good["addresses"][0]),
        ttl_security=good.get("ttl-security", False),
        flag=Flag.NO_BFD if good.get("bfd") == "no" else None,
    )


def _route_server(reader: Reader, good: dict[str, Any]) -> RouteServer | None:
    if good.get("retry-first", 1_000_000) > good.get("retry-most", 60_000_000):
        reader.fault("route-server.retry-first", "more than retry-most", "begin with the shorter wait")
    if good.get("method") is Method.RTR and good.get("type") is Kind.OPENBGPD:
        reader.fault("route-server.method", "OpenBGPD's filters ask no ROA table", "leave it out")
    if not {"type", "filter-file"} <= good.keys():
        return None
    values = {"kind": good.pop("type")}
    if values["kind"] is Kind.BIRD:
        good.setdefault("method", Method.RTR)
    for key, value in good.items():
        name = key.replace("-", "_")
        values[f"{name}_us" if key in _TIMES else name] = reader.path(value) if key in _PATHS else value
    return RouteServer(**values)


def _listed(
    reader: Reader,
    file: str | None,
    lan: tuple[Network, ...],
    names: set[str],
    ours: tuple[Address, ...],
) -> tuple[Member, ...]:
    if file is None:
        return ()
    path = reader.path(file)
    try:
        return read_members(path.read_text("utf-8"), lan, names, ours)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        reader.fault(
            "agent.members-file", f"{path} cannot be read: {why}", "name the exchange's member export"
        )
    except (MemberListError, AttributeError, TypeError) as error:
        why = (
            str(error)
            if isinstance(error, MemberListError)
            else "its lists are not as the IX-F schema has them"
        )
        reader.fault(
            "agent.members-file", f"{path}: {why}", "export it again, in the IX-F Member Export format"
        )
    return ()


def _check_agent(reader: Reader, agent: dict[str, Any]) -> None:
    for key, text in (("listen", "members could not connect"), ("lan", "nobody could be a member")):
        if agent.get(key) == ():
            reader.fault(f"agent.{key}", f"empty: {text}", "write one for each IP version of the LAN")
    if len({*agent.get("listen", ())}) < len(agent.get("listen", ())):
        reader.fault("agent.listen", "an address twice", "write each once")
    for index, address in enumerate(agent.get("listen", ())):
        if address.is_link_local:
            reader.fault(f"agent.listen[{index}]", f"{address} is link-local", "write a global address")


def _check_members(
    reader: Reader, members: list[Member], lan: tuple[Network, ...], ours: tuple[Address, ...]
) -> None:
    """As config.check: what two members may not share."""
    names: dict[str, int] = {}
    owners: dict[Address, tuple[int, int]] = {}
    for index, member in enumerate(members):
        path = f"member[{index}]"
        if names.setdefault(member.name, index) != index:
            reader.fault(
                f"{path}.name", f"member[{names[member.name]}] is called {member.name}", "choose another"
            )
        for place, address in enumerate((*member.addresses, *member.session_addresses)):
            if owners.setdefault(address, (index, place)) != (index, place):
                wrong = f"{address} is an address of member[{owners[address][0]}] already"
                reader.fault(f"{path}.{_place(member, place)}", wrong, "write it once")
            if address in ours:
                wrong = f"{address} is the agent's own (agent.listen)"
                reader.fault(f"{path}.{_place(member, place)}", wrong, "write the member's")
            if place < len(member.addresses) and lan and not any(address in network for network in lan):
                reader.fault(
                    f"{path}.addresses[{place}]", f"{address} is not on agent.lan", "write LAN addresses only"
                )


def _place(member: Member, place: int) -> str:
    own = len(member.addresses)
    return f"addresses[{place}]" if place < own else f"session-addresses[{place - own}]"
