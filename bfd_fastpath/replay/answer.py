# SPDX-License-Identifier: Apache-2.0
"""Everything that one replay of a capture was asked for: its story, what if, being one end; and that for a
case. Prints nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from bfd_fastpath.config import Config, ConfigError, load
from bfd_fastpath.replay import document, whatif, whatif_page
from bfd_fastpath.replay.case import Case, CaseError
from bfd_fastpath.replay.end_report import Address, EndError, EndReport
from bfd_fastpath.replay.whatif_wanted import Wanted, WantedError, needed_permille, wanted
from pydp import PydpError, replay

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Part:
    """Be this end, with this configuration."""

    address: Address
    config: Config
    seed: int = 1
    out: Path | None = None
    bgp_out: Path | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it."""

    story: replay.Story
    what_if: whatif.WhatIf | None = None
    report: EndReport | None = None
    #: Why the part could not be played, though the capture could be told.
    unplayed: str | None = None

    def document(self) -> dict[str, Any]:
        """The object that --json prints."""
        told = document.document(self.story)
        if self.report is not None:
            from bfd_fastpath.replay import end

            told["as"] = end.document(self.report)
        if self.what_if is not None:
            told["what-if"] = whatif_page.document(self.what_if)
        return told

    def lines(self) -> list[str]:
        """What the page says below the story."""
        found: list[str] = []
        if self.report is not None:
            from bfd_fastpath.replay import end

            found += ["", *end.lines(self.report)]
        if self.what_if is not None:
            found += ["", *whatif_page.lines(self.what_if)]
        return found


def ask(
    capture: str | Path,
    *,
    wish: Wanted | None = None,
    part: Part | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Read the capture, and answer. `progress(done, total)` is called now and then.

    Raises ReplayError: nothing could be read; WantedError: the capture has no such session; EndError with
    exit code 2: there is no such part. A part that could not be played for another reason is `unplayed`.
    """
    permille = 0 if wish is None else needed_permille(wish)
    story = replay.watch(capture, progress=progress, long_gap_permille=permille)
    judged = None if wish is None else whatif.judge(story, wish)
    if part is None:
        return Answer(story, judged)
    # It loads DPDK, which telling a story does not need.
    from bfd_fastpath.replay import end

    try:
        report = end.play(
            capture,
            part.config,
            part.address,
            seed=part.seed,
            out=part.out,
            bgp_out=part.bgp_out,
            progress=progress,
            story=story,
        )
    except EndError as error:
        if error.exit_code != 1:
            raise
        return Answer(story, judged, unplayed=str(error))
    return Answer(story, judged, report)


def answer(capture: Path, case: Case) -> dict[str, Any]:
    """The document that --json would print with the options of a case. Raises CaseError."""
    options = case.options
    try:
        wish = wanted(options.intervals, options.multipliers, options.sets) if options.what_if else None
        found = ask(capture, wish=wish, part=_part(case))
    except (PydpError, WantedError, EndError) as error:
        raise CaseError(f"{case.folder}: {error}") from error
    if found.unplayed is not None:
        raise CaseError(f"{case.folder}: {found.unplayed}")
    return found.document()


def _part(case: Case) -> Part | None:
    if case.options.as_address is None:
        return None
    if case.configuration is None:
        raise CaseError(f"{case.folder}: options.as needs a config.toml")
    try:
        return Part(ip_address(case.options.as_address), load(case.configuration), case.options.seed)
    except ValueError:
        raise CaseError(f"{case.folder}: {case.options.as_address!r} is not an IP address") from None
    except ConfigError as error:
        raise CaseError("; ".join(map(str, error.faults))) from error
