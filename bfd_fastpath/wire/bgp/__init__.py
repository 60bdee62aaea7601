# SPDX-License-Identifier: Apache-2.0
"""BGP-4 without I/O: messages, attributes, RFC 7606 handling and the session. Sockets are net/'s, policy is
others'.
"""

from bfd_fastpath.wire.bgp.aggregator import Aggregator
from bfd_fastpath.wire.bgp.as_path import AsPath, Segment, SegmentType
from bfd_fastpath.wire.bgp.attributes import NO_ATTRIBUTES, Attributes, RawAttribute
from bfd_fastpath.wire.bgp.capability import Capabilities, ExtendedNextHop
from bfd_fastpath.wire.bgp.community import LargeCommunity
from bfd_fastpath.wire.bgp.errors import BgpError, Fault
from bfd_fastpath.wire.bgp.events import (
    CloseCause,
    Closed,
    EndOfRib,
    Endpoint,
    Established,
    Event,
    FamilyDisabled,
    NotificationReceived,
    NotificationSent,
    PeerInfo,
    RefreshBegun,
    RefreshEnded,
    RefreshRequested,
    UpdateReceived,
)
from bfd_fastpath.wire.bgp.family import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    NH_REACH_SAFI,
    Family,
    nh_reach,
)
from bfd_fastpath.wire.bgp.mp import MpReach, MpUnreach
from bfd_fastpath.wire.bgp.nlri import Nlri, OpaqueNlri
from bfd_fastpath.wire.bgp.notification import Cease, ErrorCode, Notification
from bfd_fastpath.wire.bgp.open import Open
from bfd_fastpath.wire.bgp.origin import Origin
from bfd_fastpath.wire.bgp.packer import PackError, pack_announcements, pack_withdrawals, singles
from bfd_fastpath.wire.bgp.role import Role
from bfd_fastpath.wire.bgp.session import BgpSession, SessionError
from bfd_fastpath.wire.bgp.settings import SessionSettings
from bfd_fastpath.wire.bgp.state import State
from bfd_fastpath.wire.bgp.update import Update, end_of_rib
from bfd_fastpath.wire.malformed import Malformed, Outcome, counts

__all__ = [
    "BGP_LS",
    "IPV4_UNICAST",
    "IPV6_UNICAST",
    "NH_REACH_SAFI",
    "NO_ATTRIBUTES",
    "Aggregator",
    "AsPath",
    "Attributes",
    "BgpError",
    "BgpSession",
    "Capabilities",
    "Cease",
    "CloseCause",
    "Closed",
    "EndOfRib",
    "Endpoint",
    "ErrorCode",
    "Established",
    "Event",
    "ExtendedNextHop",
    "Family",
    "FamilyDisabled",
    "Fault",
    "LargeCommunity",
    "Malformed",
    "MpReach",
    "MpUnreach",
    "Nlri",
    "Notification",
    "NotificationReceived",
    "NotificationSent",
    "OpaqueNlri",
    "Open",
    "Origin",
    "Outcome",
    "PackError",
    "PeerInfo",
    "RawAttribute",
    "RefreshBegun",
    "RefreshEnded",
    "RefreshRequested",
    "Role",
    "Segment",
    "SegmentType",
    "SessionError",
    "SessionSettings",
    "State",
    "Update",
    "UpdateReceived",
    "counts",
    "end_of_rib",
    "nh_reach",
    "pack_announcements",
    "pack_withdrawals",
    "singles",
]
