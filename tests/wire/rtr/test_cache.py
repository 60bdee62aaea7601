# SPDX-License-Identifier: Apache-2.0
"""The records of an RTR cache: each version, and what a router of any earlier one lacks."""

from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.rtr import Cache
from bfd_fastpath.wire.rtr.cache import KEPT

PREFIXES = [ip_network(f"192.0.2.{n}/32") for n in range(3)] + [ip_network("2001:db8::1/128")]
versions = st.dictionaries(st.sampled_from(PREFIXES), st.frozensets(st.integers(1, 4)))


def pairs(records):
    return {(prefix, asn) for prefix, asns in records.items() for asn in asns}


@given(st.lists(versions, min_size=1, max_size=20))
def test_the_difference_to_any_version_makes_the_present_one(several):
    cache = Cache(1)
    seen = [(cache.serial, pairs(cache.records))]
    for records in several:
        before, had = cache.serial, pairs(cache.records)
        assert cache.replace(records) == (cache.serial != before) == (had != pairs(records))
        assert pairs(cache.records) == pairs(records)
        seen.append((cache.serial, pairs(cache.records)))
    for serial, had in seen:
        difference = cache.since(serial)
        announced, withdrawn = pairs(difference.announced), pairs(difference.withdrawn)
        assert not announced & had
        assert withdrawn <= had
        assert (had - withdrawn) | announced == pairs(cache.records)
        assert all(difference.announced.values())
        assert all(difference.withdrawn.values())


def test_who_is_too_far_behind_or_ahead_is_told_nothing():
    cache = Cache(1, serial=0xFFFFFFFF)
    for number in range(KEPT + 1):
        cache.replace({PREFIXES[number % 2]: frozenset((1,))})
    assert cache.serial == KEPT, "it goes on at 0 after the last one"
    assert cache.since(0xFFFFFFFF) is None
    assert cache.since(0) is not None
    assert cache.since(KEPT + 1) is None
