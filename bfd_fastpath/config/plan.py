# SPDX-License-Identifier: Apache-2.0
"""From one configuration to another: the ordered steps. A start is a plan from nothing; reload and diff are
the same plan. What is the same on both sides never becomes a step."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import fields, replace
from typing import Any, TypeVar

from bfd_fastpath.config.model import Config, Forwarding, Host, PathType, Port, Session, StaticRoute
from bfd_fastpath.config.steps import (
    AddAddress,
    AddNeighbor,
    AddRoute,
    AddSession,
    ChangeNeighbor,
    ChangeRoute,
    ChangeSession,
    NeedsRestart,
    OpenPort,
    RemoveAddress,
    RemoveKeyChain,
    RemoveNeighbor,
    RemoveRoute,
    RemoveSession,
    SetBfd,
    SetControl,
    SetDampening,
    SetForwarding,
    SetFuse,
    SetHostRate,
    SetKeyChain,
    SetLag,
    SetLan,
    SetLog,
    SetNhib,
    SetReflector,
    SetReport,
    SetUnsolicited,
    StartRouter,
    Step,
)

T = TypeVar("T")

#: How large the tables of forwarding are.
_FIXED_FORWARDING = ("max_next_hops", "max_ipv4_routes", "max_ipv6_routes", "route_memory_mib")
_FIXED_PORT = (
    "devargs",
    "neighbours",
    "kernel_interface",
    "xdp_redirect",
    "host",
    "host_name",
    "queues",
    "mtu",
)


def plan(old: Config | None, new: Config) -> list[Step]:
    """The steps from old (None: nothing runs) to new, in the order in which they are to be carried out.

    New addresses come before the sessions that use them, old ones go after; what leaves goes after what
    comes, so that a next hop that only changes hands keeps its session.
    """
    steps: list[Step] = []
    if old is None or old.log != new.log:
        steps.append(SetLog(old.log if old else None, new.log))
    if old is None:
        steps.append(StartRouter(new.router, new.eal, new.engine))
    else:
        steps += _restarts(old, new)
    steps += _ports(old, new)
    steps += _forwarding(old, new)
    chains, gone_chains = _key_chains(old, new)
    steps += chains
    if old is None or old.nhib != new.nhib:
        steps.append(SetNhib(old.nhib if old else None, new.nhib))
    if old is None or old.report != new.report:
        steps.append(SetReport(old.report if old else None, new.report))
    if old is None or old.fuse != new.fuse:
        steps.append(SetFuse(old.fuse if old else None, new.fuse))
    if old is None or old.bfd != new.bfd:
        steps.append(SetBfd(old.bfd if old else None, new.bfd))
    if old is None or old.dampening != new.dampening:
        steps.append(SetDampening(old.dampening if old else None, new.dampening))
    steps += _sessions(old, new)
    steps += _lags(old, new)
    steps += gone_chains
    steps += _asked(old, new)
    steps += _neighbors(old, new)
    gone = set(_addresses(old)) - set(_addresses(new)) if old is not None else set()
    steps += [RemoveAddress(*one) for one in _addresses(old) if one in gone and _kept_port(one[0], new)]
    if old is None or old.control != new.control:
        steps.append(SetControl(old.control if old else None, new.control))
    return steps


def _restarts(old: Config, new: Config) -> list[Step]:
    steps: list[Step] = []
    for section in ("router", "eal", "engine"):
        before, after = getattr(old, section), getattr(new, section)
        steps += [
            NeedsRestart(f"{section}.{one.name.replace('_', '-')}", *_shown(before, after, one.name))
            for one in fields(before)
            if getattr(before, one.name) != getattr(after, one.name)
        ]
    steps += [
        NeedsRestart(f"forwarding.{name.replace('_', '-')}", *_shown(old.forwarding, new.forwarding, name))
        for name in _FIXED_FORWARDING
        if getattr(old.forwarding, name) != getattr(new.forwarding, name)
    ]
    kept, removed, added = _sort(old.ports, new.ports, lambda port: port.name)
    for port, other in kept:
        steps += [
            NeedsRestart(f"port[{port.name}].{name.replace('_', '-')}", *_shown(port, other, name))
            for name in _FIXED_PORT
            if getattr(port, name) != getattr(other, name)
        ]
    steps += [NeedsRestart(f"port[{port.name}]", port.devargs, "no such port") for port in removed]
    steps += [NeedsRestart(f"port[{port.name}]", "no such port", port.devargs) for port in added]
    return steps


def _shown(before: object, after: object, name: str) -> tuple[str, str]:
    return _text(getattr(before, name)), _text(getattr(after, name))


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return "none" if value is None else str(value)


def _ports(old: Config | None, new: Config) -> list[Step]:
    if old is None:
        opened: list[Step] = [OpenPort(port) for port in new.ports]
        return opened + [AddAddress(*one) for one in _addresses(new)]
    kept, _, _ = _sort(old.ports, new.ports, lambda port: port.name)
    before = set(_addresses(old))
    steps: list[Step] = [
        AddAddress(*one) for one in _addresses(new) if one not in before and _kept_port(one[0], old)
    ]
    steps += [SetLan(port.name, port.lan, other.lan) for port, other in kept if port.lan != other.lan]
    return steps + [
        SetHostRate(port.name, port.host_rate, other.host_rate)
        for port, other in kept
        if port.host is other.host is Host.TAP and port.host_rate != other.host_rate
    ]


def _addresses(config: Config | None) -> list[tuple[str, Any]]:
    ports: Iterable[Port] = config.ports if config is not None else ()
    return [(port.name, address) for port in ports for address in port.addresses]


def _kept_port(name: str, other: Config) -> bool:
    """A port that comes or goes does so with a restart, its addresses with it."""
    return any(port.name == name for port in other.ports)


def _forwarding(old: Config | None, new: Config) -> list[Step]:
    """Routes are there before the first packet goes by them; those that go do so after those that come."""
    before = old.forwarding if old is not None else Forwarding()
    wanted = replace(new.forwarding, **{name: getattr(before, name) for name in _FIXED_FORWARDING})
    kept, removed, added = _sort(_routes(old), _routes(new), lambda one: one.key)
    steps: list[Step] = [ChangeRoute(was, now) for was, now in kept if was != now]
    steps += [AddRoute(one) for one in added]
    if before != wanted and (before.enabled or new.forwarding.enabled):
        steps.append(SetForwarding(before if old is not None else None, new.forwarding))
    return steps + [RemoveRoute(one) for one in removed]


def _routes(config: Config | None) -> Iterable[StaticRoute]:
    """None where nothing is forwarded."""
    return config.routes if config is not None and config.forwarding.enabled else ()


def _sessions(old: Config | None, new: Config) -> list[Step]:
    kept, removed, added = _sort(old.sessions if old else (), new.sessions, lambda one: one.key)
    steps: list[Step] = [ChangeSession(before, after) for before, after in kept if before != after]
    steps += [AddSession(one) for one in added]
    return steps + [RemoveSession(one) for one in removed]


def _key_chains(old: Config | None, new: Config) -> tuple[list[Step], list[Step]]:
    """What comes before the sessions, and what goes after them."""
    kept, removed, added = _sort(old.key_chains if old else (), new.key_chains, lambda one: one.name)
    steps: list[Step] = [SetKeyChain(before, after) for before, after in kept if before != after]
    return steps + [SetKeyChain(None, one) for one in added], [RemoveKeyChain(one) for one in removed]


def _lags(old: Config | None, new: Config) -> list[Step]:
    kept, removed, added = _sort(old.lags if old else (), new.lags, lambda one: one.name)
    steps: list[Step] = [SetLag(one, None) for one in removed]
    steps += [SetLag(before, after) for before, after in kept if before != after]
    return steps + [SetLag(None, one) for one in added]


def _asked(old: Config | None, new: Config) -> list[Step]:
    """What others may begin; nothing to do about what is off on both sides."""
    steps: list[Step] = []
    before = (old or Config()).reflector
    if before != new.reflector and (before.discriminators or new.reflector.discriminators):
        steps.append(SetReflector(before if old else None, new.reflector))
    was = (old or Config()).unsolicited
    if was != new.unsolicited and (was.enabled or new.unsolicited.enabled):
        steps.append(SetUnsolicited(was if old else None, new.unsolicited))
    return steps


def _neighbors(old: Config | None, new: Config) -> list[Step]:
    kept, removed, added = _sort(old.neighbors if old else (), new.neighbors, lambda one: one.key)
    steps: list[Step] = [ChangeNeighbor(before, after) for before, after in kept if before != after]
    steps += [AddNeighbor(one) for one in added]
    return steps + [RemoveNeighbor(one) for one in removed]


def _sort(
    old: Iterable[T], new: Iterable[T], key: Callable[[T], Hashable]
) -> tuple[list[tuple[T, T]], list[T], list[T]]:
    """What is on both sides, what is gone and what is new; in the order of the side it is from."""
    before = {key(one): one for one in old}
    after = {key(one): one for one in new}
    kept = [(before[name], one) for name, one in after.items() if name in before]
    removed = [one for name, one in before.items() if name not in after]
    return kept, removed, [one for name, one in after.items() if name not in before]


def restarts_needed(steps: Iterable[Step]) -> list[NeedsRestart]:
    """The steps that a running process can only complain about."""
    return [step for step in steps if isinstance(step, NeedsRestart)]


def session_moves(step: ChangeSession) -> bool:
    """True when the changed session is another one to the engine and so starts anew."""
    return _place(step.old) != _place(step.new)


def _place(session: Session) -> tuple[object, ...]:
    if session.path_type is not PathType.IP_SH:
        return (session.source_addr,)
    return session.interface, session.source_addr, session.vlan
