# SPDX-License-Identifier: Apache-2.0
"""The claims that the fuzzers hold against the codecs (tests/fuzz/codecs.py), for octets near to valid ones and to each known
fault."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.codecs import CLAIMS
from tests.fuzz.seeds.codecs import SEEDS


@st.composite
def near(draw, seeds):
    """Two seeds one after another, then up to five octets set, removed, inserted or repeated."""
    octets = bytearray(draw(st.sampled_from(seeds)) + draw(st.just(b"") | st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, max(len(octets) - 1, 0)))
        change = draw(st.sampled_from(["set", "cut", "insert", "repeat"]))
        if change == "set":
            octets[at : at + 1] = bytes((draw(st.integers(0, 255)),))
        elif change == "cut":
            del octets[at : at + draw(st.integers(1, 8))]
        elif change == "insert":
            octets.insert(at, draw(st.integers(0, 255)))
        else:
            octets[at:at] = octets[at : at + draw(st.integers(1, 60))]
    return bytes(octets)


@pytest.mark.parametrize("name", CLAIMS)
def test_every_seed_keeps_the_claim(name):
    seeds = list(SEEDS[name]())
    assert seeds
    for octets in seeds:
        CLAIMS[name](octets)


@pytest.mark.parametrize("name", CLAIMS)
def test_octets_near_the_seeds_keep_the_claim(name):
    @settings(max_examples=300, deadline=None)
    @given(near(list(SEEDS[name]())) | st.binary(max_size=60))
    def holds(octets):
        CLAIMS[name](octets)

    holds()


def test_the_claims_and_their_seeds_have_the_same_names():
    assert set(CLAIMS) == set(SEEDS)
