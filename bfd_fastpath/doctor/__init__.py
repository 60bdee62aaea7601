# SPDX-License-Identifier: Apache-2.0
"""How well a machine is set up for packets that are polled for: what is so, why it matters, the command that
changes it. It reads /proc, /sys and /boot below a root, and changes nothing."""

from bfd_fastpath.doctor.examine import CHECKS, Answer, examine
from bfd_fastpath.doctor.finding import Check, Finding, Seen, State
from bfd_fastpath.doctor.machine import Machine
from bfd_fastpath.doctor.wanted import PortKind, Wanted, WantedPort, wanted_by

__all__ = [
    "CHECKS",
    "Answer",
    "Check",
    "Finding",
    "Machine",
    "PortKind",
    "Seen",
    "State",
    "Wanted",
    "WantedPort",
    "examine",
    "wanted_by",
]
