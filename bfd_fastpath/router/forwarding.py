# SPDX-License-Identifier: Apache-2.0
"""Forwarding of one engine as the configuration wants it: whether, and by which routes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import pydp
from bfd_fastpath.config import model
from bfd_fastpath.router.bgp_routes import BgpRoutes
from bfd_fastpath.router.links import Links
from bfd_fastpath.router.peer import Peer
from bfd_fastpath.router.rib import Refusal, Rib, Source
from bfd_fastpath.router.static_routes import StaticRoutes
from bfd_fastpath.session import Attachment


class Forwarding:
    """`wanted` says how large the tables are, for good; nothing is forwarded before set(). `indices`: the
    engine's ports by name, which may come later; `peers` are the BGP neighbours, `later` is BgpRoutes'.
    PydpError when the engine has had routes already."""

    def __init__(
        self,
        engine: pydp.Engine,
        wanted: model.Forwarding,
        indices: Mapping[str, int],
        peers: Callable[[], Collection[Peer]] = tuple,
        later: Callable[[Callable[[], None]], object] = lambda flush: flush(),
    ) -> None:
        self._engine = engine
        self._wanted = model.Forwarding()
        self._links = Links()
        self._static = StaticRoutes(indices)
        self.rib = Rib(engine, wanted.max_next_hops)
        self.bgp = BgpRoutes(self.rib, peers, later)
        engine.routes.limit(
            ipv4_routes=wanted.max_ipv4_routes,
            ipv6_routes=wanted.max_ipv6_routes,
            memory_mib=wanted.route_memory_mib,
        )

    def set(self, wanted: model.Forwarding) -> None:
        """Forward so, or no more. PydpError: a connected prefix finds no room."""
        self._wanted = wanted
        if not wanted.enabled:
            self._enable(wanted)
        self._connect()
        self.bgp.set(wanted.enabled and model.RouteSource.BGP in wanted.routes)
        if wanted.enabled:
            self._enable(wanted)

    def set_route(self, route: model.StaticRoute) -> None:
        """A static route, or another way for its prefix and preference. PydpError: no room; it is taken when
        there is some."""
        self._static.set(route)
        self._offer(route)

    def remove_route(self, route: model.StaticRoute) -> None:
        """It is not wanted any more. PydpError: no room for what takes its place."""
        self._static.remove(route)
        self._offer(route)

    def follow(self, attachments: Iterable[Attachment]) -> None:
        """Our addresses are others now. PydpError as set()."""
        self._links = Links(attachments)
        self._connect()
        self.bgp.follow(self._links)

    def _enable(self, wanted: model.Forwarding) -> None:
        self._engine.forwarding_set(
            pydp.ForwardingConfig(
                enabled=wanted.enabled,
                rpf=pydp.Rpf[wanted.rpf.name],
                icmp_error_rate=wanted.icmp_error_rate,
                icmp_echo_rate=wanted.icmp_echo_rate,
                icmp_source_ipv4=wanted.icmp_source_ipv4,
                icmp_source_ipv6=wanted.icmp_source_ipv6,
            )
        )

    def _connect(self) -> None:
        _raise(self.rib.replace(Source.CONNECTED, self._links.offers() if self._wanted.enabled else {}))

    def _offer(self, route: model.StaticRoute) -> None:
        offer = self._static.offer(route.prefix)
        offers, gone = ({}, [route.prefix]) if offer is None else ({route.prefix: offer}, [])
        _raise(self.rib.change(Source.STATIC, offers, gone))


def _raise(refused: list[Refusal]) -> None:
    for one in refused:
        raise pydp.PydpError(f"route {one.prefix}: {one.error}", one.error.status) from one.error


def attach(engine: pydp.Engine, config: model.Config, indices: Mapping[str, int]) -> Forwarding:
    """Everything of a configuration that forwarding needs, given to an engine at once, without a router: the
    ports' addresses, [forwarding] and the [[route]]s. `indices`: the engine's ports by name; the engine has
    had no route and has `max_nexthops` of [forwarding]. PydpError."""
    forwarding = Forwarding(engine, config.forwarding, indices)
    attachments = []
    for port in config.ports:
        for one in port.addresses:
            engine.address_add(indices[port.name], f"{one.address}/{one.prefix_length}", vlan=one.vlan)
            attachments.append(
                Attachment(indices[port.name], port.name, one.address, one.network, one.vlan, port.lan)
            )
    forwarding.follow(attachments)
    for route in config.routes:
        forwarding.set_route(route)
    forwarding.set(config.forwarding)
    return forwarding
