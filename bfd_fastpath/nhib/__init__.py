# SPDX-License-Identifier: Apache-2.0
"""The next hop information base. Knows nothing of BGP, the engine, or configuration."""

from bfd_fastpath.nhib.base import Nhib, NhibPolicy, by_state
from bfd_fastpath.nhib.entry import Address, Change, Entry
from bfd_fastpath.nhib.explain import explain
from bfd_fastpath.nhib.observation import BfdState, Diagnostic, Neighbour, Observation, Slot, diagnostic_name
from bfd_fastpath.nhib.state import NO_SESSION_REASONS, Reachability, Reason

__all__ = [
    "NO_SESSION_REASONS",
    "Address",
    "BfdState",
    "Change",
    "Diagnostic",
    "Entry",
    "Neighbour",
    "Nhib",
    "NhibPolicy",
    "Observation",
    "Reachability",
    "Reason",
    "Slot",
    "by_state",
    "diagnostic_name",
    "explain",
]
