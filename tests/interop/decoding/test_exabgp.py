# SPDX-License-Identifier: Apache-2.0
"""Our decoder beside ExaBGP's, the same UPDATEs through both: sound ones give the same, and each difference in what a fault
costs has a reason, which docs/malformed.md tells."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bfd_fastpath.wire.malformed import Malformed, Outcome
from tests.interop.decoding.generated import mutated, valid
from tests.interop.decoding.told import Told, exabgp, ours

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "malformed.md").read_text("utf-8")
_KINDS = {kind.counter: kind for kind in Malformed}
#: Where ExaBGP does otherwise, by the counter that ours has for it; the page says what it does.
TOLERATED = (
    "unknown-well-known",
    "mp-overrun",
    "hidden-nlri",
    "attribute-missing",
    "origin-value",
    "next-hop-address",
    "attribute-flags",
    "bgp-ls-order",
    "mp-short",
    "link-state",
)
_BY_ONE = (Outcome.FAMILY_DISABLE, Outcome.NLRI_DISCARD)


def _reset(told: Told) -> bool:
    return told.end.startswith("3/")


def why(mine: Told, theirs: Told) -> str:
    """The reason of a difference, empty where there is none, "?" for one that nobody has looked at."""
    if _reset(mine) and _reset(theirs):
        return "" if mine.end == theirs.end else "subcode"
    costs = {_KINDS[fault].outcome for fault in mine.faults}
    if _reset(theirs) and costs & set(_BY_ONE):
        return "family"
    if mine == Told(theirs.announced, theirs.withdrawn, theirs.attributes, mine.faults, theirs.end):
        return ""
    if not mine.faults and {one[::2] for one in mine.announced} == theirs.withdrawn:
        return "partial"
    return next((fault for fault in TOLERATED if fault in mine.faults and not theirs.end), "?")


def test_sound_updates_say_the_same() -> None:
    bodies = list(valid(1, 1000))
    for body, theirs in zip(bodies, exabgp(bodies), strict=True):
        assert ours(body) == theirs, body.hex()


def test_each_difference_in_damaged_updates_has_a_reason() -> None:
    bodies = list(mutated(10, 6000))
    reasons: Counter[str] = Counter()
    for body, theirs in zip(bodies, exabgp(bodies), strict=True):
        mine = ours(body)
        reason = why(mine, theirs)
        assert reason != "?", f"{body.hex()}\n{mine}\n{theirs}"
        reasons[reason] += 1
    assert reasons.pop("") > 4500
    assert set(reasons) == {"subcode", "family", "partial", *TOLERATED}, "a reason that nothing has any more"


@pytest.mark.parametrize("counter", TOLERATED)
def test_the_page_tells_of_the_difference(counter: str) -> None:
    section = PAGE.split("## Beside ExaBGP and GoBGP", 1)[1]
    assert f"`{counter}`" in section
