# SPDX-License-Identifier: Apache-2.0
"""What the counts of a session say of its link since the look before: performance as BGP-LS tells it. Pure.

A link's one-way delay is taken as half the round trip of echoes: a convention of ours, BFD measures no such
thing.
"""

from __future__ import annotations

import numpy

import pydp
from bfd_fastpath.router.events import Address
from bfd_fastpath.wire.bgpls import LinkPerformance
from bfd_fastpath.wire.bgpls.link_performance import delay_field, loss_field

#: Share of a window's echoes that the longest delay told covers: a poll gap of ours is not the link's.
_HIGH_SHARE = 0.99


class LinkWindows:
    """The latest look at each link; a window is the time between two looks."""

    def __init__(self) -> None:
        self._before: dict[Address, tuple[int, pydp.LinkQuality]] = {}

    def measure(self, address: Address, session: int, quality: pydp.LinkQuality) -> LinkPerformance | None:
        """Of the window that ends with this look; None where it has neither hello nor echo. The first window
        of a session begins with its counting."""
        known, before = self._before.get(address, (session, None))
        self._before[address] = session, quality
        if known != session or (before is not None and _began_again(before, quality)):
            before = None
        expected = quality.hellos_expected - (before.hellos_expected if before else 0)
        lost = quality.hellos_lost - (before.hellos_lost if before else 0)
        found = LinkPerformance(
            *_delays(before.round_trip if before else None, quality.round_trip),
            loss=loss_field(lost / expected) if expected else None,
        )
        return None if found == LinkPerformance() else found

    def forget(self, address: Address) -> None:
        """Its session is gone, or is counted no more."""
        self._before.pop(address, None)


def _began_again(before: pydp.LinkQuality, now: pydp.LinkQuality) -> bool:
    return (
        now.hellos_expected < before.hellos_expected
        or now.hellos_lost < before.hellos_lost
        or now.round_trip.count < before.round_trip.count
    )


def _delays(
    before: pydp.LinkHistogram | None, now: pydp.LinkHistogram
) -> tuple[int | None, tuple[int, int] | None, int | None]:
    """Mean, shortest and longest delay, and mean variation (above the shortest, RFC 5481 4.2)."""
    count = now.count - (before.count if before else 0)
    if count == 0:
        return None, None, None
    mean_ns = (now.sum_ns - (before.sum_ns if before else 0)) / count
    buckets = now.buckets - before.buckets if before else now.buckets
    edges = pydp.bucket_edges_ns()
    first = int(buckets.nonzero()[0][0])
    reached = int(numpy.searchsorted(numpy.cumsum(buckets), _HIGH_SHARE * count))
    low_ns = min(max(int(edges[first]), now.min_ns), mean_ns)
    high_ns = max(
        now.max_ns if reached + 1 >= len(edges) else min(int(edges[reached + 1]), now.max_ns), mean_ns
    )
    low, mean, high = (delay_field(ns / 2000) for ns in (low_ns, mean_ns, high_ns))
    return mean, (low, high), mean - low
