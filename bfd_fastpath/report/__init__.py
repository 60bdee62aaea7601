# SPDX-License-Identifier: Apache-2.0
"""Reports: from the NHIB's changes to the BGP-LS announcements and withdrawals of one peer."""

from bfd_fastpath.report.bounce import BouncePolicy
from bfd_fastpath.report.fuse import Blown, FusePolicy, Heard, Mended
from bfd_fastpath.report.gate import Gate, Held, Sifted
from bfd_fastpath.report.link_quality import QualityPolicy
from bfd_fastpath.report.naming import Statement, Untellable
from bfd_fastpath.report.outgoing import Outgoing
from bfd_fastpath.report.reporter import Reporter, ReporterView
from bfd_fastpath.report.settings import LanAddress, ReportSettings, Session

__all__ = [
    "Blown",
    "BouncePolicy",
    "FusePolicy",
    "Gate",
    "Heard",
    "Held",
    "LanAddress",
    "Mended",
    "Outgoing",
    "QualityPolicy",
    "ReportSettings",
    "Reporter",
    "ReporterView",
    "Session",
    "Sifted",
    "Statement",
    "Untellable",
]
