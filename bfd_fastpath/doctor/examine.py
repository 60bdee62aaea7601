# SPDX-License-Identifier: Apache-2.0
"""All checks of a machine, and the score that comes of them."""

from collections import Counter
from dataclasses import dataclass
from math import floor

from bfd_fastpath.doctor import clock, configuration, hugepages, isolation, memory, nics, power, sockets, user
from bfd_fastpath.doctor.finding import Check, Finding, Seen, State
from bfd_fastpath.doctor.machine import Machine
from bfd_fastpath.doctor.wanted import Wanted

CHECKS: tuple[Check, ...] = (
    *(*configuration.CHECKS, *nics.CHECKS, *hugepages.CHECKS, *isolation.CHECKS, *power.CHECKS),
    *(*clock.CHECKS, *memory.CHECKS, *sockets.CHECKS, *user.CHECKS),
)
_WORTH = {State.OK: 1.0, State.WARN: 0.5, State.BAD: 0.0}


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found. Findings are in the order of the checks."""

    findings: tuple[Finding, ...]
    #: CPUs that were looked at as workers'.
    cpus: tuple[int, ...]

    @property
    def score(self) -> int:
        """0 to 100: the share of the weights of what is known; a check's findings share its weight. It is
        rounded down: 100 says that nothing is left to change."""
        known = [one for one in self.findings if one.seen.state is not State.UNKNOWN]
        seen = Counter(one.check for one in known)
        got = sum(one.weight * _WORTH[one.seen.state] / seen[one.check] for one in known)
        most = sum({one.check: one.weight for one in known}.values())
        return floor(100 * got / most + 1e-9) if most else 0

    def count(self, state: State) -> int:
        """Findings in that state."""
        return sum(one.seen.state is state for one in self.findings)

    def to_json(self) -> dict[str, object]:
        """What `doctor --json` prints, and the bench records."""
        return {
            "score": self.score,
            "counts": {state.value: self.count(state) for state in State},
            "cpus": list(self.cpus),
            "findings": [one.to_json() for one in self.findings],
        }


def examine(machine: Machine, wanted: Wanted, eal_fault: str | None = None) -> Answer:
    """Every check. `eal_fault` is why EAL's line cannot be had for the configuration, if it cannot."""
    found = [
        Finding(one.name, one.weight, one.why, seen) for one in CHECKS for seen in one.look(machine, wanted)
    ]
    if eal_fault is not None:
        why = (
            "EAL, DPDK's beginning, takes CPUs, memory and devices as the configuration says, or does "
            "not start."
        )
        found.insert(0, Finding("configured-eal", 8, why, Seen(State.BAD, eal_fault)))
    return Answer(tuple(found), wanted.cpus)
