# SPDX-License-Identifier: Apache-2.0
"""Every state has a sentence that a person can act on."""

import pytest

from bfd_fastpath.nhib import NO_SESSION_REASONS, Nhib, explain
from tests.nhib.looks import S, X, at, expired, heard, local_admin_down, peer_admin_down, silent, up


def entry_after(*looks):
    nhib = Nhib()
    nhib.ask(X, "bgp", 0)
    for index, look in enumerate(looks):
        nhib.observe(X, look, index * S)
    return nhib


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ((silent(),), "never Up: no hello was heard"),
        ((up(),), "the session is Up"),
        ((up(), peer_admin_down()), "the peer took its session administratively down"),
        ((up(), local_admin_down()), "administratively down here"),
        ((up(), local_admin_down(), silent()), "is not Up again: no hello was heard"),
        ((heard(),), "hellos are heard"),
    ],
)
def test_a_sentence_for_what_the_session_does(looks, expected):
    nhib = entry_after(*looks)
    assert expected in explain(at(nhib, X), 9 * S)


def test_a_failure_names_diagnostic_last_hello_and_own_poll_gap():
    nhib = entry_after(up(), expired(last_hello_ns=S - 151_000_000, poll_gap_us=2_500))
    text = explain(at(nhib, X), 11 * S)
    assert "control-expiry" in text
    assert "last hello 151.0 ms before" in text
    assert "own poll gap 2.5 ms" in text
    assert "kept for another 86390 s" in text


def test_a_failure_that_nobody_asks_about_says_so():
    nhib = entry_after(up(), expired())
    nhib.unask(X, "bgp", 2 * S)
    assert explain(at(nhib, X), 3 * S).endswith("although nobody asks")


def test_a_lingering_entry_says_when_it_leaves():
    nhib = entry_after(up())
    nhib.unask(X, "bgp", 2 * S)
    assert "it leaves in 50 s" in explain(at(nhib, X), 12 * S)


@pytest.mark.parametrize("reason", sorted(NO_SESSION_REASONS))
def test_every_reason_for_having_no_session_has_a_sentence(reason):
    nhib = entry_after()
    nhib.without_session(X, reason, S)
    assert "no" in explain(at(nhib, X), 2 * S)


def test_cleared_and_retried_entries_say_what_they_were():
    nhib = entry_after(up(), expired())
    nhib.clear(X, 2 * S)
    assert "until an operator cleared it" in explain(at(nhib, X), 3 * S)
    nhib = entry_after(up(), expired())
    nhib.expire(10**9 * S)
    assert "down-retry" in explain(at(nhib, X), 3 * S)
