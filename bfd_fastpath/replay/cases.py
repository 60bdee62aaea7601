# SPDX-License-Identifier: Apache-2.0
"""Captures as tests: tries each case of a folder and says which hold. Does not know how an answer is made."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
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


_EXIT_CODES = {Outcome.HOLDS: 0, Outcome.FAILS: 1, Outcome.BROKEN: 2}


class CasesError(Exception):
    """There is no case to try: one sentence."""


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
    """Every case in (or below) the directory, by name. Raises CasesError."""
    what = "a case is a folder with a capture and an expect.json"
    if not directory.is_dir():
        raise CasesError(f"{directory}: no such folder; {what}")
    results = [_try(folder, directory, answer) for folder in folders(directory)]
    if not results:
        raise CasesError(f"{directory}: no case in it; {what}")
    return results


def _try(folder: Path, directory: Path, answer: Answer) -> CaseResult:
    name = folder.name if folder == directory else str(folder.relative_to(directory))
    try:
        case = read(folder, name)
        with tempfile.TemporaryDirectory(prefix="replay-") as made:
            document = answer(case.capture(Path(made)), case)
        return CaseResult(name, tuple(mismatches(document, case.expected)))
    except (CaseError, ExpectationError) as problem:
        return CaseResult(name, problem=str(problem))


def lines(results: Iterable[CaseResult]) -> list[str]:
    """For people: one for each case, under it what does not hold; then how many there were."""
    found, counts = [], Counter[Outcome]()
    for result in results:
        counts[result.outcome] += 1
        found.append(f"{result.outcome.value:7} {result.name}")
        if result.problem is not None:
            found.append(f"        {result.problem}")
        found += [f"        {one}" for one in result.mismatches[:TOLD]]
        if len(result.mismatches) > TOLD:
            found.append(f"        and {len(result.mismatches) - TOLD} more")
    found.append(", ".join(f"{counts[one]} {one.value}" for one in Outcome if counts[one]))
    return found


def document(results: Iterable[CaseResult]) -> list[dict[str, Any]]:
    """The same for programs, with every mismatch."""
    return [
        {
            "name": one.name,
            "outcome": one.outcome.value,
            "mismatches": [asdict(mismatch) for mismatch in one.mismatches],
            "problem": one.problem,
        }
        for one in results
    ]


def exit_code(results: Sequence[CaseResult]) -> int:
    """0: all hold; 1: one does not; 2: one is broken."""
    return max(_EXIT_CODES[one.outcome] for one in results)
