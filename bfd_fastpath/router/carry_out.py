# SPDX-License-Identifier: Apache-2.0
"""The steps of a plan, done to a running router: start and reload are the same code. Which steps there are
is config's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

import pydp
from bfd_fastpath.config import ConfigError, model, steps
from bfd_fastpath.config.render import render
from bfd_fastpath.nhib import NhibPolicy
from bfd_fastpath.router.reporting import quality_policy
from bfd_fastpath.session import (
    DampeningPolicy,
    EngineRefusedError,
    EngineSession,
    LearnedPolicy,
    PathType,
    SessionSpec,
    Timers,
    UnsolicitedPolicy,
)

if TYPE_CHECKING:
    from bfd_fastpath.router.router import Router

#: Who asks for what a [[session]] names.
CONFIGURATION = "configuration"
#: First packets of strangers that the engine tells of at most; they come again every second.
STRANGERS_A_SECOND = 256
_log = structlog.get_logger("router")


async def start(router: Router, plan: Sequence[steps.Step]) -> None:
    """Every step of a start; the first that fails ends it: PydpError, OSError, ConfigError,
    NoInterfaceError."""
    ports = (steps.OpenPort, steps.AddAddress, steps.SetLan, steps.StartRouter, steps.SetLog)
    laid: list[steps.Step] = [step for step in plan if isinstance(step, ports)]
    for step in laid:
        await _step(router, step)
    await router.running()
    for step in plan:
        if step not in laid:
            await _step(router, step)


async def reload(router: Router, plan: Sequence[steps.Step]) -> None:
    """A step that fails is logged, and the others are done. What the process round a router does (logs,
    control socket) is left to it.
    """
    router.key_chains.refresh(router.config)
    for step in plan:
        try:
            await _step(router, step)
        except (pydp.PydpError, OSError, ConfigError) as error:
            _log.error("step of the reload failed", step=render(step), error=str(error))


async def _step(router: Router, step: steps.Step) -> None:
    manager, dataplane, now = router.manager, router.dataplane, pydp.clock_ns()
    match step:
        case steps.OpenPort(port=port):
            dataplane.open_port(port)
        case steps.AddAddress(port=name, address=address):
            dataplane.add_address(name, address)
            await router.hosts.follow()
            router.host_routes.follow()
            _reattach(router)
        case steps.RemoveAddress(port=name, address=address):
            dataplane.drop_address(name, address)
            await router.hosts.follow()
            router.host_routes.follow()
            _reattach(router)
            dataplane.purge()
        case steps.SetLan(port=name, new=lan):
            dataplane.set_lan(name, lan)
            _reattach(router)
        case steps.SetHostRate(port=name, new=rate):
            router.engine.host_rate(dataplane.index(name), rate)
        case steps.AddRoute(route=route) | steps.ChangeRoute(new=route):
            router.forwarding.set_route(route)
        case steps.RemoveRoute(route=route):
            router.forwarding.remove_route(route)
        case steps.SetForwarding(new=forwarding):
            router.forwarding.set(forwarding)
            kernel = forwarding.enabled and model.RouteSource.KERNEL in forwarding.routes
            await router.host_routes.set(kernel)
        case steps.SetKeyChain(new=chain):
            router.key_chains.set(chain)
        case steps.RemoveKeyChain(chain=chain):
            router.key_chains.remove(chain.name)
        case steps.SetBfd():
            router.apply(manager.set_policy(learned_policy(router.config), now))
        case steps.SetNhib(new=nhib):
            router.apply(manager.set_policy(learned_policy(router.config), now))
            router.apply(manager.set_nhib_policy(nhib_policy(nhib), now))
        case steps.SetDampening(new=dampening):
            router.apply(manager.set_dampening(dampening_policy(dampening), now))
        case steps.SetReport(new=report):
            policy = quality_policy(report)
            router.link_reports.set_interval(None if policy is None else policy.interval_ns, now)
            router.reports.set_policies(router.config)
            router.neighbours.reconfigure()
            router.apply([])
        case steps.SetFuse():
            router.reports.set_policies(router.config)
            router.apply([])
        case steps.AddSession(session=session) | steps.ChangeSession(new=session):
            if session.path_type is not model.PathType.IP_SH:
                _stand(router, session)
            else:
                router.apply(manager.want(session.dest_addr, CONFIGURATION, spec(session), now))
        case steps.RemoveSession(session=session):
            router.standing.unwant(session.key)
            if session.path_type is model.PathType.IP_SH:
                router.apply(manager.unwant(session.dest_addr, CONFIGURATION, now))
            else:
                router.apply([])
        case steps.SetReflector(new=reflector):
            router.engine.reflector_set(reflector_config(reflector))
        case steps.SetLag(old=before, new=lag):
            try:
                router.lags.set(before, lag)
            except EngineRefusedError as error:
                _log.error("engine refuses a member of a LAG", error=str(error))
            router.apply([])
        case steps.SetUnsolicited(new=unsolicited):
            router.unsolicited.set_policy(unsolicited_policy(unsolicited))
            router.engine.unsolicited_tell(STRANGERS_A_SECOND if unsolicited.enabled else 0)
            router.apply([])
        case steps.AddNeighbor(neighbor=neighbor):
            await router.neighbours.add(neighbor)
        case steps.ChangeNeighbor(new=neighbor) if step.reconnects:
            await router.neighbours.replace(neighbor)
        case steps.ChangeNeighbor(new=neighbor):
            router.neighbours.reconfigure(neighbor)
        case steps.RemoveNeighbor(neighbor=neighbor):
            await router.neighbours.remove(neighbor.key)
        case _:
            pass


def _stand(router: Router, session: model.Session) -> None:
    """A session of a kind that guards no next hop."""
    try:
        router.standing.want(session.key, engine_session(session, router.dataplane.index(session.interface)))
    except EngineRefusedError as error:
        _log.error("engine refuses a session", address=str(session.dest_addr), error=str(error))
    router.apply([])


def engine_session(session: model.Session, port: int) -> EngineSession:
    """What the engine is told of a session as it is written. `port`: the engine's index of its interface."""
    return EngineSession(
        port=port,
        vlan=session.vlan,
        source=session.source_addr,
        destination=session.dest_addr,
        timers=timers(session.timers),
        admin_down=session.admin_down,
        path_type=PathType[session.path_type.name],
        gateway=session.gateway,
        tx_ttl=session.tx_ttl,
        rx_ttl=session.rx_ttl or 0,
        echo_source=session.echo_source,
        remote_discriminator=session.remote_discriminator or 0,
    )


