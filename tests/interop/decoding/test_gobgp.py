# SPDX-License-Identifier: Apache-2.0
"""Our decoder beside GoBGP's, the same UPDATEs over sessions with it: sound ones are the same routes there, and where a known
fault costs something else there, that is written down here and on docs/malformed.md."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from bfd_fastpath.wire.bgp import IPV4_UNICAST, IPV6_UNICAST, UpdateReceived
from tests.interop.decoding.generated import PEER_AS, mutated, valid
from tests.interop.decoding.gobgp import MARKED, Gobgp, source
from tests.interop.decoding.openings import openings
from tests.interop.decoding.told import Told, ours
from tests.wire.malformed_cases import PEER, Case, cases

pytestmark = pytest.mark.interop("gobgpd")
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "malformed.md").read_text("utf-8")
_SEGMENTS = {1: "as-set", 2: "as-sequence", 3: "as-confed-sequence", 4: "as-confed-set"}
_ATTRIBUTES: dict[int, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    1: ("origin", lambda one: ("igp", "egp", "incomplete")[one["value"]]),
    2: ("as-path", lambda one: [[_SEGMENTS[s["segment_type"]], s["asns"]] for s in one["as_paths"]]),
    4: ("med", lambda one: one["metric"]),
    5: ("local-preference", lambda one: one["value"]),
    6: ("atomic-aggregate", lambda one: True),
    7: ("aggregator", lambda one: f"{one['as']}:{one['address']}"),
    8: ("community", lambda one: sorted([each >> 16, each & 0xFFFF] for each in one["communities"])),
    32: (
        "large-community",
        lambda one: sorted([each["ASN"], each["LocalData1"], each["LocalData2"]] for each in one["value"]),
    ),
}
#: What GoBGP makes of faults that cost something else here: a NOTIFICATION, or what becomes of the UPDATE's prefixes.
DIFFERENT = {
    ("mp-overrun", "MP_REACH"): "withdrawn",
    ("hidden-nlri", "ORIGIN of 9 alone"): "withdrawn",
    ("hidden-nlri", "beside MP_UNREACH"): "withdrawn",
    ("hidden-nlri", "MP_UNREACH that is lost, with others"): "withdrawn",
    ("hidden-nlri", "MP_REACH without NLRI"): "withdrawn",
    ("as-path", "past the end"): "kept",
    ("as-path-zero", "0"): "kept",
    ("internal-attribute", "LOCAL_PREF of 3"): "withdrawn",
    ("communities", "0"): "kept",
    ("extended-communities", "0"): "kept",
    ("as4-needless", "AS4_AGGREGATOR"): "3/1",
    ("large-communities", "0"): "kept",
    ("only-to-customer", "2"): "kept",
    ("prefix", "33 bits"): "3/1",
    ("prefix", "past the end"): "3/1",
    ("prefix", "99 bits withdrawn"): "3/1",
    ("mp-short", "MP_REACH of 2"): "withdrawn",
    ("mp-short", "MP_UNREACH of 2"): "withdrawn",
    ("mp-short", "MP_UNREACH of 0"): "withdrawn",
    ("mp-reach-length", "4 octets"): "withdrawn",
    ("mp-reach-length", "next hop past the end"): "withdrawn",
    ("mp-family", "VPNv4"): "0/0",
}

#: What GoBGP answers who begins with what another NOTIFICATION answers here.
OPENED = {
    ("open-parameter", "1"): "taken",
    ("open-parameters", "shorter than announced"): "1/2",
    ("open-parameters", "longer"): "1/2",
    ("open-parameters", "past the end"): "1/2",
    ("open-parameters", "extended without a length"): "taken",
    ("open-parameters", "extended past the end"): "1/2",
    ("open-capability", "past the end"): "taken",
    ("open-capability", "family of 3 octets"): "taken",
    ("open-capability", "route refresh of 1 octet"): "taken",
    ("open-capability", "extended next hop of 5"): "taken",
    ("open-capability", "extended message of 1"): "taken",
    ("open-capability", "role of 2"): "taken",
    ("open-capability", "graceful restart of 3"): "taken",
    ("open-capability", "four-octet AS of 2"): "taken",
    ("open-capability", "enhanced refresh of 1"): "taken",
    ("unexpected-message", "UPDATE first"): "closed",
}


def known_faults() -> list[tuple[str, str, Case]]:
    """Those that one whole UPDATE of plain families has, without anything that must be configured."""
    found = []
    for kind, name, case in cases():
        octets = case.octets
        whole = len(octets) >= 23 and octets[18] == 2 and int.from_bytes(octets[16:18], "big") == len(octets)
        if whole and not (case.opening or case.ours or case.theirs) and "NH-Reach" not in name:
            found.append((kind.counter, name, case))
    return [one for one in found if one[0] != "nh-reach-length"]


def cost(case: Case) -> tuple[str, frozenset[str]]:
    """What it costs here: the NOTIFICATION, and the prefixes that are there behind it."""
    session = case.session()
    prefixes: set[str] = set()
    for event in session.events():
        if isinstance(event, UpdateReceived):
            for family, _, nlris in event.update.announcements():
                if family in (IPV4_UNICAST, IPV6_UNICAST):
                    prefixes |= set(map(str, nlris))
    return ("{}/{}".format(*case.code) if case.code else ""), frozenset(prefixes)


def test_known_faults_cost_the_same_but_for_what_is_written_down(tmp_path: Path) -> None:
    faults = known_faults()
    with Gobgp(tmp_path / "gobgpd", len(faults), 64500) as peer:
        sessions = {number: peer.session(number) for number in range(len(faults))}
        for number, (_, _, case) in enumerate(faults):
            sessions[number].tell(case.octets[19:])
        peer.read(sessions)
        ribs = peer.rib("ipv4") | peer.rib("ipv6")
        different = {}
        for number, (counter, name, case) in enumerate(faults):
            note = sessions[number].notification()
            told = f"{note.code}/{note.subcode}" if note is not None else ""
            there = frozenset(
                prefix
                for prefix, paths in ribs.items()
                for path in paths
                if path["neighbor-ip"] == source(number) and prefix != MARKED
            )
            if (told, there) != cost(case):
                different[counter, name] = told or ("kept" if there else "withdrawn")
            sessions[number].close()
    assert different == DIFFERENT


def test_openings_are_answered_the_same_but_for_what_is_written_down(tmp_path: Path) -> None:
    faults = openings()
    assert len(faults) > 20
    with Gobgp(tmp_path / "gobgpd", len(faults), PEER) as peer:
        answers = {
            (counter, name): (peer.opening(number, case.octets), "{}/{}".format(*case.code))
            for number, (counter, name, case) in enumerate(faults)
            if case.code is not None
        }
    assert len(answers) == len(faults)
    assert {one: theirs for one, (theirs, ours) in answers.items() if theirs != ours} == OPENED


def _paths(told: Iterator[Told]) -> dict[str, tuple[str, dict[str, Any]]]:
    """What is there behind UPDATEs one after another."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for one in told:
        for _, prefix in one.withdrawn:
            found.pop(prefix, None)
        found |= {
            prefix: (hop, one.attributes) for family, hop, prefix in one.announced if "bgp-ls" not in family
        }
    return found


