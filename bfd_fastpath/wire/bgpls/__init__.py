# SPDX-License-Identifier: Apache-2.0
"""BGP-LS objects (RFC 9552): TLVs, NLRIs, attribute 29 and the profiles L5 and L7. No sessions, no I/O."""

from bfd_fastpath.wire.bgpls.attribute import LinkState
from bfd_fastpath.wire.bgpls.descriptor import NodeDescriptor
from bfd_fastpath.wire.bgpls.link_performance import LinkPerformance
from bfd_fastpath.wire.bgpls.nlri import LinkNlri, LinkStateNlri, NlriFault, NodeNlri, RawNlri
from bfd_fastpath.wire.bgpls.participation import Flag, Participation
from bfd_fastpath.wire.bgpls.tlv import Tlv, TlvError

__all__ = [
    "Flag",
    "LinkNlri",
    "LinkPerformance",
    "LinkState",
    "LinkStateNlri",
    "NlriFault",
    "NodeDescriptor",
    "NodeNlri",
    "Participation",
    "RawNlri",
    "Tlv",
    "TlvError",
]
