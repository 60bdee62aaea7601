# SPDX-License-Identifier: Apache-2.0
"""From the TOML of a whole configuration to a Draft, section by section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from bfd_fastpath.config import model
from bfd_fastpath.config.authentication import build_key_chain
from bfd_fastpath.config.draft import At, Draft
from bfd_fastpath.config.lags import build_lag
from bfd_fastpath.config.neighbors import build_neighbor
from bfd_fastpath.config.ports import build_port
from bfd_fastpath.config.read import Reader
from bfd_fastpath.config.reflector import build_reflector
from bfd_fastpath.config.routes import build_route
from bfd_fastpath.config.sessions import build_session, build_timers
from bfd_fastpath.config.unsolicited import build_unsolicited

T = TypeVar("T")
_BGP_PORT = model.Neighbor.__dataclass_fields__["port"].default


def build(reader: Reader, raw: Mapping[str, Any]) -> Draft:
    """Everything that can be read; what cannot is among the reader's faults."""
    reader.sections(raw)
    draft = Draft()
    draft.router = _record(model.Router, reader.one(raw, "router"))
    draft.eal = _record(model.Eal, reader.one(raw, "eal"))
    draft.engine = _record(model.Engine, reader.one(raw, "engine"), {"max-sleep": "max_sleep_us"})
    for path, good in reader.many(raw, "port"):
        for key in ("name", "devargs"):
            draft.named(f"port {key}", f"{path}.{key}", good.get(key))
        port = build_port(reader, path, good)
        if port is None:
            draft.broken_ports.add(good.get("name", ""))
        else:
            draft.ports.append(At(path, port))
    draft.forwarding = _record(model.Forwarding, reader.one(raw, "forwarding"))
    for path, good in reader.many(raw, "route"):
        route = build_route(reader, path, good, draft)
        if route is not None:
            draft.routes.append(At(path, route))
    for path, good in reader.many(raw, "key-chain"):
        draft.named("key-chain", f"{path}.name", good.get("name"))
        chain = build_key_chain(reader, path, good)
        if chain is not None:
            draft.key_chains.append(At(path, chain))
    good = reader.one(raw, "bfd")
    timers = build_timers(reader, "bfd", good, model.Timers())
    draft.bfd = model.Bfd(good.get("enabled", True), timers, good.get("port"))
    draft.dampening = _dampening(reader, reader.one(raw, "dampening"))
    for path, good in reader.many(raw, "session"):
        if "dest-addr" in good:
            path_type = good.get("path-type", model.PathType.IP_SH)
            draft.named("session", path, (path_type, good["dest-addr"], good.get("remote-discriminator")))
        session = build_session(reader, path, good, draft)
        if session is not None:
            draft.sessions.append(At(path, session))
    for path, good in reader.many(raw, "lag"):
        draft.named("lag", f"{path}.name", good.get("name"))
        for member in good.get("members", ()):
            draft.members.add(member)
            draft.named("lag member", f"{path}.members", member)
        lag = build_lag(reader, path, good, draft)
        if lag is not None:
            draft.lags.append(At(path, lag))
    draft.unsolicited = build_unsolicited(reader, reader.one(raw, "unsolicited"), draft)
    draft.reflector = build_reflector(reader, reader.one(raw, "reflector"), draft)
    for path, good in reader.many(raw, "neighbor"):
        if "address" in good:
            draft.named("neighbor", path, (good["address"], good.get("port", _BGP_PORT)))
        neighbor = build_neighbor(reader, path, good, draft)
        if neighbor is not None:
            draft.neighbors.append(At(path, neighbor))
    names = ("link-quality-interval", "link-quality-delay-floor", "bounce-window", "bounce-hold", "coalesce")
    durations = {name: f"{name.replace('-', '_')}_us" for name in names}
    draft.report = _record(model.Report, reader.one(raw, "report"), durations)
    draft.fuse = _record(model.Fuse, reader.one(raw, "fuse"), {"hold": "hold_us"})
    draft.nhib = _nhib(reader, reader.one(raw, "nhib"), draft)
    control = reader.one(raw, "control")
    if "path" in control:
        control["path"] = reader.path(control["path"])
    draft.control = _record(model.Control, control)
    draft.log = _record(model.Log, reader.one(raw, "log"))
    return draft


def _dampening(reader: Reader, good: dict[str, Any]) -> model.Dampening:
    names = ("hold-down", "half-life", "max-suppress")
    record = _record(model.Dampening, good, {name: f"{name.replace('-', '_')}_us" for name in names})
    if record.reuse_threshold >= record.suppress_threshold:
        wrong = f"{record.reuse_threshold} is not below suppress-threshold, {record.suppress_threshold}"
        reader.fault("dampening.reuse-threshold", wrong, "let go at a lower sum than that which holds")
    return record


def _nhib(reader: Reader, good: dict[str, Any], draft: Draft) -> model.Nhib:
    if good.get("allowed-prefixes") == ():
        instead = "leave it out for the peering LAN, or write enabled = false under [bfd]"
        reader.fault("nhib.allowed-prefixes", "empty: nothing could be tracked", instead)
    if "allowed-prefixes" not in good:
        lans = (prefix for port in draft.ports for prefix in port.value.lan)
        good["allowed-prefixes"] = tuple(dict.fromkeys(lans))
    return _record(model.Nhib, good, {"down-retry": "down_retry_us", "linger": "linger_us"})


def _record(kind: type[T], good: dict[str, Any], names: Mapping[str, str] | None = None) -> T:
    """A record from the values that were given; the rest are its own defaults."""
    renamed = names or {}
    return kind(**{renamed.get(key, key.replace("-", "_")): value for key, value in good.items()})
