# SPDX-License-Identifier: Apache-2.0
"""hypothesis looks for a script that some way of playing it does not survive, makes it as short as it can in bounded time, and
keeps it as a case."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.cffi_module import REPOSITORY
from tests.soak.findings import keep, story
from tests.soak.run import Verdict
from tests.soak.scenario import Scenario, write

FINDINGS = REPOSITORY / "build" / "soak"
#: Plays a script; record: with the frames.
Play = Callable[[Scenario, bool], Verdict]


class FoundError(AssertionError):
    """A script that shows a fault."""


class _EnoughError(BaseException):
    """The time to make a script shorter is over. No Exception: hypothesis would take it for another failure."""


class Hunt:
    """Plays scripts, and sums up what was played. For so many seconds of CPU time a script that fails is made shorter."""

    def __init__(
        self, play: Play, name: str, *, folder: Path = FINDINGS, shrink_seconds: float = 60.0
    ) -> None:
        self.shrink_seconds = shrink_seconds
        self.play = play
        self.name = name
        self.folder = folder
        self.scripts = 0
        self.turns = 0
        self.true_ns = 0
        self.counts: Counter[str] = Counter()
        self._failing: set[str] = set()
        self._last: Scenario | None = None
        self._until: float | None = None

    def __str__(self) -> str:
        days = self.true_ns / 86_400e9
        counted = ", ".join(
            f"{value} {name.replace('_', ' ')}" for name, value in sorted(self.counts.items())
        )
        return (
            f"{self.name}: {self.scripts} scripts, {days:.1f} simulated days, {self.turns} turns; {counted}"
        )

    def try_one(self, scenario: Scenario) -> None:
        # Raised at one place: hypothesis tells failures apart by theirs.
        if self._fails(scenario):
            self._last = scenario
            raise FoundError("a script fails")

    def _fails(self, scenario: Scenario) -> bool:
        text = write(scenario)
        if text in self._failing:
            return True
        if self._until is not None and time.process_time() > self._until:
            raise _EnoughError
        verdict = self.play(scenario, False)
        self.scripts += 1
        self.turns += verdict.turns
        self.true_ns += verdict.true_ns
        self.counts.update(verdict.counts)
        if verdict.right:
            return False
        if self._until is None:
            self._until = time.process_time() + self.shrink_seconds
        self._failing.add(text)
        return True

    def run(self, scenarios: st.SearchStrategy[Scenario], *, examples: int, number: int) -> None:
        """Raises FoundError with the story where a script fails; the case is in the folder that it names."""

        @seed(number)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(scenarios)
        def hunted(scenario: Scenario) -> None:
            self.try_one(scenario)

        try:
            hunted()
        except (FoundError, _EnoughError):
            assert self._last is not None
            scenario = self._last
            verdict = self.play(scenario, True)
            folder = keep(scenario, verdict, self.folder / f"{self.name}_{verdict.digest:016x}")
            raise FoundError(f"{story(scenario, verdict)}\nkept as a case in {folder}") from None
