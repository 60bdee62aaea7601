# SPDX-License-Identifier: Apache-2.0
"""Other timers from texts: lists, ranges, changes of sessions and endpoints, and what is refused with which words."""

from ipaddress import ip_address

import pytest

from bfd_fastpath.replay.whatif_wanted import (
    Change,
    Key,
    Wanted,
    WantedError,
    needed_permille,
    parse_set,
    wanted,
)


def test_lists_and_ranges_are_joined_sorted_and_told_once():
    assert wanted(["50ms,10ms", "0.02s"], ["2-4", "3,7"]) == Wanted((10_000, 20_000, 50_000), (2, 3, 4, 7))
    assert wanted() == Wanted()


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("1.interval=20ms", Change(1, Key.INTERVAL, 20_000)),
        ("12.local-multiplier=4", Change(12, Key.MULTIPLIER, 4)),
        ("192.0.2.1.multiplier=255", Change(ip_address("192.0.2.1"), Key.MULTIPLIER, 255)),
        ("2001:db8::1.interval=1s", Change(ip_address("2001:db8::1"), Key.INTERVAL, 1_000_000)),
        ("[fe80::1].desired-min-tx-interval=300us", Change(ip_address("fe80::1"), Key.DESIRED, 300)),
        (
            "::ffff:192.0.2.1.required-min-rx-interval=1.5ms",
            Change(ip_address("::ffff:192.0.2.1"), Key.REQUIRED, 1500),
        ),
    ],
)
def test_a_change_names_a_session_or_an_endpoint(text, change):
    assert parse_set(text) == change


@pytest.mark.parametrize(
    ("intervals", "multipliers", "sets", "says"),
    [
        (["20"], [], [], '"20" has no unit; write 20ms or 20us'),
        (["10ms,soon"], [], [], '"soon" in "10ms,soon" is no interval'),
        (["0ms"], [], [], "write a time such as 20ms"),
        (["0.3us"], [], [], "whole microseconds"),
        (["2h"], [], [], "4294967295us"),
        ([""], [], [], "is no interval"),
        ([], ["0"], [], "write numbers from 1 to 255"),
        ([], ["5-2"], [], '"5-2" is no multiplier'),
        ([], ["2,256"], [], '"256" in "2,256"'),
        ([], [], ["multiplier=3"], "write SESSION.KEY=VALUE"),
        ([], [], ["1.multiplier"], "write SESSION.KEY=VALUE"),
        ([], [], ["1.speed=3"], "interval, local-multiplier, desired-min-tx-interval"),
        ([], [], ["0.multiplier=3"], "from 1, nor the address of an endpoint"),
        ([], [], ["192.0.2.multiplier=3"], '"192.0.2" in'),
        ([], [], ["1.multiplier=300"], "write a number from 1 to 255"),
        ([], [], ["1.multiplier=3ms"], '"3ms" in "1.multiplier=3ms" is no multiplier'),
        ([], [], ["1.interval=3"], "has no unit"),
        ([], [], ["1.required-min-rx-interval=0ms"], "is no interval"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_right(intervals, multipliers, sets, says):
    with pytest.raises(WantedError) as refused:
        wanted(intervals, multipliers, sets)
    assert says in str(refused.value)


def test_gaps_are_needed_from_the_smallest_multiplier_on():
    assert needed_permille(Wanted()) == 2000
    assert needed_permille(Wanted(multipliers=(3, 7))) == 3000
    assert needed_permille(Wanted(multipliers=(3,), changes=(Change(1, Key.MULTIPLIER, 1),))) == 1000
    assert needed_permille(Wanted(changes=(Change(1, Key.INTERVAL, 9),))) == 2000
