# SPDX-License-Identifier: Apache-2.0
"""Reports: from the NHIB's changes to what one peer is told, by BGP-LS or NH-Reach."""

from bfd_fastpath.report.bounce import BouncePolicy
from bfd_fastpath.report.coalesce import CoalescePolicy
from bfd_fastpath.report.fuse import Blown, FusePolicy, Heard, Mended
from bfd_fastpath.report.gate import Gate, Held, Sifted
from bfd_fastpath.report.link_quality import QualityPolicy
from bfd_fastpath.report.naming import Untellable
from bfd_fastpath.report.outgoing import Outgoing
from bfd_fastpath.report.reporter import Reporter, ReporterView
from bfd_fastpath.report.settings import LanAddress, ReportSettings, Session
from bfd_fastpath.report.transport import Preference, Transport

__all__ = [
    "Blown",
    "BouncePolicy",
    "CoalescePolicy",
    "FusePolicy",
    "Gate",
    "Heard",
    "Held",
    "LanAddress",
    "Mended",
    "Outgoing",
    "Preference",
    "QualityPolicy",
    "ReportSettings",
    "Reporter",
    "ReporterView",
    "Session",
    "Sifted",
    "Transport",
    "Untellable",
]
