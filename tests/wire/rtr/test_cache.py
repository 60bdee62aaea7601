# SPDX-License-Identifier: Apache-2.0
"""The records of an RTR cache: each version, and what a router of any earlier one lacks."""

from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.rtr import Cache, Roa
from bfd_fastpath.wire.rtr.cache import KEPT

RECORDS = [Roa(ip_network(f"192.0.2.{n}/32"), 32, n) for n in range(6)]


@given(st.lists(st.frozensets(st.sampled_from(RECORDS)), min_size=1, max_size=20))
def test_the_difference_to_any_version_makes_the_present_one(versions):
    cache = Cache(1)
    seen = [(cache.serial, cache.records)]
    for records in versions:
        before = cache.serial
        assert cache.replace(records) == (cache.serial != before)
        seen.append((cache.serial, cache.records))
    for serial, had in seen:
        difference = cache.since(serial)
        assert not difference.announced & had
        assert difference.withdrawn <= had
        assert (had - difference.withdrawn) | difference.announced == cache.records


def test_who_is_too_far_behind_or_ahead_is_told_nothing():
    cache = Cache(1, serial=0xFFFFFFFF)
    for number in range(KEPT + 1):
        cache.replace({RECORDS[number % 2]})
    assert cache.serial == KEPT, "it goes on at 0 after the last one"
    assert cache.since(0xFFFFFFFF) is None
    assert cache.since(0) is not None
    assert cache.since(KEPT + 1) is None