def _links(told: Iterator[Told]) -> set[str]:
    """The addresses of Links, but for those beside what GoBGP cannot read, an NLRI of another type or a node with a 516 of one
    octet: it takes none of these."""
    there: set[str] = set()
    for one in told:
        there -= {name for _, name in one.withdrawn}
        names = {name for _, _, name in one.announced}
        unread = any(
            name == "other" or (name.startswith("node ") and " of AS " in name and ", " in name)
            for name in names
        )
        there |= {name for name in names if name.startswith("link ") and not unread}
    return {name.split()[1] for name in there}


def _gobgp(path: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    hop, attributes = "", {}
    for one in path["attrs"]:
        if one["type"] in (3, 14):
            hop = one["nexthop"]
        elif one["type"] in _ATTRIBUTES:
            name, read = _ATTRIBUTES[one["type"]]
            attributes[name] = read(one)
        else:
            octets = b64decode(one["value"])
            attributes[f"attribute-0x{one['type']:02X}-0xE0"] = "0x" + octets.hex()
    return hop, attributes


def test_sound_updates_are_the_same_routes(tmp_path: Path) -> None:
    damaged = [body for body in mutated(11, 600) if (told := ours(body)) and not told.faults and not told.end]
    bodies = [*valid(3, 600), *damaged]
    with Gobgp(tmp_path / "gobgpd", 1, PEER_AS) as peer:
        session = peer.session(0)
        session.tell(*bodies)
        peer.read({0: session})
        note = session.notification()
        assert note is None, str(note)
        rib = peer.rib("ipv4") | peer.rib("ipv6")
        links = {found[1] for key in peer.rib("ls") if (found := re.search(r" LINK: ([^}]+)}", key))}
        session.close()
    assert links == _links(map(ours, bodies))
    assert len(links) > 60
    theirs = {prefix: _gobgp(paths[0]) for prefix, paths in rib.items() if prefix != MARKED}
    mine = _paths(map(ours, bodies))
    assert len(mine) > 400
    different = {one: (mine.get(one), theirs.get(one)) for one in chain(mine, theirs)}
    assert {one: both for one, both in different.items() if both[0] != both[1]} == {}


@pytest.mark.parametrize("counter", sorted({counter for counter, _ in {**DIFFERENT, **OPENED}}))
def test_the_page_tells_of_the_difference(counter: str) -> None:
    section = PAGE.split("## Beside ExaBGP and GoBGP", 1)[1]
    assert f"`{counter}`" in section
