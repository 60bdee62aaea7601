# SPDX-License-Identifier: Apache-2.0
"""The JSON of a replay: names and units of what the story's records hold."""

import json
from dataclasses import replace

from bfd_fastpath.replay.document import document
from pydp.replay.records import FileFault, Kind
from pydp.states import Diagnostic, State
from tests.replay import stories


def test_counts_are_sorted_into_kinds_of_bfd_and_everything_else() -> None:
    totals = stories.totals(single_hop=3, multihop=2, sbfd=4, malformed=1, arp=5, unknown_link=6)
    told = document(stories.story(totals=totals))
    assert (
        told["bfd"] | {"control": 5, "single-hop": 3, "multihop": 2, "s-bfd": 4, "malformed": 1}
        == told["bfd"]
    )
    assert told["other"]["arp"] == 5
    assert told["other"]["unknown-link-type"] == 6


def test_times_are_whole_microseconds_since_the_epoch_and_since_the_first_packet() -> None:
    told = document(stories.story(stories.stalled()))
    (first, *_) = told["sessions"][0]["state-changes"]
    assert first == {
        "packet": 40,
        "time-us": stories.START_NS // 1000 + 1_650_000,
        "t-us": 1_650_000,
        "endpoint": "192.0.2.1",
        "from": "up",
        "to": "down",
        "diagnostic": "control-expiry",
    }
    assert told["start-time-us"] == stories.START_NS // 1000
    assert told["duration-us"] == 5_000_000


def test_an_outage_says_who_noticed_first_and_what_the_evidence_is() -> None:
    (session,) = document(stories.story(stories.stalled()))["sessions"]
    (outage,) = session["outages"]
    assert outage["noticed-first"] == "192.0.2.1"
    assert outage["last-heard-time-us"] == stories.START_NS // 1000 + 1_500_000
    assert outage["down-for-us"] == 1_550_000
    assert len(outage["evidence"]) == 2
    assert session["verdict"] == outage["verdict"] == "far-end-stalled"
    assert session["verdict-line"] == outage["sentence"]


def test_an_outage_without_an_end_lasts_null_and_one_that_nobody_noticed_names_nobody() -> None:
    known = stories.stalled()
    (outage,) = known.outages
    open_end = replace(outage, noticed_first=None, last_heard_ns=None, down_for_ns=None, up_again_ns=None)
    (told,) = document(stories.story(replace(known, outages=(open_end,))))["sessions"]
    (outage_told,) = told["outages"]
    assert outage_told["noticed-first"] is None
    assert outage_told["down-for-us"] is None
    assert outage_told["last-heard-time-us"] is None


def test_a_one_way_capture_has_one_endpoint_and_nulls_for_what_it_does_not_show() -> None:
    alone = stories.end(stories.A, interval_us=0, detection_us=0)
    (told,) = document(stories.story(stories.session(ends=(alone,))))["sessions"]
    (endpoint,) = told["endpoints"]
    assert endpoint["negotiated-tx-interval"] is None
    assert endpoint["detection-time"] is None
    assert told["verdict"] is None


def test_kinds_authentication_and_demand_have_the_names_of_rfc_9314() -> None:
    ends = (stories.end(stories.A, auth_type=5, auth_key_id=9, flags=0x02), stories.end(stories.B))
    (told,) = document(stories.story(stories.session(kind=Kind.MICRO, vlan=7, ends=ends)))["sessions"]
    assert (told["path-type"], told["dest-port"], told["vlan"]) == ("path-lag", 6784, 7)
    first, second = told["endpoints"]
    assert (first["authentication"], first["auth-key-id"]) == ("meticulous-keyed-sha1", 9)
    assert (second["authentication"], second["auth-key-id"]) == ("none", None)
    assert first["demand-mode"]


def test_gaps_are_told_of_each_end_while_up_and_while_not() -> None:
    ends = (stories.end(stories.A, rest=stories.GAPS), stories.end(stories.B, up=stories.NO_GAPS, late=2))
    (told,) = document(stories.story(stories.session(ends=ends)))["sessions"]
    assert [(gap["endpoint"], gap["while"]) for gap in told["gaps"]] == [
        ("192.0.2.1", "up"),
        ("192.0.2.1", "not-up"),
    ]
    assert told["gaps"][0]["max-us"] == 1_510_000


def test_a_fault_of_the_file_says_where() -> None:
    fault = FileFault(1234, 56, "truncated", "the file ends in the middle of a packet block")
    told = document(stories.story(fault=fault, faults=(stories.fault(3),)))
    assert told["capture"]["fault"]["offset"] == 1234
    assert told["faults"][0]["reason"] == "detect-mult"


def test_a_file_name_that_is_no_text_can_be_printed() -> None:
    told = document(stories.story(path="outage\udcff.pcap"))
    assert "\ufffd" in told["file"]
    json.dumps(told, ensure_ascii=False).encode()


def test_reserved_diagnostics_keep_their_number() -> None:
    ends = (stories.end(stories.A, diagnostic=Diagnostic(12), state=State.DOWN),)
    (told,) = document(stories.story(stories.session(ends=ends)))["sessions"]
    assert told["endpoints"][0]["last-diagnostic"] == "reserved-12"
