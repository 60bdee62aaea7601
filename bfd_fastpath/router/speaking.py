# SPDX-License-Identifier: Apache-2.0
"""From a [[neighbor]] of the configuration to the settings of its speaker, the password included. It
connects nothing."""

from bfd_fastpath.config.model import BgpRole, Config, Family, Neighbor
from bfd_fastpath.config.passwords import password
from bfd_fastpath.net.speaker_settings import SpeakerSettings
from bfd_fastpath.wire import bgp
from bfd_fastpath.wire.bgp.family import Afi

_FAMILIES = {
    Family.IPV4_UNICAST: bgp.IPV4_UNICAST,
    Family.IPV6_UNICAST: bgp.IPV6_UNICAST,
    Family.BGP_LS: bgp.BGP_LS,
}
ROLES = {role: bgp.Role[role.name] for role in BgpRole}
V4_OVER_V6 = bgp.ExtendedNextHop(bgp.IPV4_UNICAST, Afi.IPV6)
_NH_REACH = {Family.IPV4_NH_REACH: 4, Family.IPV6_NH_REACH: 6}


def families(neighbor: Neighbor) -> tuple[bgp.Family, ...]:
    """The address families that are offered."""
    return tuple(
        bgp.nh_reach(_NH_REACH[family], neighbor.nh_reach_safi) if family in _NH_REACH else _FAMILIES[family]
        for family in neighbor.families
    )


def speaker_settings(neighbor: Neighbor, config: Config) -> SpeakerSettings:
    """Raises ConfigError where the password cannot be had; ValueError where the configuration lacks asn or
    router-id (its check sees to that).
    """
    if config.router.asn is None or config.router.router_id is None:
        raise ValueError("a neighbor needs router.asn and router.router-id")
    first = neighbor.connect_retry_us / 1e6
    return SpeakerSettings(
        session=bgp.SessionSettings(
            local_asn=config.router.asn,
            router_id=config.router.router_id,
            families=families(neighbor),
            peer_asn=neighbor.remote_as,
            hold_time_s=neighbor.hold_time_s,
            enhanced_refresh=True,
            extended_next_hop=(V4_OVER_V6,) if neighbor.extended_next_hop else (),
            graceful_restart_helper=neighbor.graceful_restart_helper,
            enforce_first_as=neighbor.enforce_first_as,
            role=ROLES[neighbor.role] if neighbor.role is not None else None,
            strict_role=neighbor.strict_role,
            nh_reach_safi=neighbor.nh_reach_safi,
        ),
        remote=neighbor.address,
        remote_port=neighbor.port,
        local=neighbor.local_address,
        connect=not neighbor.passive,
        password=password(neighbor),
        gtsm=neighbor.ttl_security,
        reconnect_first_s=min(1.0, first),
        reconnect_most_s=first,
    )
