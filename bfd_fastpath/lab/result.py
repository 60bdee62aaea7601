# SPDX-License-Identifier: Apache-2.0
"""What came of one run of the demo: steps, times, bounds, and the exit code that follows from them."""

from dataclasses import asdict, dataclass
from typing import Any

from bfd_fastpath.lab.bounds import Bounds, Measured, missed
from bfd_fastpath.lab.story import Step, misplaced

OK = 0
WRONG = 1
BOUND_MISSED = 3


@dataclass(frozen=True, slots=True)
class Result:
    """`faults` are sentences about what went wrong beyond order and number of the steps."""

    steps: tuple[Step, ...]
    faults: tuple[str, ...]
    measured: Measured
    limits: Bounds
    detection_time_us: int
    poll_gap_us: int

    def wrong(self) -> list[str]:
        """Everything that makes the story wrong, one sentence each."""
        return [*self.faults, *misplaced(list(self.steps))]

    def missed(self) -> list[str]:
        return missed(self.measured, self.limits)

    def exit_code(self) -> int:
        """1 for a wrong, missing or misplaced step, 3 for a missed bound only."""
        if self.wrong():
            return WRONG
        return BOUND_MISSED if self.missed() else OK

    def as_json(self) -> dict[str, Any]:
        """One object; times in microseconds."""
        return {
            "ok": self.exit_code() == OK,
            "steps": [{"step": step.name, "t-us": step.t_us} for step in self.steps],
            "measured": _kebab(asdict(self.measured)),
            "bounds": _kebab(asdict(self.limits)),
            "detection-time-us": self.detection_time_us,
            "poll-gap-us": self.poll_gap_us,
            "wrong": self.wrong(),
            "missed": self.missed(),
        }


def _kebab(values: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("_", "-"): value for name, value in values.items()}
