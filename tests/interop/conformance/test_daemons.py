# SPDX-License-Identifier: Apache-2.0
"""The suite against FRR and BIRD, with a driver and without: what both do right passes, and what one is known to do
otherwise is found. The whole table is docs/conformance.md's.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.interop.conformance.daemons import daemon
from tests.interop.support.side_by_side import side_by_side

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]


@dataclass(frozen=True, slots=True)
class Trial:
    """A daemon and the rows that it is held against."""

    daemon: str
    version: int
    rows: str
    words: tuple[str, ...] = ()
    session: bool = False
    driven: bool = True
    kernel: bool = True

    def run(self, directory: Path) -> "Tried":
        with daemon(self.daemon, self.version, self.session, self.kernel) as target:
            code, document = target.try_rows(directory, "--rows", self.rows, *self.words, driven=self.driven)
        return Tried(code, document, directory)


@dataclass(frozen=True, slots=True)
class Tried:
    """The exit code, the document of `conformance --json`, and where the captures are."""

    code: int
    document: dict[str, Any]
    directory: Path

    @property
    def results(self) -> dict[int, str]:
        return {one["row"]: one["result"] for one in self.document["rows"]}

    def evidence(self, row: int) -> str:
        found: str = self.document["rows"][row - 1]["evidence"]
        return found


def trials(key_file: Path) -> dict[str, Trial]:
    by_port = ("--port", "net_af_packet0,iface=eth0,blocksz=4096,framesz=2048")
    return {
        "bird-4": Trial("bird", 4, "13,16-18,38,47,59,81,137"),
        "bird-6": Trial("bird", 6, "13,17,59,137"),
        "frr-4": Trial("frr", 4, "1,5,16,69,76,92,97-102"),
        "frr-6": Trial("frr", 6, "1,5,92,97,98,101"),
        "undriven": Trial("frr", 4, "86,92,97,103-106,83", session=True, driven=False),
        "keyed": Trial(
            "bird", 4, "59,64,97,107,47", ("--auth-key-file", str(key_file)), session=True, driven=False
        ),
        "port-4": Trial("bird", 4, "5,92,97", by_port, kernel=False),
        "port-6": Trial("bird", 6, "5,97", by_port, kernel=False),
    }


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Future[Tried]]]:
    directory = tmp_path_factory.mktemp("conformance")
    key = directory / "key"
    key.touch(mode=0o600)
    key.write_text("meticulous-keyed-sha1 7 example\n")
    begun = {
        name: lambda name=name, trial=trial: trial.run(directory / name)
        for name, trial in trials(key).items()
    }
    with side_by_side(begun, at_once=8) as running:
        yield running


@pytest.mark.interop("bird")
def test_bird_is_driven_through_birdc_and_authenticates_as_we_do(tried):
    found = tried["bird-4"].result()
    assert {found.results[row] for row in (13, 16, 17, 18, 38, 47, 59, 81)} == {"pass"}, found.document
    # BIRD 2.0.12 falls silent where the RFC wants AdminDown.
    assert (found.results[137], found.code) == ("fail", 1)


@pytest.mark.interop("bird")
def test_bird_is_driven_over_ipv6(tried):
    found = tried["bird-6"].result()
    assert {found.results[row] for row in (13, 17, 59)} == {"pass"}, found.document
    assert (found.results[137], found.code) == ("fail", 1)


@pytest.mark.interop("frr")
def test_frr_is_driven_through_vtysh(tried):
    found = tried["frr-4"].result()
    assert {found.results[row] for row in (1, 5, 69, 76, 92, 97, 99, 100, 102)} == {"pass"}, found.document
    # FRR 8.4.4 looks at neither M nor the room that A needs.
    assert (found.results[98], found.results[101], found.code) == ("fail", "fail", 1)
    assert "Length 25 with A: its Poll was answered" in found.evidence(98)
    assert found.results[16] == "not-applicable"
    assert "FRR's bfdd has no such setting" in found.evidence(16)
    assert len(found.document["rows"]) == 141
    assert (found.directory / "malformed.pcapng").stat().st_size > 1000


@pytest.mark.interop("frr")
def test_frr_is_driven_over_ipv6(tried):
    found = tried["frr-6"].result()
    assert {found.results[row] for row in (1, 5, 92, 97)} == {"pass"}, found.document
    assert (found.results[98], found.results[101], found.code) == ("fail", "fail", 1)


@pytest.mark.interop("frr")
def test_a_target_that_nobody_drives_is_tried_as_it_is(tried):
    found = tried["undriven"].result()
    assert found.code == 0
    assert {found.results[row] for row in (86, 92, 97, 103, 104, 105, 106)} == {"pass"}, found.document
    assert found.results[83] == "not-applicable"
    assert "--driver" in found.evidence(83)


@pytest.mark.interop("bird")
def test_a_target_that_authenticates_needs_only_its_key(tried):
    found = tried["keyed"].result()
    assert {row: found.results[row] for row in (59, 64, 97)} == dict.fromkeys((59, 64, 97), "pass"), (
        found.document
    )
    assert found.results[107] == found.results[47] == "not-applicable"
    assert "--auth-key-file" in found.evidence(47)


@pytest.mark.interop("bird")
@pytest.mark.parametrize(("trial", "rows"), [("port-4", (5, 92, 97)), ("port-6", (5, 97))])
def test_a_target_is_reached_by_a_dpdk_port(tried, trial, rows):
    """The namespace's kernel has no address: ARP, ND and BFD are all the suite's."""
    found = tried[trial].result()
    assert {found.results[row] for row in rows} == {"pass"}, found.document
