# SPDX-License-Identifier: Apache-2.0
"""The whole answer to a case as one document, as the command's --json prints it: the story, being one end,
and what if. Prints nothing.
"""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bfd_fastpath.replay.case import Case, CaseError, Options
from bfd_fastpath.replay.document import document
from bfd_fastpath.replay.whatif import judge
from bfd_fastpath.replay.whatif_page import document as judged
from bfd_fastpath.replay.whatif_wanted import Wanted, WantedError, needed_permille, wanted
from pydp import PydpError, replay

if TYPE_CHECKING:
    from pydp.addresses import Address


def answer(capture: Path, case: Case) -> dict[str, Any]:
    """Raises CaseError where the capture, the configuration or an option cannot be used."""
    wish = _wish(case.options)
    try:
        story = replay.watch(capture, long_gap_permille=0 if wish is None else needed_permille(wish))
        found = document(story)
        if case.options.as_address is not None:
            found["as"] = _one_end(capture, case, story, case.options.as_address)
        if wish is not None:
            found["what-if"] = judged(judge(story, wish))
    except (PydpError, WantedError) as problem:
        raise CaseError(f"{case.folder}: {problem}") from problem
    return found


def _wish(options: Options) -> Wanted | None:
    if not options.what_if:
        return None
    try:
        return wanted(options.intervals, options.multipliers, options.sets)
    except WantedError as problem:
        raise CaseError(f"options: {problem}") from problem


def _one_end(capture: Path, case: Case, story: replay.Story, text: str) -> dict[str, Any]:
    # Only here: a case that is watched needs no engine, and no configuration.
    from bfd_fastpath.config import ConfigError, load
    from bfd_fastpath.replay import end

    if case.configuration is None:
        raise CaseError(f"{case.folder}: options.as needs a config.toml")
    try:
        address: Address = ip_address(text)
    except ValueError as problem:
        raise CaseError(f"{case.folder}: options.as: {problem}") from problem
    try:
        config = load(case.configuration)
        return end.document(end.play(capture, config, address, seed=case.options.seed, story=story))
    except (ConfigError, end.EndError) as problem:
        raise CaseError(f"{case.folder}: {problem}") from problem
