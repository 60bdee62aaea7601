# SPDX-License-Identifier: Apache-2.0
"""A plan as text for people, one line a step: + what comes, - what goes, ~ a change, ! a restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from functools import singledispatch
from typing import Any

from bfd_fastpath.config import steps
from bfd_fastpath.config.model import Authentication, KeySource, Neighbor, PathType, Session, Timers
from bfd_fastpath.config.plan import session_moves
from bfd_fastpath.config.values import spell


def render_plan(plan: Sequence[steps.Step]) -> str:
    """One line a step, in order; a sentence when there is nothing to do. Ends with a newline."""
    lines = [render(step) for step in plan] or ["no change"]
    return "\n".join(lines) + "\n"


@singledispatch
def render(step: object) -> str:
    """One line. TypeError for what is not a step."""
    raise TypeError(f"{type(step).__name__} is not a plan's step")


@render.register
def _(step: steps.StartRouter) -> str:
    asn = "" if step.router.asn is None else f", AS {step.router.asn}"
    return f"+ router {step.router.name}{asn}, {step.engine.max_sessions} sessions at most"


@render.register
def _(step: steps.NeedsRestart) -> str:
    return f"! {step.key}: {step.old} -> {step.new} needs a restart; nothing is done about it"


@render.register
def _(step: steps.OpenPort) -> str:
    host = f", host {step.port.host_name}" if step.port.host_name is not None else ""
    return f"+ port {step.port.name}: {step.port.devargs}{host}"


@render.register
def _(step: steps.AddAddress) -> str:
    return f"+ address {step.address} on {step.port}"


@render.register
def _(step: steps.RemoveAddress) -> str:
    return f"- address {step.address} on {step.port}"


@render.register
def _(step: steps.SetLan) -> str:
    return f"~ port {step.port}: lan {_list(step.old)} -> {_list(step.new)}"


@render.register
def _(step: steps.SetHostRate) -> str:
    return f"~ port {step.port}: host-rate {step.old} -> {step.new}"


@render.register
def _(step: steps.AddRoute) -> str:
    return f"+ route {step.route.prefix} {step.route}"


@render.register
def _(step: steps.ChangeRoute) -> str:
    return f"~ route {step.new.prefix} {step.old} -> {step.new}"


@render.register
def _(step: steps.RemoveRoute) -> str:
    return f"- route {step.route.prefix} {step.route}"


@render.register
def _(step: steps.SetLag) -> str:
    if step.new is None:
        return f"- lag {step.old.name if step.old else ''}, its members saying AdminDown first"
    if step.old is None:
        return f"+ lag {step.new.name}: {_all(step.new)}"
    return f"~ lag {step.new.name}: {_differences(step.old, step.new)}"


@render.register
def _(step: steps.AddSession) -> str:
    return f"+ session {step.session.dest_addr} {_session(step.session)}"


@render.register
def _(step: steps.RemoveSession) -> str:
    return f"- session {step.session.dest_addr} on {step.session.interface}, saying AdminDown first"


@render.register
def _(step: steps.ChangeSession) -> str:
    note = " (starts anew)" if session_moves(step) else ""
    return f"~ session {step.new.dest_addr}: {_differences(step.old, step.new)}{note}"


@render.register
def _(step: steps.AddNeighbor) -> str:
    return f"+ neighbor {_peer(step.neighbor)} AS {step.neighbor.remote_as}"


@render.register
def _(step: steps.RemoveNeighbor) -> str:
    return f"- neighbor {_peer(step.neighbor)}, withdrawing first"


@render.register
def _(step: steps.ChangeNeighbor) -> str:
    note = " (reconnects)" if step.reconnects else ""
    return f"~ neighbor {_peer(step.new)}: {_differences(step.old, step.new)}{note}"


@render.register
def _(step: steps.SetKeyChain) -> str:
    if step.old is None:
        return f"+ key-chain {step.new.name}: {_list(step.new.keys)}"
    return f"~ key-chain {step.new.name}: {_list(step.old.keys)} -> {_list(step.new.keys)}"


@render.register
def _(step: steps.RemoveKeyChain) -> str:
    return f"- key-chain {step.chain.name}"


@render.register(steps.SetLog)
@render.register(steps.SetBfd)
@render.register(steps.SetDampening)
@render.register(steps.SetNhib)
@render.register(steps.SetReport)
@render.register(steps.SetFuse)
@render.register(steps.SetReflector)
@render.register(steps.SetUnsolicited)
@render.register(steps.SetForwarding)
@render.register(steps.SetControl)
def _(
    step: steps.SetLog
    | steps.SetBfd
    | steps.SetDampening
    | steps.SetNhib
    | steps.SetReport
    | steps.SetFuse
    | steps.SetReflector
    | steps.SetUnsolicited
    | steps.SetForwarding
    | steps.SetControl,
) -> str:
    name = type(step).__name__.removeprefix("Set").lower()
    if step.old is None:
        return f"+ {name}: {_all(step.new)}"
    return f"~ {name}: {_differences(step.old, step.new)}"


def _session(session: Session) -> str:
    timers = session.timers
    down = ", admin-down" if session.admin_down else ""
    kind = "" if session.path_type is PathType.IP_SH else f"{session.path_type.value} "
    pace = f"{timers.local_multiplier} x {spell(timers.desired_min_tx_us)}/{spell(timers.required_min_rx_us)}"
    keys = f", authentication {timers.authentication}" if timers.authentication is not None else ""
    return f"{kind}on {session.interface} from {session.source_addr}, {pace}, {timers.role.value}{keys}{down}"


def _peer(neighbor: Neighbor) -> str:
    return str(neighbor.address) if neighbor.port == 179 else f"{neighbor.address} port {neighbor.port}"


def _all(record: object) -> str:
    return ", ".join(f"{name} {text}" for name, text in _flat(record).items() if text != "none")


def _differences(old: object, new: object) -> str:
    before, after = _flat(old), _flat(new)
    return ", ".join(
        f"{name} {before[name]} -> {text}" for name, text in after.items() if before[name] != text
    )


def _flat(record: Any) -> dict[str, str]:
    """Configuration keys and values of a record, timers among them."""
    found: dict[str, str] = {}
    for one in fields(record):
        value = getattr(record, one.name)
        if isinstance(value, Timers):
            found |= _flat(value)
        else:
            found.update([_key(one.name, value)])
    return found


_TIMES = {
    "desired_min_tx_us": "desired-min-tx-interval",
    "required_min_rx_us": "required-min-rx-interval",
    "connect_retry_us": "connect-retry",
    "down_retry_us": "down-retry",
    "linger_us": "linger",
    "demand_poll_us": "demand-poll-interval",
    "required_min_echo_rx_us": "required-min-echo-rx-interval",
    "desired_min_echo_tx_us": "desired-min-echo-tx-interval",
    "link_quality_interval_us": "link-quality-interval",
    "bounce_window_us": "bounce-window",
    "bounce_hold_us": "bounce-hold",
    "coalesce_us": "coalesce",
    "hold_us": "hold",
    "link_quality_delay_floor_us": "link-quality-delay-floor",
    "hold_down_us": "hold-down",
    "half_life_us": "half-life",
    "max_suppress_us": "max-suppress",
}


def _key(field: str, value: Any) -> tuple[str, str]:
    if field in _TIMES:
        return _TIMES[field], "none" if value is None else spell(value)
    if field == "hold_time_s":
        return "hold-time", spell(value * 1_000_000)
    if field == "mode":
        return field, f"{value:04o}"
    return field.replace("_", "-"), _value(value)


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return _list(value)
    if isinstance(value, Authentication | KeySource):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return " via ".join(str(getattr(value, one.name)) for one in fields(value))
    return str(value)


def _list(items: Sequence[Any]) -> str:
    return "[" + ", ".join(map(_value, items)) + "]"
