# SPDX-License-Identifier: Apache-2.0
"""Reference-counted BFD sessions: from what is wanted and what the engine tells to what the NHIB observes."""

from bfd_fastpath.session.dampening import Dampened, DampeningPolicy
from bfd_fastpath.session.engine import EngineRefusedError, SessionEngine
from bfd_fastpath.session.key_chains import NamedKeyChains
from bfd_fastpath.session.manager import Drained, SessionManager, SessionView
from bfd_fastpath.session.path import Attachment, find_path
from bfd_fastpath.session.record import EventRecord, EventType, Records, Stranger, strangers
from bfd_fastpath.session.spec import (
    EngineSession,
    LearnedPolicy,
    PathSignal,
    PathType,
    SessionSpec,
    Timers,
    UnsolicitedPolicy,
)
from bfd_fastpath.session.standing import StandingSessions
from bfd_fastpath.session.unsolicited import Unsolicited
from bfd_fastpath.session.urgent_first import UrgentFirst

__all__ = [
    "Attachment",
    "Dampened",
    "DampeningPolicy",
    "Drained",
    "EngineRefusedError",
    "EngineSession",
    "EventRecord",
    "EventType",
    "LearnedPolicy",
    "NamedKeyChains",
    "PathSignal",
    "PathType",
    "Records",
    "SessionEngine",
    "SessionManager",
    "SessionSpec",
    "SessionView",
    "StandingSessions",
    "Stranger",
    "Timers",
    "Unsolicited",
    "UnsolicitedPolicy",
    "UrgentFirst",
    "find_path",
    "strangers",
]
