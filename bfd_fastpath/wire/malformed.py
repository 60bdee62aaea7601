# SPDX-License-Identifier: Apache-2.0
"""Everything that can be wrong with what a BGP peer sends: what it costs, by which clause, and its counter.

docs/malformed.md is this list as a page; tests hold each entry against octets that have the fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum


class Outcome(IntEnum):
    """What is done about a fault, weakest first; of several the strongest wins (RFC 7606 2 and 3h)."""

    MESSAGE_IGNORED = 0
    NLRI_DISCARD = 1
    ATTRIBUTE_DISCARD = 2
    TREAT_AS_WITHDRAW = 3
    FAMILY_DISABLE = 4
    SESSION_RESET = 5


@dataclass(frozen=True, slots=True)
class Rule:
    """What is known about one fault. `where`: the message, attribute or NLRI; `wrong`: its conditions.

    `code` and `subcode` are the NOTIFICATION's where the session is reset for it: always, for want of another
    family, or by RFC 7606 5.2. A subcode of None depends on the case.
    """

    where: str
    wrong: str
    clause: str
    outcome: Outcome
    code: int | None = None
    subcode: int | None = None


_IGNORED, _NLRI, _DISCARD = Outcome.MESSAGE_IGNORED, Outcome.NLRI_DISCARD, Outcome.ATTRIBUTE_DISCARD
_WITHDRAW, _FAMILY, _RESET = Outcome.TREAT_AS_WITHDRAW, Outcome.FAMILY_DISABLE, Outcome.SESSION_RESET
_LENGTH, _OPTIONAL = 5, 9


class Malformed(Enum):
    """The faults. The counter of one is its name in kebab-case."""

    HEADER_MARKER = Rule("header", "the marker is not all ones", "RFC 4271 6.1", _RESET, 1, 1)
    HEADER_LENGTH = Rule(
        "header",
        "a length outside 19..4096 (65535 where we offered extended messages, but for OPEN and KEEPALIVE), "
        "or one that the type may not have",
        "RFC 4271 6.1, RFC 8654 5",
        _RESET,
        1,
        2,
    )
    HEADER_TYPE = Rule("header", "an unknown type", "RFC 4271 6.1", _RESET, 1, 3)

    OPEN_VERSION = Rule("OPEN", "a version other than 4", "RFC 4271 6.2", _RESET, 2, 1)
    OPEN_PEER_AS = Rule(
        "OPEN", "AS 0, or not the AS that is configured", "RFC 4271 6.2, RFC 7607 2", _RESET, 2, 2
    )
    OPEN_IDENTIFIER = Rule(
        "OPEN",
        "BGP identifier 0.0.0.0, our own from our own AS, or not the one that is configured",
        "RFC 4271 6.2, RFC 6286 2.2",
        _RESET,
        2,
        3,
    )
    OPEN_PARAMETER = Rule("OPEN", "an optional parameter other than 2", "RFC 4271 6.2", _RESET, 2, 4)
    OPEN_PARAMETERS = Rule(
        "OPEN", "lengths of optional parameters that do not add up", "RFC 4271 6.2, RFC 9072 2", _RESET, 2, 0
    )
    OPEN_HOLD_TIME = Rule("OPEN", "a hold time of 1 or 2 s", "RFC 4271 6.2", _RESET, 2, 6)
    OPEN_CAPABILITY = Rule(
        "OPEN",
        "a capability past the end, or one known here (1, 2, 5, 6, 9, 64, 65, 70) of an impossible length",
        "RFC 4271 6.2",
        _RESET,
        2,
        0,
    )
    OPEN_NO_FAMILY = Rule("OPEN", "no family in common; the data lists ours", "RFC 5492 5", _RESET, 2, 7)
    OPEN_ROLE = Rule(
        "OPEN",
        "a role that does not go with ours, several, or none in strict mode",
        "RFC 9234 4.2",
        _RESET,
        2,
        11,
    )
    UNEXPECTED_MESSAGE = Rule(
        "any message",
        "not expected in this state; the data is its type",
        "RFC 4271 6.6, RFC 6608 4",
        _RESET,
        5,
    )

    REFRESH_LENGTH = Rule(
        "ROUTE-REFRESH",
        "subtype 1 or 2 and a length other than 23, from a peer of enhanced refresh; the data is the message",
        "RFC 7313 5",
        _RESET,
        7,
        1,
    )
    REFRESH_SUBTYPE = Rule(
        "ROUTE-REFRESH", "a subtype above 2, from a peer of enhanced refresh", "RFC 7313 5", _IGNORED
    )
    REFRESH_FAMILY = Rule("ROUTE-REFRESH", "a family that was not negotiated", "RFC 2918 4", _IGNORED)

    UPDATE_LENGTHS = Rule(
        "UPDATE", "the lengths of its parts exceed the message", "RFC 7606 3b", _RESET, 3, 1
    )
    ATTRIBUTE_UNDERRUN = Rule(
        "attributes", "fewer octets left than the head of an attribute has", "RFC 7606 4", _WITHDRAW, 3, 1
    )
    ATTRIBUTE_OVERRUN = Rule(
        "attributes",
        "an attribute other than 14 and 15 runs past the end",
        "RFC 7606 4",
        _WITHDRAW,
        3,
        _LENGTH,
    )
    MP_OVERRUN = Rule(
        "attributes",
        "MP_REACH_NLRI or MP_UNREACH_NLRI runs past the end",
        "RFC 7606 3j, 4",
        _RESET,
        3,
        _LENGTH,
    )
    MP_REPEATED = Rule("attributes", "MP_REACH_NLRI or MP_UNREACH_NLRI twice", "RFC 7606 3g", _RESET, 3, 1)
    ATTRIBUTE_REPEATED = Rule(
        "attributes", "another attribute twice: the first one counts", "RFC 7606 3g", _DISCARD, 3, 1
    )
    UNKNOWN_WELL_KNOWN = Rule(
        "attributes", "an unknown attribute that is not optional", "RFC 4271 6.3", _RESET, 3, 2
    )
    ATTRIBUTE_MISSING = Rule(
        "attributes",
        "ORIGIN or AS_PATH is missing, or NEXT_HOP beside NLRI of the message itself",
        "RFC 7606 3d",
        _WITHDRAW,
        3,
        3,
    )
    ATTRIBUTE_FLAGS = Rule(
        "attributes",
        "a known attribute other than 14 and 15 with a wrong Optional or Transitive bit",
        "RFC 7606 3c",
        _WITHDRAW,
        3,
        4,
    )
    HIDDEN_NLRI = Rule(
        "attributes",
        "a fault that costs more than an attribute, where attributes other than MP_UNREACH_NLRI announce "
        "nothing; the subcode and the data are that fault's",
        "RFC 7606 5.2",
        _RESET,
        3,
    )

    ORIGIN_LENGTH = Rule("ORIGIN", "a length other than 1", "RFC 7606 7.1", _WITHDRAW, 3, _LENGTH)
    ORIGIN_VALUE = Rule("ORIGIN", "a value above 2", "RFC 7606 7.1", _WITHDRAW, 3, 6)
    AS_PATH = Rule(
        "AS_PATH",
        "a segment of unknown type, past the end or without AS numbers, or one octet left",
        "RFC 7606 7.2",
        _WITHDRAW,
        3,
        11,
    )
    AS_PATH_ZERO = Rule("AS_PATH", "AS 0", "RFC 7607 2", _WITHDRAW, 3, 11)
    AS_PATH_CONFEDERATION = Rule(
        "AS_PATH", "a confederation segment from an external peer", "RFC 5065 5", _WITHDRAW, 3, 11
    )
    AS_PATH_FIRST = Rule(
        "AS_PATH",
        "does not begin with the peer's AS (`enforce-first-as`)",
        "RFC 7606 7.2, RFC 4271 6.3",
        _WITHDRAW,
        3,
        11,
    )
    NEXT_HOP_LENGTH = Rule("NEXT_HOP", "a length other than 4", "RFC 7606 7.3", _WITHDRAW, 3, _LENGTH)
    NEXT_HOP_ADDRESS = Rule(
        "NEXT_HOP",
        "0.0.0.0, a multicast address or one of class E",
        "RFC 7606 3e, RFC 4271 6.3",
        _WITHDRAW,
        3,
        8,
    )
    MED = Rule("MULTI_EXIT_DISC", "a length other than 4", "RFC 7606 7.4", _WITHDRAW, 3, _LENGTH)
    LOCAL_PREF = Rule(
        "LOCAL_PREF", "a length other than 4, from an internal peer", "RFC 7606 7.5", _WITHDRAW, 3, _LENGTH
    )
    INTERNAL_ATTRIBUTE = Rule(
        "LOCAL_PREF, ORIGINATOR_ID, CLUSTER_LIST",
        "from an external peer",
        "RFC 7606 7.5, 7.9, 7.10",
        _DISCARD,
        3,
        _OPTIONAL,
    )
    ATOMIC_AGGREGATE = Rule("ATOMIC_AGGREGATE", "a length other than 0", "RFC 7606 7.6", _DISCARD, 3, _LENGTH)
    AGGREGATOR_LENGTH = Rule(
        "AGGREGATOR",
        "a length other than 8, or 6 where AS numbers have two octets",
        "RFC 7606 7.7",
        _DISCARD,
        3,
        _LENGTH,
    )
    AGGREGATOR_ZERO = Rule("AGGREGATOR", "AS 0", "RFC 7606 3f, RFC 7607 2", _DISCARD, 3, _OPTIONAL)
    COMMUNITIES = Rule(
        "COMMUNITIES", "a length that is no nonzero multiple of 4", "RFC 7606 7.8", _WITHDRAW, 3, _LENGTH
    )
    ORIGINATOR_ID = Rule(
        "ORIGINATOR_ID", "a length other than 4, from an internal peer", "RFC 7606 7.9", _WITHDRAW, 3, _LENGTH
    )
    CLUSTER_LIST = Rule(
        "CLUSTER_LIST",
        "a length that is no nonzero multiple of 4, from an internal peer",
        "RFC 7606 7.10",
        _WITHDRAW,
        3,
        _LENGTH,
    )
    EXTENDED_COMMUNITIES = Rule(
        "EXTENDED COMMUNITIES",
        "a length that is no nonzero multiple of 8",
        "RFC 7606 7.14",
        _WITHDRAW,
        3,
        _LENGTH,
    )
    AS4_PATH = Rule(
        "AS4_PATH",
        "empty, AS 0, or malformed as an AS_PATH can be",
        "RFC 6793 6, RFC 7607 2",
        _DISCARD,
        3,
        _OPTIONAL,
    )
    AS4_AGGREGATOR = Rule(
        "AS4_AGGREGATOR", "a length other than 8, or AS 0", "RFC 6793 6, RFC 7607 2", _DISCARD, 3, _OPTIONAL
    )
    AS4_NEEDLESS = Rule(
        "AS4_PATH, AS4_AGGREGATOR",
        "from a peer whose AS numbers have four octets",
        "RFC 6793 6",
        _DISCARD,
        3,
        _OPTIONAL,
    )
    LINK_STATE = Rule(
        "BGP-LS attribute (29)",
        "empty, a TLV past the end, or a registered TLV of an impossible length",
        "RFC 9552 8.2.2, RFC 7606 4",
        _DISCARD,
        3,
        _OPTIONAL,
    )
    LARGE_COMMUNITIES = Rule(
        "LARGE_COMMUNITY", "a length that is no nonzero multiple of 12", "RFC 8092 6", _WITHDRAW, 3, _LENGTH
    )
    ONLY_TO_CUSTOMER = Rule("ONLY_TO_CUSTOMER", "a length other than 4", "RFC 9234 5", _WITHDRAW, 3, _LENGTH)

    PREFIX = Rule(
        "NLRI and withdrawn routes of the message itself",
        "a prefix of more than 32 bits, or one past the end",
        "RFC 7606 3j, 5.3, RFC 4271 6.3",
        _RESET,
        3,
        10,
    )
    MP_SHORT = Rule(
        "MP_REACH_NLRI, MP_UNREACH_NLRI",
        "fewer octets than name a family",
        "RFC 7606 5.3",
        _RESET,
        3,
        _OPTIONAL,
    )
    MP_REACH_LENGTH = Rule(
        "MP_REACH_NLRI",
        "fewer than 5 octets, or a next hop past the end",
        "RFC 7606 5.3, RFC 4760 7",
        _FAMILY,
        3,
        _OPTIONAL,
    )
    MP_FLAGS = Rule(
        "MP_REACH_NLRI, MP_UNREACH_NLRI",
        "a wrong Optional or Transitive bit",
        "RFC 7606 5.3, RFC 4760 7",
        _FAMILY,
        3,
        _OPTIONAL,
    )
    MP_NEXT_HOP = Rule(
        "MP_REACH_NLRI",
        "a next hop of a length that the family does not have (NH-Reach: any but 0)",
        "RFC 7606 7.11",
        _FAMILY,
        3,
        _OPTIONAL,
    )
    MP_PREFIX = Rule(
        "prefixes of MP_REACH_NLRI, MP_UNREACH_NLRI",
        "one with more bits than its addresses have, or past the end",
        "RFC 7606 5.3, RFC 4760 7",
        _FAMILY,
        3,
        _OPTIONAL,
    )
    MP_FAMILY = Rule(
        "MP_REACH_NLRI, MP_UNREACH_NLRI", "a family that was not negotiated", "RFC 4760 8", _NLRI
    )
    BGP_LS_FRAMING = Rule("BGP-LS NLRI", "an NLRI past the end", "RFC 9552 8.2.2", _FAMILY, 3, _OPTIONAL)
    BGP_LS_TLV = Rule(
        "BGP-LS NLRI",
        "a TLV or sub-TLV past the end of what holds it, or a registered one of an impossible length",
        "RFC 9552 8.2.2",
        _NLRI,
    )
    BGP_LS_ORDER = Rule("BGP-LS NLRI", "TLVs or sub-TLVs that do not ascend", "RFC 9552 5.1", _NLRI)
    BGP_LS_DESCRIPTOR = Rule(
        "BGP-LS NLRI",
        "a Node or Link without Protocol-ID and Identifier or without its node descriptors, or a registered "
        "sub-TLV twice in one",
        "RFC 9552 5.2, 5.2.1.4",
        _NLRI,
    )
    NH_REACH_LENGTH = Rule(
        "NH-Reach NLRI",
        "a length that is no multiple of 5, or of 17 for IPv6",
        "RFC 7606 3j, 5.3",
        _FAMILY,
        3,
        _OPTIONAL,
    )

    @property
    def counter(self) -> str:
        """The name under which it is counted."""
        return self.name.lower().replace("_", "-")

    @property
    def outcome(self) -> Outcome:
        """What it costs, as long as nothing else is wrong with the message."""
        return self.value.outcome

    @property
    def subcode(self) -> int:
        """Of the NOTIFICATION; 0 (unspecific) where the rule has none."""
        return self.value.subcode or 0


def counts(counted: Mapping[Malformed, int]) -> dict[str, int]:
    """By the names of the counters, in the order of the list; those that counted nothing are left out."""
    return {kind.counter: counted[kind] for kind in Malformed if counted.get(kind)}


class MalformedError(ValueError):
    """A value that its codec cannot read; `kind` says as what that counts."""

    def __init__(self, text: str, kind: Malformed) -> None:
        super().__init__(text)
        self.kind = kind
