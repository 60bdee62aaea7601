# SPDX-License-Identifier: Apache-2.0
"""One run: suites one after the other, the noise of the machine between them, all of it as one document."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.document import Broken, Document, Noise, Row, Skipped, Verdict
from bfd_fastpath.bench.machine import facts
from bfd_fastpath.bench.noise import Listener, whole
from bfd_fastpath.bench.prediction import predict
from bfd_fastpath.bench.product import product
from bfd_fastpath.bench.suites import rows_of
from bfd_fastpath.doctor.examine import examine
from bfd_fastpath.doctor.machine import Machine
from bfd_fastpath.doctor.wanted import wanted_for

#: Told each row and each thing that was skipped, as they come: the suite's name and what it gave.
Told = Callable[[str, Row | Skipped], None]


@dataclass(slots=True)
class Run:
    """Suites, as far as they came: what was measured survives an interruption."""

    asked: Asked
    command: str
    told: Told
    interrupted: bool = False
    #: A suite ended by an error that it did not expect, or something of ours broke.
    failed: bool = False
    _rows: dict[str, list[Row]] = field(default_factory=dict)
    _skipped: list[Skipped] = field(default_factory=list)
    _noises: dict[str, Noise] = field(default_factory=dict)

    def measure(self, names: Sequence[str]) -> Document:
        """The document of these suites; a suite that fails is one that was skipped, with the reason."""
        began, listener = time.monotonic(), Listener(self.asked.cpu)
        started = datetime.now(UTC).isoformat(timespec="seconds")
        first = mark = listener.listen()
        try:
            for name in names:
                self._suite(name, listener)
                before, mark = mark, listener.listen()
                self._noises[name] = listener.since(before)
        except KeyboardInterrupt:
            self.interrupted = True
            self._skip(Skipped(name, "this suite and those after it", "interrupted", ""))
            self._noises[name] = listener.since(mark)
        noise = whole(listener.since(first).steal_percent, self._noises, listener.samples)
        machine = self._machine()
        return Document(
            product=product(),
            started=started,
            seconds=round(time.monotonic() - began, 1),
            command=self.command,
            machine=machine,
            noise=noise,
            suites={
                name: tuple(quietly(predicted(name, row, machine), self._noises[name]) for row in rows)
                for name, rows in self._rows.items()
            },
            skipped=tuple(self._skipped),
        )

    def _suite(self, name: str, listener: Listener) -> None:
        rows = self._rows.setdefault(name, [])
        try:
            for found in rows_of(name, self.asked):
                if isinstance(found, Skipped):
                    self._skip(found)
                else:
                    rows.append(found)
                    self.told(name, found)
                listener.glance()
        except Exception as error:
            # Whatever it was, the other suites are measured and this one's failure is told.
            self._skip(Broken(name, "what is left of the suite", f"{type(error).__name__}: {error}", ""))

    def _skip(self, skipped: Skipped) -> None:
        self.failed |= isinstance(skipped, Broken)
        self._skipped.append(skipped)
        self.told(skipped.suite, skipped)

    def _machine(self) -> dict[str, Any]:
        asked = self.asked
        found = {**facts(cpus=(asked.cpu, asked.other_cpu)), "doctor": doctor(asked)}
        found["pinned"] = {"measured": asked.cpu, "other": asked.other_cpu}
        return found if asked.far_machine is None else {**found, "far-end": dict(asked.far_machine)}


def doctor(asked: Asked) -> Any:
    """What `bfd-fastpath doctor` says of the machine for a worker on the core that is measured, and for the
    ports that were given.
    """
    return examine(Machine(), wanted_for((asked.cpu,), asked.ports)).to_json()


def predicted(suite: str, row: Row, machine: Mapping[str, Any]) -> Row:
    """The row with what docs/scaling.md expects of it on this machine."""
    return replace(row, prediction=predict(suite, row, machine))


def quietly(row: Row, noise: Noise) -> Row:
    """What was not interleaved with a peer or a limit is not judged by a noisy machine; but noise makes
    nothing better: a goal that is met is met.
    """
    if (
        noise.verdict == "quiet"
        or row.goal is None
        or row.goal.of is not None
        or row.verdict is not Verdict.OK
        or row.met
    ):
        return row
    detail = {**row.detail, "doubt": "the machine was noisy: " + "; ".join(noise.reasons)}
    return replace(row, verdict=Verdict.NO_VERDICT, met=None, detail=detail)
