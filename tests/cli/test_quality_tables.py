# SPDX-License-Identifier: Apache-2.0
"""Link quality as people read it, from the documents that the daemon's own views make."""

import numpy

import pydp
from bfd_fastpath.cli import quality_tables, show_tables
from bfd_fastpath.router.quality import link_quality
from bfd_fastpath.wire.bgpls import LinkPerformance, LinkState
from bfd_fastpath.wire.bgpls.codes import to_json


def histogram(*micros):
    edges = pydp.bucket_edges_ns()
    buckets = numpy.zeros(len(edges), dtype=numpy.uint64)
    for one in micros:
        buckets[numpy.searchsorted(edges, one * 1000, side="right") - 1] += 1
    times = [one * 1000 for one in micros]
    return pydp.LinkHistogram(len(times), sum(times), min(times, default=0), max(times, default=0), buckets)


def session(jitter, round_trip, expected=200, lost=3):
    quality = pydp.LinkQuality(
        hellos_expected=expected, hellos_lost=lost, echoes_lost=2, jitter=jitter, round_trip=round_trip
    )
    return {"dest-addr": "192.0.2.1", "link-quality": link_quality(quality)}


def test_losses_and_both_histograms_are_told():
    text = quality_tables.sessions({"sessions": [session(histogram(800, 1500), histogram(90))]})
    lines = text.splitlines()
    assert lines[0] == "link to 192.0.2.1: 3 of 200 hellos lost (1.5 %), 2 echoes lost"
    assert lines[1].startswith("  hello jitter: min 800 us, mean 1.15 ms, p99 ")
    assert [line.split()[-1] for line in lines if line.startswith("    ")] == [
        "TIMES",
        "1",
        "1",
        "TIMES",
        "1",
    ]
    assert any(line.startswith("  echo round trip: min 90 us") for line in lines)


def test_what_was_not_counted_is_left_out():
    text = quality_tables.sessions({"sessions": [session(histogram(), histogram(), 0, 0)]})
    assert text == "link to 192.0.2.1: 0 of 0 hellos lost (no hello was due yet), 2 echoes lost"
    assert quality_tables.sessions({"sessions": [{"dest-addr": "192.0.2.1"}]}) == ""


def test_a_neighbour_says_what_it_was_told_of_links():
    peer = {"address": "198.51.100.254", "as": 64999, "state": "established", "seconds-in-state": 5}
    peer |= {"families": ["ipv4"], "last-error": None, "untold": [], "transport": "bgp-ls"}
    fuse = {"blown": []}
    plain = {"address": "192.0.2.1", "state": "up"}
    quality = to_json(LinkState.of_link(LinkPerformance(500, (450, 600), 20, 333_333)).tlvs)
    assert "LINK QUALITY" not in show_tables.reporter({"peers": [peer | {"told": [plain]}], "fuse": fuse})
    told = [plain | {"link-quality": quality}, plain]
    text = show_tables.reporter({"peers": [peer | {"told": told}], "fuse": fuse})
    assert "delay 500 us (450 us to 600 us), variation 20 us, loss 0.999999 %" in text.splitlines()[3]


def test_a_refusal_is_shown_while_later_attempts_fail_for_another_reason():
    peer = {"address": "198.51.100.254", "as": 64999, "state": "connect", "seconds-in-state": 5, "told": []}
    peer |= {"families": [], "untold": [], "transport": None, "not-reporting": "no-session"}
    said = {"from": "peer", "said": "open/role-mismatch (2/11)"}
    told = peer | {"last-error": "connection-lost: reset", "last-notification": said}
    text = show_tables.reporter({"peers": [told], "fuse": {"blown": []}})
    assert "  last NOTIFICATION, from peer: open/role-mismatch (2/11)" in text.splitlines()
    told = peer | {"last-error": "closed-by-peer: open/role-mismatch (2/11)", "last-notification": said}
    assert "last NOTIFICATION" not in show_tables.reporter({"peers": [told], "fuse": {"blown": []}})
