# SPDX-License-Identifier: Apache-2.0
"""What is known of a next hop, and why. Names only; the transitions are in base.py."""

from __future__ import annotations

from enum import Enum, StrEnum


class Reachability(Enum):
    """State of one next hop. Only DOWN excludes it: UNKNOWN is optimistic (RFC 5882 3.2, 4.2)."""

    UNKNOWN = "unknown"
    UP = "up"
    DOWN = "down"

    # By identity: the hash of a member's name, which enumerations have, costs a storm of events dear.
    __hash__ = object.__hash__


class Reason(StrEnum):
    """Why a next hop is in its state. Every state has one; explain.py turns it into a sentence."""

    # Unknown, without a BFD session
    ASKED = "asked"  # an entry was made and no session has been decided on
    SESSION_LIMIT = "session-limit"  # the cap on sessions is reached
    OUTSIDE_LAN = "outside-lan"  # not inside the prefixes for which sessions may be made
    NO_PORT = "no-port"  # no port has an address in the next hop's subnet
    OWN_ADDRESS = "own-address"  # the next hop is ourselves
    PEER_WITHOUT_BFD = "peer-without-bfd"  # the member is known to run no BFD
    BFD_DISABLED = "bfd-disabled"  # configuration: no sessions to learned next hops
    ENGINE_REFUSED = "engine-refused"  # the engine would not take the session
    # Unknown, with a session that has not failed
    NO_ANSWER = "no-answer"  # hellos are sent, nothing was ever heard
    NEIGHBOUR_UNRESOLVED = "neighbour-unresolved"  # ARP or ND has no answer
    COMING_UP = "coming-up"  # the peer is heard, the session is not Up yet
    LOCAL_ADMIN_DOWN = "local-admin-down"
    PEER_ADMIN_DOWN = "peer-admin-down"
    CLEARED = "cleared"  # was Down, an operator cleared it
    RETRY_PASSED = "retry-passed"  # was Down for all of down-retry
    # Up and Down
    SESSION_UP = "session-up"
    SESSION_DOWN = "session-down"  # the session was Up and failed; the evidence has the diagnostic


NO_SESSION_REASONS = frozenset(
    {
        Reason.ASKED,
        Reason.SESSION_LIMIT,
        Reason.OUTSIDE_LAN,
        Reason.NO_PORT,
        Reason.OWN_ADDRESS,
        Reason.PEER_WITHOUT_BFD,
        Reason.BFD_DISABLED,
        Reason.ENGINE_REFUSED,
    }
)
"""Reasons that Nhib.without_session accepts."""
