# SPDX-License-Identifier: Apache-2.0
"""A configuration on its way: what could be read of each section, with the key path it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from bfd_fastpath.config import model

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class At(Generic[T]):
    """A value and its key path, such as port[0]."""

    path: str
    value: T


@dataclass(slots=True)
class Draft:
    """Holds only what was read without a fault; broken names what was there but could not be read."""

    router: model.Router = field(default_factory=model.Router)
    eal: model.Eal = field(default_factory=model.Eal)
    engine: model.Engine = field(default_factory=model.Engine)
    ports: list[At[model.Port]] = field(default_factory=list)
    forwarding: model.Forwarding = field(default_factory=model.Forwarding)
    routes: list[At[model.StaticRoute]] = field(default_factory=list)
    names: dict[str, list[At[Any]]] = field(default_factory=dict)
    """What may stand once in a file, by the key it stands under, also in tables with faults elsewhere."""
    broken_ports: set[str] = field(default_factory=set)
    """Names of ports with faults; "" for one whose name cannot be read either."""
    bfd: model.Bfd = field(default_factory=model.Bfd)
    dampening: model.Dampening = field(default_factory=model.Dampening)
    key_chains: list[At[model.KeyChain]] = field(default_factory=list)
    sessions: list[At[model.Session]] = field(default_factory=list)
    reflector: model.Reflector = field(default_factory=model.Reflector)
    unsolicited: model.Unsolicited = field(default_factory=model.Unsolicited)
    lags: list[At[model.Lag]] = field(default_factory=list)
    members: set[str] = field(default_factory=set)
    """Names of ports that are members of a [[lag]]."""
    neighbors: list[At[model.Neighbor]] = field(default_factory=list)
    report: model.Report = field(default_factory=model.Report)
    fuse: model.Fuse = field(default_factory=model.Fuse)
    nhib: model.Nhib = field(default_factory=model.Nhib)
    control: model.Control = field(default_factory=model.Control)
    log: model.Log = field(default_factory=model.Log)

    def named(self, key: str, path: str, value: Any) -> None:
        """Note a value that no other table may have under this key; None is none."""
        if value is not None:
            self.names.setdefault(key, []).append(At(path, value))

    def port(self, name: str) -> model.Port | None:
        return next((one.value for one in self.ports if one.value.name == name), None)

    def knows_port(self, name: str) -> bool:
        """False only where it is certain that there is no such port."""
        return self.port(name) is not None or name in self.broken_ports or "" in self.broken_ports

    def lan_address(self, version: int) -> model.Address | None:
        """Our first global address of a family, on [bfd].port where one is named."""
        chosen = sorted(self.ports, key=lambda one: one.value.name != self.bfd.port)
        for port in chosen:
            for interface in port.value.addresses:
                if interface.address.version == version and not interface.address.is_link_local:
                    return interface.address
        return None

    def config(self) -> model.Config:
        """The configuration, of a draft that has no faults."""
        return model.Config(
            router=self.router,
            eal=self.eal,
            engine=self.engine,
            ports=tuple(one.value for one in self.ports),
            forwarding=self.forwarding,
            routes=tuple(one.value for one in self.routes),
            bfd=self.bfd,
            dampening=self.dampening,
            key_chains=tuple(one.value for one in self.key_chains),
            sessions=tuple(one.value for one in self.sessions),
            reflector=self.reflector,
            unsolicited=self.unsolicited,
            lags=tuple(one.value for one in self.lags),
            neighbors=tuple(one.value for one in self.neighbors),
            report=self.report,
            fuse=self.fuse,
            nhib=self.nhib,
            control=self.control,
            log=self.log,
        )
