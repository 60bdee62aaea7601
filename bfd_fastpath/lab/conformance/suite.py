# SPDX-License-Identifier: Apache-2.0
"""Plays the scenes at a target and makes one verdict of all that they show of each row."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bfd_fastpath.lab.conformance.row import Level, Need, Result, Row
from bfd_fastpath.lab.conformance.rows import ROWS
from bfd_fastpath.lab.conformance.scene import Scene, StuckError, Verdict
from bfd_fastpath.lab.conformance.scenes import SCRIPTS
from bfd_fastpath.lab.conformance.script import Script
from bfd_fastpath.lab.conformance.subject import Subject, SubjectError
from bfd_fastpath.wire import pcapng

#: Half the interval of a hello.
_LATE_NS: Final = 50_000_000
_TRIES: Final = 3
Told = Callable[[Script], None]


@dataclass(frozen=True, slots=True)
class RowReport:
    """What is said of one row. `evidence` is a sentence, with the packets' numbers in the capture it
    names.
    """

    row: Row
    result: Result
    evidence: str

    def document(self) -> dict[str, Any]:
        return {
            "row": self.row.number,
            "clause": self.row.clause,
            "level": self.row.level.value,
            "result": self.result.value,
            "evidence": self.evidence,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """One entry for each row of the checklist, in order."""

    target: str
    rows: tuple[RowReport, ...]

    @property
    def held(self) -> bool:
        """No applicable MUST failed."""
        return not any(one.result is Result.FAIL and one.row.level is Level.MUST for one in self.rows)

    def document(self) -> dict[str, Any]:
        return {"target": self.target, "rows": [one.document() for one in self.rows]}


def run(
    subject: Subject,
    *,
    wanted: Collection[int] = tuple(ROWS),
    directory: Path | None = None,
    seed: int = 1,
    told: Told = lambda script: None,
) -> Report:
    """Hold a target against the rows wanted; the others are not applicable because nobody asked.

    Captures of the scenes go into the directory, which is made. Raises SubjectError where the target cannot
    be reached, OSError where a capture cannot be written.
    """
    reasons = {row.number: _reason(row, subject, wanted) for row in ROWS.values()}
    open_rows = frozenset(number for number, reason in reasons.items() if not reason)
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
    found: dict[int, list[tuple[Script, Verdict]]] = {}
    for script in SCRIPTS:
        rows = open_rows.intersection(script.rows)
        if not rows or not subject.offers.issuperset(script.needs):
            continue
        told(script)
        for number, verdict in _in_time(script, rows, subject, directory, seed).items():
            found.setdefault(number, []).append((script, verdict))
    return Report(
        subject.name,
        tuple(
            RowReport(row, Result.NOT_APPLICABLE, reasons[row.number])
            if reasons[row.number]
            else _together(row, found.get(row.number, []), directory is not None)
            for row in ROWS.values()
        ),
    )


def _reason(row: Row, subject: Subject, wanted: Collection[int]) -> str:
    """Why a row cannot be tried at this target; "" where it can."""
    if row.unseen:
        return row.unseen
    missing: list[Need] = [need for need in row.needs if need not in subject.offers]
    if missing:
        return f"needs {missing[0].value}: {subject.remedy(missing[0])}"
    return "" if row.number in wanted else "not asked for in this run"


def _in_time(
    script: Script, rows: frozenset[int], subject: Subject, directory: Path | None, seed: int
) -> dict[int, Verdict]:
    """A scene that fails while the suite itself was late, as it may be on a busy machine, is played again."""
    for _ in range(_TRIES):
        late_ns, verdicts = _play(script, rows, subject, directory, seed)
        if late_ns < _LATE_NS or not any(one.result is Result.FAIL for one in verdicts.values()):
            break
    return verdicts


def _play(
    script: Script, rows: frozenset[int], subject: Subject, directory: Path | None, seed: int
) -> tuple[int, dict[int, Verdict]]:
    with subject.open() as stand:
        scene = Scene(stand, rows, subject.offers, seed, subject.key)
        stuck = ""
        try:
            script.play(scene)
        except StuckError as reason:
            stuck = str(reason)
        except SubjectError as reason:
            raise SubjectError(f"scene {script.name}: {reason}") from reason
        for row in rows:
            if stuck and (row not in scene.verdicts or scene.verdicts[row].result is not Result.FAIL):
                last = [len(scene.tape.frames)] if scene.tape.frames else []
                scene.verdicts[row] = Verdict(Result.FAIL, [f"the scene could not go on: {stuck}"], last)
            scene.verdicts.setdefault(row, Verdict(Result.FAIL, ["the scene showed nothing of it"]))
        if directory is not None:
            octets = [pcapng.head(script.name)]
            octets += [pcapng.packet(*frame) for frame in scene.tape.frames]
            (directory / f"{script.name}.pcapng").write_bytes(b"".join(octets))
        return 0 if scene.simulated else scene.far.late_ns, scene.verdicts


def _together(row: Row, found: list[tuple[Script, Verdict]], saved: bool) -> RowReport:
    """A row fails if it does in any scene, and applies if it does in one."""
    assert found, row
    results = [verdict.result for _, verdict in found]
    result = next((one for one in (Result.FAIL, Result.PASS) if one in results), Result.NOT_APPLICABLE)
    parts = []
    for script, verdict in found:
        if verdict.result is result:
            where = (
                f" ({_numbers(verdict.packets)} of {script.name}.pcapng)" if verdict.packets and saved else ""
            )
            parts.append(f"{verdict.evidence}{where}")
    return RowReport(row, result, "; ".join(parts))


def _numbers(packets: list[int]) -> str:
    distinct = sorted(set(packets))
    return f"packet{'s' if len(distinct) > 1 else ''} {', '.join(map(str, distinct))}"
