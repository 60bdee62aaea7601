# SPDX-License-Identifier: Apache-2.0
"""What the table shows of each bench, and the goal beside it: operations a second wished for on the
reference machine (two virtual cores of an AMD EPYC at 2.6 GHz). Only a ratio to a limit or peer of the same
run can be compared between machines.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    #: Name of the test, without `test_`.
    bench: str
    operation: str
    #: The suite of `bfd-fastpath bench` that has it.
    suite: str
    #: Operations a second; None where none is set.
    goal: float | None = None
    #: Times the peer's operations a second in the same run; None where none is set.
    ratio: float | None = None


ROWS = (
    Row("receive[1000]", "BFD hello checked, 1,000 sessions", "bfd-scale"),
    Row("receive[100000]", "BFD hello checked, 100,000 sessions", "bfd-scale", 60e6),
    Row("receive[1000000]", "BFD hello checked, 1,000,000 sessions", "bfd-scale", 25e6),
    Row("walk", "frame of a capture read down to its BFD hello, checked", "replay"),
    Row("transmit[1000]", "BFD hello timed and built, 1,000 sessions", "bfd-scale"),
    Row("transmit[100000]", "BFD hello timed and built, 100,000 sessions", "bfd-scale", 20e6),
    Row("transmit[1000000]", "BFD hello timed and built, 1,000,000 sessions", "bfd-scale"),
    Row("send[1000]", "BFD hello sent by an engine, 1,000 sessions", "bfd-scale"),
    Row("send[100000]", "BFD hello sent by an engine, 100,000 sessions", "bfd-scale"),
    Row("wheel[1000]", "timer fired and armed again, of 1,000", "bfd-scale"),
    Row("wheel[100000]", "timer fired and armed again, of 100,000", "bfd-scale", 50e6),
    Row("wheel[1000000]", "timer fired and armed again, of 1,000,000", "bfd-scale"),
    Row("replay[tshark]", "packet of a capture watched, 1,000 sessions", "replay", ratio=100),
    Row("replay[scapy]", "packet of a capture watched, 1,000 sessions, beside scapy", "replay"),
    Row("replay_mixed", "packet of a capture taken, 100,000 sessions", "replay", ratio=100),
    Row("replay_sessions", "session of a capture made into records and judged", "replay"),
    Row("event_drain", "event record drained into numpy", "python"),
    Row("update_decode", "IPv4 prefix decoded, UPDATEs of 200", "control", 333e3),
    Row("bgpls_encode", "link transition encoded as one UPDATE", "control"),
)
