# SPDX-License-Identifier: Apache-2.0
"""What happened to BFD in a capture file, as objects and numpy columns. Needs no EAL, sends nothing.

For a notebook:

    import pydp.replay as replay
    for session in replay.watch("capture.pcapng").sessions:
        ends = [str(end.address) for end in session.ends]
        hellos = replay.hellos("capture.pcapng", session=session.index)
        for end, address in enumerate(ends):
            mine = hellos[hellos["end"] == end]
            seconds, gaps_ms = mine["time_ns"] / 1e9, mine["gap_ns"] / 1e6  # x and y of a plot
            print(address, "from", seconds[0], "to", seconds[-1], "longest gap", max(gaps_ms), "ms")
        print(*(f"{ends[it.end]} {it.old} -> {it.state}, {it.diagnostic}" for it in session.state_changes))
        print(*(f"{one.verdict.code}: {one.verdict.sentence}" for one in session.outages))
"""

from pydp.replay.columns import FRAME_DTYPE, PACKET_DTYPE
from pydp.replay.errors import ReplayError
from pydp.replay.frames import FrameChunk, Frames
from pydp.replay.happenings import (
    DiagnosticChange,
    First,
    Happening,
    Late,
    LongGap,
    Restart,
    StateChange,
    TimerChange,
    Timers,
    Unreachable,
)
from pydp.replay.outages import Code, Outage, Reaction, Silence, Verdict
from pydp.replay.packets import PacketChunk, hellos, packets
from pydp.replay.records import (
    Echo,
    End,
    Fault,
    FileFault,
    Format,
    Gaps,
    Interface,
    Kind,
    Omitted,
    Session,
    Story,
    Totals,
)
from pydp.replay.watch import watch

__all__ = [
    "FRAME_DTYPE",
    "PACKET_DTYPE",
    "Code",
    "DiagnosticChange",
    "Echo",
    "End",
    "Fault",
    "FileFault",
    "First",
    "Format",
    "FrameChunk",
    "Frames",
    "Gaps",
    "Happening",
    "Interface",
    "Kind",
    "Late",
    "LongGap",
    "Omitted",
    "Outage",
    "PacketChunk",
    "Reaction",
    "ReplayError",
    "Restart",
    "Session",
    "Silence",
    "StateChange",
    "Story",
    "TimerChange",
    "Timers",
    "Totals",
    "Unreachable",
    "Verdict",
    "hellos",
    "packets",
    "watch",
]
