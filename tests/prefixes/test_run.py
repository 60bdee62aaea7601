# SPDX-License-Identifier: Apache-2.0
"""Runs of NLRI octets against the exact decoder, which knows each prefix."""

import pickle
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.prefixes import PrefixError, Run
from bfd_fastpath.prefixes.prefix import decode_ipv4, decode_ipv6, encode_prefixes

DECODERS = {4: decode_ipv4, 6: decode_ipv6}
A, B, C = ip_network("10.0.0.0/8"), ip_network("192.0.2.0/25"), ip_network("0.0.0.0/0")
A6 = ip_network("2001:db8::/33")
prefixes = st.lists(
    st.ip_addresses(v=4).flatmap(lambda one: st.integers(0, 32).map(lambda n: ip_network((one, n), False)))
)


@given(st.sampled_from([4, 6]), st.binary(max_size=60), st.integers(0, 3))
def test_it_reads_exactly_what_the_exact_decoder_reads(version, octets, start):
    start = min(start, len(octets))
    run = Run.read(version, octets, start, len(octets))
    try:
        exact = tuple(DECODERS[version](octets, start, len(octets)))
    except PrefixError:
        assert run is None
        return
    assert run is not None
    assert tuple(run) == exact
    assert len(run) == len(exact)
    assert run.octets == encode_prefixes(exact), "bits beyond the length are cleared"


@given(prefixes, st.data())
def test_it_is_the_sequence_of_its_prefixes(several, data):
    run = Run(4, encode_prefixes(several), len(several))
    assert run == tuple(several)
    assert tuple(several) == run
    assert hash(run) == hash(tuple(several))
    for _ in range(3):
        part = data.draw(st.slices(len(several) + 1))
        assert tuple(run[part]) == tuple(several[part])
    for index in range(-len(several), len(several)):
        assert run[index] == several[index]
    with pytest.raises(IndexError):
        run[len(several)]
    count = data.draw(st.integers(0, len(several)))
    head, rest = run.cut(count)
    assert tuple(head) == tuple(several[:count])
    assert tuple(rest) == tuple(several[count:])
    assert Run.joined(4, [head, rest]) == run


def test_prefixes_of_both_versions_make_two_runs():
    assert Run.of([A, A6, B]) == [(A, B), (A6,)]
    assert Run.of([]) == []
    assert Run.of([C]) != Run.of([A])
    assert Run.of([A])[0] != [A]
    assert repr(Run.of([A, B])[0]) == "Run(10.0.0.0/8, 192.0.2.0/25)"


@pytest.mark.parametrize("texts", [("203.0.113.0/24", "0.0.0.0/0"), ("2001:db8::/32", "::1/128")])
def test_the_prefixes_of_a_run_are_those_of_ipaddress_in_every_table(texts):
    plain = [ip_network(text) for text in texts]
    (run,) = Run.of(plain)
    assert {prefix: str(prefix) for prefix in plain} == {prefix: str(prefix) for prefix in run}
    assert list(map(hash, run)) == list(map(hash, plain))
    assert all(one == other and other == one for one, other in zip(run, plain, strict=True))
    assert pickle.loads(pickle.dumps(tuple(run))) == tuple(plain)
    assert [prefix.supernet(new_prefix=0) for prefix in run] == [p.supernet(new_prefix=0) for p in plain]
