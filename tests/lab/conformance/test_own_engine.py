# SPDX-License-Identifier: Apache-2.0
"""Our own engine held against the checklist: nothing fails, the evidence is in the captures, and tshark reads them as the
suite does.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import unpack_from

import pytest

from bfd_fastpath.lab.conformance import suite
from bfd_fastpath.lab.conformance.far_end import FarEnd
from bfd_fastpath.lab.conformance.own_engine import OwnEngine
from bfd_fastpath.lab.conformance.row import Level, Result
from bfd_fastpath.lab.conformance.rows import ROWS
from bfd_fastpath.lab.conformance.subject import Stand, Wish
from bfd_fastpath.lab.conformance.suite import Report
from bfd_fastpath.wire.bfd import PacketError, decode
from tests.interop.replay import tshark
from tests.interop.replay.strangers import run

PACKETS = re.compile(r"\(packets? ([\d, ]+) of ([\w-]+\.pcapng)\)")


@pytest.fixture(scope="module", params=[4, 6], ids=["IPv4", "IPv6"])
def held(request, eal, tmp_path_factory) -> tuple[Report, Path]:
    directory = tmp_path_factory.mktemp("captures")
    return suite.run(OwnEngine(request.param), directory=directory), directory


def test_our_engine_follows_every_rule_that_applies(held):
    report, _ = held
    failed = {one.row.number: one.evidence for one in report.rows if one.result is Result.FAIL}
    assert failed == {}
    assert report.held


def test_each_row_has_one_entry_with_its_evidence(held):
    document = held[0].document()
    assert document["target"] == "self"
    assert [one["row"] for one in document["rows"]] == list(ROWS)
    for one in document["rows"]:
        assert set(one) == {"row", "clause", "level", "result", "evidence"}
        assert one["result"] in {"pass", "fail", "not-applicable"}
        assert one["evidence"]


def test_a_pass_names_packets_that_are_in_the_capture(held):
    report, directory = held
    counts: dict[str, int] = {}
    for one in report.rows:
        if one.result is not Result.PASS:
            continue
        cited = PACKETS.findall(one.evidence)
        assert cited, one
        for numbers, name in cited:
            count = counts.setdefault(name, packets_in(directory / name))
            assert 1 <= max(map(int, numbers.split(", "))) <= count


def packets_in(file: Path) -> int:
    """Enhanced packet blocks of a pcapng file."""
    octets, at, count = file.read_bytes(), 0, 0
    while at < len(octets):
        kind, length = unpack_from("<II", octets, at)
        count += kind == 6
        at += length
    return count


@pytest.mark.interop("tshark")
def test_tshark_reads_every_packet_as_the_suite_does(held, tmp_path):
    """Both directions of all scenes, one file behind the other: the fields of what the suite calls a BFD packet."""
    file = tmp_path / "all.pcapng"
    file.write_bytes(b"".join(one.read_bytes() for one in sorted(held[1].glob("*.pcapng"))))
    words = ("-Y", "udp.dstport == 3784", "-T", "fields", "-e", "frame.number", "-e", "udp.payload")
    payloads = run("tshark", "-n", "-r", file, *words)
    hellos = tshark.hellos(file)
    seen = 0
    for line in payloads.splitlines():
        number, octets = line.split("\t")
        try:
            packet = decode(bytes.fromhex(octets))
        except PacketError:
            continue
        theirs = hellos[int(number)]
        assert (theirs.my_discriminator, theirs.your_discriminator, theirs.state) == (
            packet.my_discriminator,
            packet.your_discriminator,
            packet.state,
        )
        assert (theirs.multiplier, theirs.diagnostic) == (packet.multiplier, packet.diagnostic)
        seen += 1
    assert seen > 1000


@pytest.mark.interop("tshark")
def test_comments_say_why_a_packet_was_sent(held):
    text = run("tshark", "-n", "-r", held[1] / "malformed.pcapng", "-T", "fields", "-e", "frame.comment")
    assert "row 97: version 2" in text.splitlines()


class Undriven(OwnEngine):
    """The engine with one session that nobody makes anew: each scene begins where the one before left it."""

    offers = frozenset()

    def __init__(self, stand: Stand) -> None:
        super().__init__()
        self._stand = stand

    @contextmanager
    def open(self) -> Iterator[Stand]:
        yield self._stand


def test_an_engine_that_nobody_drives_passes_what_can_be_seen_of_it(eal):
    with OwnEngine().open() as stand:
        stand.driver.make(Wish())
        report = suite.run(Undriven(stand))
    assert {one.row.number: one.evidence for one in report.rows if one.result is Result.FAIL} == {}
    assert {92, 114, 127} <= {one.row.number for one in report.rows if one.result is Result.PASS}


def test_the_same_seed_gives_the_same_answer(eal, tmp_path):
    rows = {4, 92, 97, 116}
    first, again = (
        suite.run(OwnEngine(seed=5), wanted=rows, seed=5, directory=tmp_path / str(i)) for i in (1, 2)
    )
    assert first == again
    other = suite.run(OwnEngine(seed=6), wanted=rows, seed=6, directory=tmp_path / "3")
    assert other != first
    assert other.held


def test_rows_that_nobody_asked_for_are_not_tried(eal):
    played = []
    report = suite.run(OwnEngine(), wanted={97}, told=lambda script: played.append(script.name))
    assert played == ["malformed"]
    tried = [one.row.number for one in report.rows if one.result is not Result.NOT_APPLICABLE]
    assert tried == [97]
    assert len(report.rows) == 141


def test_a_target_that_says_nothing_fails_with_that_as_its_evidence(eal, monkeypatch):
    """The far end is deaf: what it does not hear it does not believe."""
    monkeypatch.setattr(FarEnd, "hear", lambda self, got: None)
    report = suite.run(OwnEngine(), wanted={1, 92, 97})
    for number in (1, 92, 97):
        one = report.rows[number - 1]
        assert one.result is Result.FAIL
        assert "nothing was heard" in one.evidence or "it sent 0 packets" in one.evidence
    assert not report.held


def test_a_should_that_fails_leaves_the_target_held():
    from bfd_fastpath.lab.conformance.suite import RowReport

    should = next(row for row in ROWS.values() if row.level is Level.SHOULD)
    must = next(row for row in ROWS.values() if row.level is Level.MUST)
    assert Report("x", (RowReport(should, Result.FAIL, "it did not"),)).held
    assert not Report("x", (RowReport(must, Result.FAIL, "it did not"),)).held