def unsolicited_policy(unsolicited: model.Unsolicited) -> UnsolicitedPolicy:
    return UnsolicitedPolicy(
        enabled=unsolicited.enabled,
        timers=timers(unsolicited.timers),
        allowed=unsolicited.allowed_prefixes or None,
        interfaces=unsolicited.interfaces,
        max_sessions=unsolicited.max_sessions,
        max_per_prefix=unsolicited.max_sessions_per_prefix,
    )


def reflector_config(reflector: model.Reflector) -> pydp.ReflectorConfig:
    return pydp.ReflectorConfig(
        discriminators=reflector.discriminators,
        allowed_prefixes=reflector.allowed_prefixes,
        rate=reflector.rate_limit,
        required_min_rx_interval_us=reflector.required_min_rx_us,
        admin_down=reflector.admin_down,
    )


def _reattach(router: Router) -> None:
    """Our addresses or LANs are others now: sessions find their path anew, neighbours hear of our new
    name."""
    router.unsolicited.set_attachments(router.dataplane.attachments())
    router.apply(router.manager.set_attachments(router.dataplane.attachments(), pydp.clock_ns()))
    router.neighbours.reconfigure()
    router.forwarding.follow(router.dataplane.attachments())


def learned_policy(config: model.Config) -> LearnedPolicy:
    return LearnedPolicy(
        enabled=config.bfd.enabled,
        timers=timers(config.bfd.timers),
        interface=config.bfd.port,
        allowed=config.nhib.allowed_prefixes or None,
        max_sessions=config.nhib.max_sessions,
    )


def nhib_policy(nhib: model.Nhib) -> NhibPolicy:
    return NhibPolicy(down_retry_ns=nhib.down_retry_us * 1000, linger_ns=nhib.linger_us * 1000)


def dampening_policy(wanted: model.Dampening) -> DampeningPolicy:
    return DampeningPolicy(
        enabled=wanted.enabled,
        hold_down_ns=wanted.hold_down_us * 1000,
        penalty=wanted.penalty,
        half_life_ns=wanted.half_life_us * 1000,
        suppress_threshold=wanted.suppress_threshold,
        reuse_threshold=wanted.reuse_threshold,
        max_suppress_ns=wanted.max_suppress_us * 1000,
    )


def spec(session: model.Session) -> SessionSpec:
    return SessionSpec(
        timers=timers(session.timers),
        interface=session.interface,
        source=session.source_addr,
        vlan=session.vlan,
        admin_down=session.admin_down,
        echo_source=session.echo_source,
    )


def timers(wanted: model.Timers) -> Timers:
    return Timers(
        local_multiplier=wanted.local_multiplier,
        desired_min_tx_us=wanted.desired_min_tx_us,
        required_min_rx_us=wanted.required_min_rx_us,
        passive=wanted.role is model.Role.PASSIVE,
        demand=wanted.demand_enabled,
        demand_poll_us=wanted.demand_poll_us,
        required_min_echo_rx_us=wanted.required_min_echo_rx_us,
        desired_min_echo_tx_us=wanted.desired_min_echo_tx_us,
        key_chain=wanted.authentication.key_chain if wanted.authentication else None,
        meticulous=wanted.authentication is not None and wanted.authentication.meticulous,
        link_quality=wanted.link_quality,
    )
