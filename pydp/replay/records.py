# SPDX-License-Identifier: Apache-2.0
"""The story of a capture as frozen records: what was in the file, its sessions and their ends, faults. Made
by watch.py; they read nothing and judge nothing.
"""

from dataclasses import dataclass
from enum import IntEnum

from pydp.addresses import Address
from pydp.replay.happenings import (
    Happening,
    Late,
    LongGap,
    Restart,
    StateChange,
    TimerChange,
    Timers,
    Unreachable,
)
from pydp.replay.outages import Outage, Verdict
from pydp.states import Diagnostic, State


class Kind(IntEnum):
    """What a BFD packet is, by its ports (enum pydp_replay_kind)."""

    OTHER = 0
    #: UDP 3784, RFC 5881.
    SINGLE_HOP = 1
    #: UDP 4784, RFC 5883.
    MULTIHOP = 2
    #: UDP 6784, RFC 7130.
    MICRO = 3
    #: To UDP 7784, RFC 7881; also the kind of an S-BFD session.
    SBFD_REQUEST = 4
    #: From UDP 7784.
    SBFD_REPLY = 5
    #: UDP 3785, RFC 5881 section 4.
    ECHO = 6

    def __str__(self) -> str:
        return self.name.lower().replace("_", "-")

    @property
    def path_type(self) -> str:
        """RFC 9314's identity: "path-ip-sh", "path-ip-mh", "path-lag"; ours for S-BFD: "path-s-bfd"."""
        return _PATH_TYPES.get(self, "path-ip-sh")

    @property
    def port(self) -> int:
        """UDP port that is the destination of its packets (of replies the source)."""
        return _PORTS.get(self, 0)


_PATH_TYPES = {
    Kind.MULTIHOP: "path-ip-mh",
    Kind.MICRO: "path-lag",
    Kind.SBFD_REQUEST: "path-s-bfd",
    Kind.SBFD_REPLY: "path-s-bfd",
}
_PORTS = {
    Kind.SINGLE_HOP: 3784,
    Kind.MULTIHOP: 4784,
    Kind.MICRO: 6784,
    Kind.SBFD_REQUEST: 7784,
    Kind.SBFD_REPLY: 7784,
    Kind.ECHO: 3785,
}


class Format(IntEnum):
    """How the capture file is framed (enum pydp_replay_format)."""

    UNKNOWN = 0
    PCAP = 1
    PCAPNG = 2

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class FileFault:
    """Why a file could not be read to its end; all before it stands."""

    #: Octets from the file's start: of the unpacked file, or of the file as stored where `stored`.
    offset: int
    #: Number of the last packet before it.
    packet: int
    #: Kebab-case: "gzip-truncated", or the framing's reason.
    reason: str
    #: One sentence without the offset.
    text: str
    #: Whether `offset` counts the compressed octets.
    stored: bool = False

    def __str__(self) -> str:
        where = "compressed " if self.stored else ""
        text = self.text.rstrip(".")
        return f"{text} ({where}file offset {self.offset}, after packet {self.packet})"


@dataclass(frozen=True, slots=True)
class Fault:
    """A malformed BFD packet: one that a receiver would drop."""

    packet: int
    time_ns: int
    #: Kebab-case name of the check that refused it, and its line for people.
    reason: str
    text: str
    source: Address
    destination: Address


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface of the capture."""

    #: "" where the file does not say.
    name: str
    #: LINKTYPE_ number.
    link_type: int
    #: 0: none.
    snap_length: int
    packets: int
    #: That the capturing machine says it lost.
    dropped: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What was in the file. Each packet is counted once: in a kind of BFD or in a kind of everything else."""

    #: Octets of the unpacked file.
    consumed: int
    packets: int
    first_ns: int
    last_ns: int
    #: Time stamps that ran backwards; each was taken as the one before it.
    backwards: int
    without_time: int
    single_hop: int
    multihop: int
    micro: int
    sbfd: int
    echo: int
    malformed: int
    snapped: int
    unfollowed: int
    #: Of `echo`: of streams beyond 1,024.
    echo_unfollowed: int
    arp: int
    icmp: int
    icmp6: int
    tcp: int
    udp: int
    other_ip: int
    fragments: int
    malformed_ip: int
    other_ethertype: int
    unknown_link: int
    #: Gaps that are in no p50 and p99: there were more different ones than memory is given to.
    unmeasured: int
    dropped: int
    format: Format
    #: LINKTYPE_ number of the first interface.
    link_type: int
    #: Whether its stamps are finer than a microsecond.
    nanosecond: bool
    #: Of the first interface; 0: none.
    snap_length: int


