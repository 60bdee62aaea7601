# SPDX-License-Identifier: Apache-2.0
"""From the configuration to the settings of a neighbour's reporter, and what is shown of it. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from bfd_fastpath.config.model import Config, Ipv6NodeId, Neighbor, Report
from bfd_fastpath.nhib import Reachability
from bfd_fastpath.report import LanAddress, Preference, QualityPolicy, ReportSettings, Transport
from bfd_fastpath.wire.bgpls.link_performance import loss_field


class NotReporting(StrEnum):
    """Why a neighbour is told nothing."""

    NO_SESSION = "no-session"
    NOT_OFFERED = "not-offered"  # the peer has none of the families that we may tell by
    DISABLED = "family-disabled"  # it had, and they were given up after a fault


@dataclass(frozen=True, slots=True)
class ToldOf:
    """What a neighbour was told of one next hop."""

    state: Reachability
    time_ns: int
    """When the socket had it."""
    transport: Transport


def quality_policy(report: Report) -> QualityPolicy | None:
    """None: off."""
    if not report.link_quality:
        return None
    return QualityPolicy(
        report.link_quality_interval_us * 1000,
        report.link_quality_threshold / 100,
        report.link_quality_delay_floor_us,
        loss_field(report.link_quality_loss_floor / 100),
    )


def report_settings(neighbor: Neighbor, config: Config, lan: tuple[LanAddress, ...]) -> ReportSettings:
    report = config.report
    return ReportSettings(
        asn=config.router.asn or 0,
        lan=lan,
        router_id=config.router.router_id,
        identifier=report.identifier,
        full_ipv6_id=report.ipv6_node_id is Ipv6NodeId.FULL,
        announce_unverified=report.announce_unverified,
        transport=Preference(report.transport.value),
        nh_reach_safi=neighbor.nh_reach_safi,
        node_name=report.node_name,
        link_quality=quality_policy(report),
    )


def believed(state: Reachability | None) -> str:
    """What a peer believes that was told so; what was taken back is Unknown to it."""
    return "unknown" if state is None else state.value
