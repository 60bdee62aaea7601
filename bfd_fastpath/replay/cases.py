# SPDX-License-Identifier: Apache-2.0
"""Captures as tests: tries each case of a folder and says which hold. Does not know how an answer is made."""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from bfd_fastpath.replay.case import Case, CaseError, folders, read
from bfd_fastpath.replay.contains import ExpectationError, Mismatch, mismatches

#: The document that `replay --json` would print for this capture with the case's options. Raises CaseError.
Answer = Callable[[Path, Case], Any]
#: So many mismatches of a case are printed.
TOLD = 10


class Outcome(Enum):
    HOLDS = "holds"
    FAILS = "fails"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """problem: why a broken case could not be tried, one sentence."""

    name: str
    mismatches: tuple[Mismatch, ...] = ()
    problem: str | None = None

    @property
    def outcome(self) -> Outcome:
        if self.problem is not None:
            return Outcome.BROKEN
        return Outcome.FAILS if self.mismatches else Outcome.HOLDS


def check(directory: Path, answer: Answer) -> list[CaseResult]:
    """Every case in (or below) the directory, by name; [] where there is none."""
    return [_try(folder, directory, answer) for folder in folders(directory)]


def _try(folder: Path, directory: Path, answer: Answer) -> CaseResult:
    name = folder.name if folder == directory else str(folder.relative_to(directory))
    try:
        case = read(folder, name)
        with tempfile.TemporaryDirectory(prefix="replay-") as made:
            document = answer(case.capture(Path(made)), case)
        return CaseResult(name, tuple(mismatches(document, case.expected)))
    except (CaseError, ExpectationError) as problem:
        return CaseResult(name, problem=str(problem))


def report(results: Iterable[CaseResult]) -> list[str]:
    """Lines for people: one for each case, under it what does not hold."""
    lines = []
    for result in results:
        lines.append(f"{result.outcome.value:7} {result.name}")
        if result.problem is not None:
            lines.append(f"        {result.problem}")
        lines += [f"        {one}" for one in result.mismatches[:TOLD]]
        if len(result.mismatches) > TOLD:
            lines.append(f"        and {len(result.mismatches) - TOLD} more")
    return lines


def run(directory: Path, out: Callable[[str], None], answer: Answer) -> int:
    """Checks and prints. Exit code: 0 all hold, 1 one does not, 2 one is broken or there is none."""
    if not directory.is_dir():
        out(f"{directory}: no such folder; a case is a folder with a capture and an expect.json")
        return 2
    results = check(directory, answer)
    if not results:
        out(f"{directory}: no case in it; a case is a folder with a capture and an expect.json")
        return 2
    for line in report(results):
        out(line)
    counts = {outcome: sum(one.outcome is outcome for one in results) for outcome in Outcome}
    out(", ".join(f"{number} {outcome.value}" for outcome, number in counts.items() if number))
    return 2 if counts[Outcome.BROKEN] else 1 if counts[Outcome.FAILS] else 0
