# SPDX-License-Identifier: Apache-2.0
"""The numbers that cross the boundary, as enumerations with the names people know. No behaviour.

Values are those of native/include/pydp; `str()` of each gives RFC 9314's name (or ours in its manner) in
kebab-case.
"""

from enum import IntEnum, IntFlag


class _Named(IntEnum):
    def __str__(self) -> str:
        return self.name.lower().replace("_", "-")


class State(_Named):
    """State of a BFD session (RFC 5880 4.1, Sta)."""

    ADMIN_DOWN = 0
    DOWN = 1
    INIT = 2
    UP = 3


class Diagnostic(_Named):
    """Why a session left Up, as the side that left it says (RFC 5880 4.1, Diag)."""

    NONE = 0
    CONTROL_EXPIRY = 1
    ECHO_FAILED = 2
    NEIGHBOR_DOWN = 3
    FORWARDING_RESET = 4
    PATH_DOWN = 5
    CONCATENATED_PATH_DOWN = 6
    ADMIN_DOWN = 7
    REVERSE_CONCATENATED_PATH_DOWN = 8

    @classmethod
    def _missing_(cls, value: object) -> "Diagnostic | None":
        """Values 9 to 31 are reserved: what a peer says with one of them is kept as a number, named
        reserved-N.
        """
        if not isinstance(value, int) or not 9 <= value <= 31:
            return None
        made = int.__new__(cls, value)
        made._name_ = f"RESERVED_{value}"
        made._value_ = value
        return made


class Role(_Named):
    """Who speaks first: a passive system waits for a packet of its peer (RFC 5880 6.1)."""

    ACTIVE = 0
    PASSIVE = 1


class PathType(_Named):
    """What a session watches (RFC 9314's path-type): one hop (RFC 5881), a routed path (RFC 5883), the
    way to an S-BFD reflector (RFC 7880), or a member of a LAG (RFC 7130)."""

    IP_SH = 0
    IP_MH = 1
    S_BFD = 2
    LAG = 3
    UNAFFILIATED_ECHO = 4

    def __str__(self) -> str:
        return f"path-{super().__str__()}"


class CryptoAlgorithm(_Named):
    """How a key proves who sent a packet (RFC 8177's crypto-algorithm)."""

    SIMPLE_PASSWORD = 1
    MD5 = 2
    SHA_1 = 3


class AuthType(_Named):
    """Auth Type of BFD packets (RFC 5880 4.1)."""

    NONE = 0
    SIMPLE_PASSWORD = 1
    KEYED_MD5 = 2
    METICULOUS_KEYED_MD5 = 3
    KEYED_SHA1 = 4
    METICULOUS_KEYED_SHA1 = 5


class NextHopState(_Named):
    """What forwarding may do with a next hop: UNKNOWN and LIVE forward, DEAD does not."""

    UNKNOWN = 0
    LIVE = 1
    DEAD = 2


class NextHopKind(_Named):
    """What a next hop does with packets."""

    #: A neighbour: packets go to its MAC address.
    ADJACENT = 1
    #: Several of them; each flow goes to one.
    GROUP = 2
    #: The packet's own destination is the neighbour.
    CONNECTED = 3
    #: For the host.
    LOCAL = 4
    #: Dropped without a word.
    BLACKHOLE = 5
    #: Dropped, and the sender is told: host unreachable, no route.
    UNREACHABLE = 6
    #: Dropped, and the sender is told: administratively prohibited.
    PROHIBITED = 7


class NeighbourState(_Named):
    """How well the link-layer address of a neighbour is known (ARP, RFC 826; ND, RFC 4861 7.3.2)."""

    INCOMPLETE = 0
    REACHABLE = 1
    STALE = 2
    STATIC = 3
    FAILED = 4


class EventType(_Named):
    """What an event record tells (pydp/event.h)."""

    STATE = 1
    TIMERS = 2
    REMOTE = 3
    NEIGHBOUR = 4
    REMOVED = 5
    NEXTHOP = 6
    #: No session's: see UNSOLICITED_DTYPE.
    UNSOLICITED = 7


class EventFlag(IntFlag):
    """Marks on an event record."""

    #: Made from the session table because the ring was full: the latest state; steps before it are lost.
    REREAD = 1


class Idle(_Named):
    """What a worker does when there is nothing to do: sleep until the next deadline or packet, or spin."""

    SLEEP = 0
    POLL = 1


class Direction(IntFlag):
    """Which packets of a port a capture copies."""

    RECEIVED = 1
    SENT = 2


class EalState(_Named):
    """Where DPDK's environment abstraction layer stands in this process."""

    NOT_INITIALISED = 0
    READY = 1
    CLEANED_UP = 2
    FAILED = 3
