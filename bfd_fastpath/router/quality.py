# SPDX-License-Identifier: Apache-2.0
"""Link quality as JSON: microseconds, kebab-case names. Pure."""

import pydp


def link_quality(quality: pydp.LinkQuality) -> dict[str, object]:
    """What hellos and echoes say of a session's link; hello-loss is a share, null while none was expected."""
    return {
        "hellos-expected": quality.hellos_expected,
        "hellos-lost": quality.hellos_lost,
        "hello-loss": quality.hello_loss,
        "hello-jitter": _histogram(quality.jitter),
        "echoes-lost": quality.echoes_lost,
        "echo-round-trip": _histogram(quality.round_trip),
    }


def _histogram(histogram: pydp.LinkHistogram) -> dict[str, object]:
    """Buckets that are not empty, by where they begin."""
    edges = pydp.bucket_edges_ns()
    mean = histogram.mean_ns
    return {
        "count": histogram.count,
        "min": histogram.min_ns / 1000,
        "mean": None if mean is None else mean / 1000,
        "p99": None if (p99 := histogram.quantile_ns(0.99)) is None else p99 / 1000,
        "max": histogram.max_ns / 1000,
        "buckets": [
            {"from": int(edges[i]) / 1000, "count": int(histogram.buckets[i])}
            for i in histogram.buckets.nonzero()[0]
        ],
    }
