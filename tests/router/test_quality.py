# SPDX-License-Identifier: Apache-2.0
"""Link quality as `show sessions --json` shows it."""

import numpy

import pydp
from bfd_fastpath.router.quality import link_quality


def histogram(*durations_us: int) -> pydp.LinkHistogram:
    edges = pydp.bucket_edges_ns()
    buckets = numpy.zeros(len(edges), numpy.uint32)
    for us in durations_us:
        buckets[numpy.searchsorted(edges, us * 1000, side="right") - 1] += 1
    ns = [us * 1000 for us in durations_us]
    return pydp.LinkHistogram(len(ns), sum(ns), min(ns, default=0), max(ns, default=0), buckets)


def test_shares_times_and_buckets_are_told_in_microseconds():
    quality = pydp.LinkQuality(200, 3, 1, histogram(100, 120, 130), histogram(250, 260, 9000))
    shown = link_quality(quality)
    assert (shown["hellos-expected"], shown["hellos-lost"], shown["hello-loss"]) == (200, 3, 0.015)
    trip = shown["echo-round-trip"]
    assert isinstance(trip, dict)
    assert (trip["count"], trip["min"], trip["max"], trip["p99"]) == (3, 250, 9000, 9000)
    assert trip["buckets"] == [
        {"from": 224.0, "count": 1},
        {"from": 256.0, "count": 1},
        {"from": 8192.0, "count": 1},
    ]


def test_nothing_heard_is_no_loss_and_no_time():
    shown = link_quality(pydp.LinkQuality(0, 0, 0, histogram(), histogram()))
    assert shown["hello-loss"] is None
    trip = shown["echo-round-trip"]
    assert isinstance(trip, dict)
    assert (trip["mean"], trip["p99"], trip["buckets"]) == (None, None, [])