@dataclass(frozen=True, slots=True)
class Gaps:
    """Times between packets that followed each other with the same state; nanoseconds. Quantiles are right
    within 1 %.
    """

    count: int
    p50_ns: int
    p99_ns: int
    max_ns: int
    #: The packet that ended the longest.
    max_packet: int
    #: Mean difference between one gap and the next.
    jitter_ns: int


#: RFC 5880 4.1, Auth Type, as the identities of RFC 8177 and ietf-bfd call them.
_AUTHENTICATION = {
    0: "none",
    1: "simple-password",
    2: "keyed-md5",
    3: "meticulous-keyed-md5",
    4: "keyed-sha1",
    5: "meticulous-keyed-sha1",
}


@dataclass(frozen=True, slots=True)
class End:
    """One speaker of a session, as its packets show it."""

    address: Address
    #: Of its last packet.
    discriminator: int
    #: UDP source port.
    port: int
    first_packet: int
    last_packet: int
    first_ns: int
    last_ns: int
    #: Accepted ones.
    packets: int
    malformed: int
    polls: int
    finals: int
    #: Gaps beyond the other end's detection time while Up.
    late: int
    #: Uses of another discriminator than before.
    restarts: int
    echoes: int
    first_state: State
    state: State
    diagnostic: Diagnostic
    #: Of its last packet.
    timers: Timers
    #: Negotiated interval of this end's hellos; 0: not known.
    interval_us: int
    #: How long it waits for the other's hellos; 0: not known.
    detection_us: int
    #: P 0x20, F 0x10, C 0x08, A 0x04, D 0x02, M 0x01 of its last packet.
    flags: int
    #: RFC 5880 4.1; 0: none.
    auth_type: int
    auth_key_id: int
    ttl: int
    #: While Up, and while not.
    up: Gaps
    rest: Gaps

    @property
    def authentication(self) -> str:
        """How its last packet is signed, in ietf-bfd's words; "none" if it is not."""
        return _AUTHENTICATION.get(self.auth_type, f"type-{self.auth_type}")

    @property
    def demand(self) -> bool:
        """Whether it asks for Demand mode (RFC 5880 6.6)."""
        return bool(self.flags & 0x02)


@dataclass(frozen=True, slots=True)
class Session:
    """One BFD session; `ends[0]` spoke first (of S-BFD: the initiator). A one-way capture has one end."""

    #: From 1, in the order of first packets.
    index: int
    kind: Kind
    family: int
    #: Name, or number as text where the file has no names.
    interface: str
    interface_index: int
    #: Of the capturing machine, where the link type tells (SLL2); else 0.
    link_index: int
    #: Innermost tag; 0: untagged.
    vlan: int
    ends: tuple[End, ...]
    #: All of the below and first packets, in order.
    happenings: tuple[Happening, ...]
    state_changes: tuple[StateChange, ...]
    timer_changes: tuple[TimerChange, ...]
    late: tuple[Late, ...]
    long_gaps: tuple[LongGap, ...]
    restarts: tuple[Restart, ...]
    unreachables: tuple[Unreachable, ...]
    outages: tuple[Outage, ...] = ()
    #: Of a one-way capture: the address that the one end writes to.
    absent: Address | None = None

    @property
    def path_type(self) -> str:
        """RFC 9314's identity."""
        return self.kind.path_type

    @property
    def verdict(self) -> Verdict | None:
        """What the evidence says of the last outage; None where there was none."""
        return self.outages[-1].verdict if self.outages else None


@dataclass(frozen=True, slots=True)
class Echo:
    """Echo packets from one address to another (RFC 5881 section 4)."""

    source: Address
    destination: Address
    interface: str
    vlan: int
    packets: int
    first_packet: int
    first_ns: int
    last_ns: int
    #: As sent, and on the way back.
    ttl_255: int
    ttl_lower: int
    #: Of those with TTL 255.
    gaps: Gaps
    #: Index of the session that this belongs to by its address; None: none.
    session: int | None


@dataclass(frozen=True, slots=True)
class Omitted:
    """How many records were left out of the lists because there are too many; counts elsewhere are exact."""

    faults: int = 0
    state_changes: int = 0
    #: Late hellos and long gaps.
    late: int = 0
    #: Timer changes, restarts, ICMP messages and the rest.
    other: int = 0
    outages: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to BFD in a capture."""

    #: As it was given.
    path: str
    compressed: bool
    packets: int
    #: Of the first and the last packet.
    start_ns: int
    end_ns: int
    totals: Totals
    interfaces: tuple[Interface, ...]
    #: Why the file was not read to its end.
    fault: FileFault | None
    faults: tuple[Fault, ...]
    sessions: tuple[Session, ...]
    echoes: tuple[Echo, ...]
    omitted: Omitted
