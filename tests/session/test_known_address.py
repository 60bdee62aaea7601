# SPDX-License-Identifier: Apache-2.0
"""An address that keeps its hash is that address to everybody else."""

import pickle
from ipaddress import ip_address, ip_network

import pytest

from bfd_fastpath.session.known_address import known
from tests.session.scene import Scene, X


@pytest.mark.parametrize("text", ["198.51.100.2", "2001:db8::2", "fe80::2", "fe80::2%eth0"])
def test_it_is_found_by_the_plain_one_and_the_other_way_round(text):
    plain = ip_address(text)
    kept = known(plain)
    assert {kept: 1}[plain] == {plain: 1}[kept] == 1
    assert kept == plain
    assert hash(kept) == hash(plain)
    assert (str(kept), kept.packed, kept.version) == (text, plain.packed, plain.version)
    assert pickle.loads(pickle.dumps(kept)) == plain


def test_a_known_one_is_itself():
    kept = known(X)
    assert known(kept) is kept


def test_it_counts_and_lies_in_networks_like_any_other():
    kept = known(X)
    assert kept in ip_network("198.51.100.0/24")
    assert kept + 1 == X + 1
    assert hash(kept + 1) == hash(X + 1)
    assert sorted([kept + 1, X]) == [X, X + 1]


def test_what_the_manager_says_of_a_next_hop_is_by_one_object():
    scene = Scene()
    scene.manager.want(X, "bgp", None, 0)
    (up,) = scene.up().changes
    drained = scene.down()
    assert drained.changes[0].address is up.address is drained.destinations[0]
