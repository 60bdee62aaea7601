# SPDX-License-Identifier: Apache-2.0
"""What the hellos and echoes of a session say of its link, as counted in C; snapshots, with numpy columns."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy
from numpy.typing import NDArray

from pydp.ffi import ffi, lib

_BUCKETS = len(ffi.new("struct pydp_link_histogram *").buckets)


@cache
def bucket_edges_ns() -> NDArray[numpy.uint64]:
    """Where each bucket of a LinkHistogram begins, nanoseconds, ascending from 0: shape (98,). Each power of
    two of a microsecond has four equal parts, so that a bucket's ends differ by a quarter at most.
    """
    edges = numpy.array([lib.pydp_link_histogram_from_ns(i) for i in range(_BUCKETS)], numpy.uint64)
    edges.setflags(write=False)
    return edges


@dataclass(frozen=True, slots=True, eq=False)
class LinkHistogram:
    """Durations, nanoseconds."""

    count: int
    sum_ns: int
    #: 0 while there is none.
    min_ns: int
    max_ns: int
    #: How many fell into each bucket; shape (98,), see bucket_edges_ns.
    buckets: NDArray[numpy.uint32]

    @property
    def mean_ns(self) -> float | None:
        """None while there is none."""
        return self.sum_ns / self.count if self.count else None

    def quantile_ns(self, share: float) -> int | None:
        """The end of the bucket below which this share (0 to 1) of the durations lies, but at most the
        longest of them; None while there is none."""
        if self.count == 0:
            return None
        reached = int(numpy.searchsorted(numpy.cumsum(self.buckets), share * self.count))
        return (
            self.max_ns if reached + 1 >= _BUCKETS else min(int(bucket_edges_ns()[reached + 1]), self.max_ns)
        )


@dataclass(frozen=True, slots=True, eq=False)
class LinkQuality:
    """Since the counting was switched on for the session.

    Of the gap between two hellos received while Up at one negotiated interval, the fewest that the peer can
    have sent in it are expected, ceil(gap / interval - 1/8), and all but one of them are lost: a peer's
    jitter is up to a quarter of the interval (RFC 5880 6.8.7), so one loss is always found, and of several in
    a row three quarters at least.
    """

    hellos_expected: int
    hellos_lost: int
    #: Sent before one that came back, and not come back themselves.
    echoes_lost: int
    #: Difference of each gap between hellos from the gap before; the peer's own jitter is in it.
    jitter: LinkHistogram
    #: Of echoes.
    round_trip: LinkHistogram

    @property
    def hello_loss(self) -> float | None:
        """Share of the expected hellos that is lost, 0 to 1; None while none was expected."""
        return self.hellos_lost / self.hellos_expected if self.hellos_expected else None


def quality_from_c(raw: Any) -> LinkQuality:
    """A struct pydp_link_quality."""
    return LinkQuality(
        raw.hellos_expected,
        raw.hellos_lost,
        raw.echoes_lost,
        _histogram(raw.jitter),
        _histogram(raw.round_trip),
    )


def _histogram(raw: Any) -> LinkHistogram:
    buckets = numpy.frombuffer(ffi.buffer(raw.buckets), numpy.uint32).copy()
    return LinkHistogram(raw.count, raw.sum_ns, raw.min_ns, raw.max_ns, buckets)
