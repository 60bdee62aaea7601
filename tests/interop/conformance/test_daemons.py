# SPDX-License-Identifier: Apache-2.0
"""The suite against FRR and BIRD, with a driver and without: what both do right passes, and what one is known to do
otherwise is found. The whole table is docs/conformance.md's.
"""

import pytest

from tests.interop.conformance.daemons import daemon

pytestmark = pytest.mark.root


def results(document):
    return {one["row"]: one["result"] for one in document["rows"]}


def evidence(document, row):
    return document["rows"][row - 1]["evidence"]


@pytest.mark.interop("frr")
@pytest.mark.parametrize("version", [4, 6])
def test_frr_is_driven_through_vtysh(version, tmp_path):
    with daemon("frr", version) as target:
        code, document = target.try_rows(tmp_path, "--rows", "1,5,16,69,76,92,97-102")
    found = results(document)
    assert {found[row] for row in (1, 5, 69, 76, 92, 97, 99, 100, 102)} == {"pass"}, document
    # FRR 8.4.4 looks at neither M nor the room that A needs.
    assert (found[98], found[101], code) == ("fail", "fail", 1)
    assert "Length 25 with A: its Poll was answered" in evidence(document, 98)
    assert found[16] == "not-applicable"
    assert "FRR's bfdd has no such setting" in evidence(document, 16)
    assert len(document["rows"]) == 141
    assert (tmp_path / "malformed.pcapng").stat().st_size > 1000


@pytest.mark.interop("bird")
@pytest.mark.parametrize("version", [4, 6])
def test_bird_is_driven_through_birdc_and_authenticates_as_we_do(version, tmp_path):
    with daemon("bird", version) as target:
        code, document = target.try_rows(tmp_path, "--rows", "13,16-18,38,47,59,81,118-119,137")
    found = results(document)
    assert {found[row] for row in (13, 16, 17, 18, 38, 47, 59, 81)} == {"pass"}, document
    # BIRD 2.0.12 falls silent where the RFC wants AdminDown.
    assert (found[137], code) == ("fail", 1)


@pytest.mark.interop("frr")
def test_a_target_that_nobody_drives_is_tried_as_it_is(tmp_path):
    with daemon("frr", session=True) as target:
        code, document = target.try_rows(tmp_path, "--rows", "86,92,97,103-106,83", driven=False)
    found = results(document)
    assert code == 0
    assert {found[row] for row in (86, 92, 97, 103, 104, 105, 106)} == {"pass"}, document
    assert found[83] == "not-applicable"
    assert "--driver" in evidence(document, 83)


@pytest.mark.interop("bird")
def test_a_target_that_authenticates_needs_only_its_key(tmp_path):
    key = tmp_path / "key"
    key.touch(mode=0o600)
    key.write_text("meticulous-keyed-sha1 7 example\n")
    with daemon("bird", session=True) as target:
        _, document = target.try_rows(
            tmp_path, "--rows", "59,64,97,107,47", "--auth-key-file", str(key), driven=False
        )
        assert {row: results(document)[row] for row in (59, 64, 97)} == dict.fromkeys((59, 64, 97), "pass"), (
            document
        )
    assert results(document)[107] == results(document)[47] == "not-applicable"
    assert "--auth-key-file" in evidence(document, 47)


@pytest.mark.interop("bird")
@pytest.mark.parametrize("version", [4, 6])
def test_a_target_is_reached_by_a_dpdk_port(version, tmp_path):
    """The namespace's kernel has no address: ARP, ND and BFD are all the suite's."""
    with daemon("bird", version, kernel=False) as target:
        _, document = target.try_rows(
            tmp_path, "--rows", "5,92,97", "--port", "net_af_packet0,iface=eth0,blocksz=4096,framesz=2048"
        )
    assert {results(document)[row] for row in (5, 92, 97)} == {"pass"}, document
