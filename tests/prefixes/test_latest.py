# SPDX-License-Identifier: Apache-2.0
"""What is said of prefixes last, against a dict."""

from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.prefixes import Run, latest

POOL = [ip_network(text) for text in ("10.0.0.0/8", "10.0.0.0/16", "10.1.0.0/16", "2001:db8::/32", "::/0")]


@given(st.lists(st.tuples(st.integers(1, 3), st.lists(st.sampled_from(POOL), max_size=6)), max_size=6))
def test_each_prefix_is_said_once_and_as_it_was_said_last(said):
    runs = [((place, what), run) for place, (what, several) in enumerate(said) for run in Run.of(several)]
    expected = {}
    for what, run in runs:
        expected |= dict.fromkeys(run, what)
    kept = latest(runs)
    assert sum(len(run) for _, run in kept) == len(expected)
    assert {prefix: what for what, run in kept for prefix in run} == expected
    order = [(place, run.version) for (place, _), run in kept]
    assert order == sorted(set(order))
