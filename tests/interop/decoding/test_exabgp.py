# SPDX-License-Identifier: Apache-2.0
"""Our decoder beside ExaBGP's, the same UPDATEs through both: sound ones give the same, and each difference in what a fault
costs has a reason, which docs/malformed.md tells."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bfd_fastpath.wire.bgp.message import MessageType
from bfd_fastpath.wire.malformed import Malformed, Outcome
from tests.interop.decoding.generated import mutated, valid
from tests.interop.decoding.openings import openings
from tests.interop.decoding.told import Told, exabgp, exabgp_opened, ours
from tests.wire.malformed_cases import PEER, cases, opened

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
    "as-path-confederation",
    "bgp-ls-descriptor",
)
#: What it answers to OPENs that another NOTIFICATION answers here.
OPENED = {
    ("open-peer-as", "0 in the capability"): "taken",
    ("open-parameter", "1"): "2/5",
    ("open-parameters", "shorter than announced"): "taken",
    ("open-parameters", "extended without a length"): "2/4",
    ("open-capability", "route refresh of 1 octet"): "taken",
    ("open-capability", "extended message of 1"): "taken",
    ("open-capability", "role of 2"): "taken",
    ("open-capability", "enhanced refresh of 1"): "taken",
}
#: Parameters of an OPEN: IPv4 and BGP-LS, AS numbers of four octets.
SOUND = "14" + "0212" + "010400010001" + "010440040047" + "41040000fbf5"
#: It ends the session where ours leaves out an attribute.
STRONGER = "internal-attribute"
#: Attributes that ExaBGP knows and nothing here reads: it has words for the one, and leaves out the other.
UNREAD = ("attribute-0x16-", "attribute-0x1A-", "pmsi")
_BY_ONE = (Outcome.FAMILY_DISABLE, Outcome.NLRI_DISCARD)


def _reset(told: Told) -> bool:
    return told.end.startswith("3/")


def _read(told: Told) -> dict[str, Any]:
    return {key: value for key, value in told.attributes.items() if not key.startswith(UNREAD)}


def why(mine: Told, theirs: Told) -> str:
    """The reason of a difference, empty where there is none, "?" for one that nobody has looked at."""
    if _reset(mine) and _reset(theirs):
        return "" if mine.end == theirs.end else "subcode"
    costs = {_KINDS[fault].outcome for fault in mine.faults}
    if _reset(theirs) and costs & set(_BY_ONE):
        return "family"
    if _reset(theirs) and STRONGER in mine.faults:
        return STRONGER
    if mine == Told(theirs.announced, theirs.withdrawn, theirs.attributes, mine.faults, theirs.end):
        return ""
    if not mine.faults and mine.announced == theirs.announced and _read(mine) == _read(theirs):
        return "unread"
    if not mine.faults and {one[::2] for one in mine.announced} == theirs.withdrawn:
        return "partial"
    return next((fault for fault in TOLERATED if fault in mine.faults and not theirs.end), "?")


def test_sound_updates_say_the_same() -> None:
    bodies = list(valid(1, 1000))
    for body, theirs in zip(bodies, exabgp(bodies), strict=True):
        assert ours(body) == theirs, body.hex()


def test_each_difference_in_damaged_updates_has_a_reason() -> None:
    confederation = [case.octets[19:] for kind, _, case in cases() if kind is Malformed.AS_PATH_CONFEDERATION]
    bodies = [*mutated(10, 15_000), *confederation]
    reasons: Counter[str] = Counter()
    for body, theirs in zip(bodies, exabgp(bodies), strict=True):
        mine = ours(body)
        reason = why(mine, theirs)
        assert reason != "?", f"{body.hex()}\n{mine}\n{theirs}"
        reasons[reason] += 1
    assert reasons.pop("") > 11_000
    assert set(reasons) == {"subcode", "family", "partial", "unread", STRONGER, *TOLERATED}, (
        "a reason that nothing has any more"
    )


def test_openings_are_answered_the_same_but_for_what_is_written_down() -> None:
    faults = [
        (counter, name, case) for counter, name, case in openings() if case.octets[18] == MessageType.OPEN
    ]
    assert len(faults) > 20
    answers = exabgp_opened([case.octets[19:] for *_, case in faults], PEER)
    different = {
        (counter, name): theirs
        for (counter, name, case), theirs in zip(faults, answers, strict=True)
        if case.code is None or theirs != "{}/{}".format(*case.code)
    }
    assert different == OPENED
    assert exabgp_opened([opened(SOUND)[19:]], PEER) == ["taken"]


@pytest.mark.parametrize("counter", sorted({*TOLERATED, STRONGER, *(counter for counter, _ in OPENED)}))
def test_the_page_tells_of_the_difference(counter: str) -> None:
    section = PAGE.split("## Beside ExaBGP and GoBGP", 1)[1]
    assert f"`{counter}`" in section
