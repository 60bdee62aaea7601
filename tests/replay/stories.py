# SPDX-License-Identifier: Apache-2.0
"""Stories made by hand: what a test needs of pydp.replay's records, without a capture."""

from dataclasses import replace
from ipaddress import ip_address

from pydp.replay.happenings import Late, StateChange, Timers
from pydp.replay.outages import Code, Outage, Reaction, Silence, Verdict
from pydp.replay.records import (
    Echo,
    End,
    Fault,
    Format,
    Gaps,
    Interface,
    Kind,
    Omitted,
    Session,
    Story,
    Totals,
)
from pydp.states import Diagnostic, State

START_NS = 1_767_607_200_123_456_000
MS = 1_000_000
TIMERS = Timers(3, 50_000, 50_000)
GAPS = Gaps(100, 50 * MS, 51 * MS, 1510 * MS, 41, 300_000)
NO_GAPS = Gaps(0, 0, 0, 0, 0, 0)
A, B = ip_address("192.0.2.1"), ip_address("192.0.2.2")


def end(address, **changes):
    """An end that is Up from the first packet to the last."""
    known = End(
        address=address,
        discriminator=7,
        port=49152,
        first_packet=1,
        last_packet=200,
        first_ns=START_NS,
        last_ns=START_NS + 5000 * MS,
        packets=100,
        malformed=0,
        polls=1,
        finals=1,
        late=0,
        restarts=0,
        echoes=0,
        first_state=State.UP,
        state=State.UP,
        diagnostic=Diagnostic.NONE,
        timers=TIMERS,
        interval_us=50_000,
        detection_us=150_000,
        flags=0,
        auth_type=0,
        auth_key_id=0,
        ttl=255,
        up=GAPS,
        rest=NO_GAPS,
    )
    return replace(known, **changes)


def change(packet, t_ms, end, old, state, diagnostic=Diagnostic.NONE, *, gap_ms=50, other_gap_ms=50):
    return StateChange(
        packet=packet,
        time_ns=START_NS + t_ms * MS,
        end=end,
        gap_ns=gap_ms * MS,
        other_gap_ns=other_gap_ms * MS,
        detection_ns=150 * MS,
        state=state,
        diagnostic=diagnostic,
        timers=TIMERS,
        old=old,
    )


def late(packet, t_ms, end, gap_ms):
    return Late(
        packet=packet,
        time_ns=START_NS + t_ms * MS,
        end=end,
        gap_ns=gap_ms * MS,
        other_gap_ns=None,
        detection_ns=150 * MS,
        state=State.UP,
        diagnostic=Diagnostic.NONE,
        timers=TIMERS,
    )


def session(index=1, *, ends=None, **changes):
    known = Session(
        index=index,
        kind=Kind.SINGLE_HOP,
        family=4,
        interface="lan0",
        interface_index=0,
        link_index=0,
        vlan=0,
        ends=(end(A), end(B)) if ends is None else ends,
        happenings=(),
        state_changes=(),
        timer_changes=(),
        late=(),
        long_gaps=(),
        restarts=(),
        unreachables=(),
    )
    return replace(known, **changes)


def reaction(left=None, silence=None):
    return Reaction(left, 150 * MS, silence, None, None, None, None)


def stalled(index=1):
    """B was silent for 1.5 s; A went down after its detection time, and both were Up again at 3.2 s."""
    down = change(40, 1650, 0, State.UP, State.DOWN, Diagnostic.CONTROL_EXPIRY, other_gap_ms=150)
    told = change(42, 3010, 1, State.UP, State.DOWN, Diagnostic.NEIGHBOR_DOWN)
    changes = (
        down,
        told,
        change(44, 3060, 0, State.DOWN, State.INIT, Diagnostic.CONTROL_EXPIRY),
        change(46, 3110, 1, State.DOWN, State.UP),
        change(48, 3200, 0, State.INIT, State.UP),
    )
    silence = Silence(START_NS + 1500 * MS, START_NS + 3000 * MS, 41, State.UP, Diagnostic.NONE)
    outage = Outage(
        packet=40,
        time_ns=down.time_ns,
        noticed_first=0,
        last_heard_ns=START_NS + 1500 * MS,
        reactions=(reaction(left=down), reaction(left=told, silence=silence)),
        up_again_ns=START_NS + 3200 * MS,
        down_for_ns=1550 * MS,
        seen_until_ns=START_NS + 3200 * MS,
        verdict=Verdict(
            Code.FAR_END_STALLED,
            "192.0.2.2 did not run for 1.50 s and then went on.",
            ("192.0.2.1 said down in packet 40.", "Packet 41 of 192.0.2.2 still said up."),
        ),
    )
    return session(
        index,
        ends=(end(A), end(B, late=1)),
        state_changes=changes,
        late=(late(41, 3000, 1, 1500),),
        outages=(outage,),
    )


def totals(**counts):
    names = dict.fromkeys(Totals.__dataclass_fields__, 0) | {
        "packets": 200,
        "first_ns": START_NS,
        "last_ns": START_NS + 5000 * MS,
        "single_hop": 200,
        "format": Format.PCAPNG,
        "link_type": 1,
        "nanosecond": True,
    }
    return Totals(**(names | counts))


def story(*sessions, **changes):
    known = Story(
        path="captures/outage.pcapng",
        compressed=False,
        packets=200,
        start_ns=START_NS,
        end_ns=START_NS + 5000 * MS,
        totals=totals(),
        interfaces=(Interface("lan0", 1, 262144, 200, 0),),
        fault=None,
        faults=(),
        sessions=sessions,
        echoes=(),
        omitted=Omitted(),
    )
    return replace(known, **changes)


def fault(packet, reason="detect-mult"):
    return Fault(packet, START_NS + packet * MS, reason, "Detect Mult is zero.", A, B)


def echo(session=1):
    return Echo(A, B, "lan0", 0, 10, 5, START_NS, START_NS + 100 * MS, 5, 5, GAPS, session)
