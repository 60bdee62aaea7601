# SPDX-License-Identifier: Apache-2.0
"""What happened to BFD in a capture file, as objects and numpy columns. Needs no EAL, sends nothing.

import pydp.replay as replay
for session in replay.watch("capture.pcapng").sessions:
    print(session.index, *(end.address for end in session.ends), session.verdict)
"""

from pydp.replay.columns import PACKET_DTYPE
from pydp.replay.errors import ReplayError
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
    "PACKET_DTYPE",
    "Code",
    "DiagnosticChange",
    "Echo",
    "End",
    "Fault",
    "FileFault",
    "First",
    "Format",
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
