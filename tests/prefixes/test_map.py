# SPDX-License-Identifier: Apache-2.0
"""Tables of prefixes against a dict, in whatever order prefixes come and go."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bfd_fastpath.prefixes import PrefixMap, Run
from bfd_fastpath.prefixes.table import MOST_VALUES, PrefixTable

A, B = ip_network("10.0.0.0/8"), ip_network("10.0.0.0/16")
A6 = ip_network("2001:db8::/33")
POOL = [
    *(
        ip_network((f"10.0.{i}.{j}", n), strict=False)
        for i in range(3)
        for j in (0, 128)
        for n in (0, 8, 24, 25, 32)
    ),
    *(
        ip_network((f"2001:db8:{i}::{j}", n), strict=False)
        for i in range(3)
        for j in range(2)
        for n in (0, 33, 64, 128)
    ),
]
steps = st.lists(
    st.tuples(
        st.sampled_from(["set", "set", "remove"]),
        st.lists(st.sampled_from(POOL), max_size=8),
        st.integers(1, 3),
    ),
    max_size=30,
)


@given(steps, st.integers(0, 2**64 - 1))
def test_it_is_a_dict(happened, seed):
    table, model = PrefixMap(seed), {}
    for what, several, value in happened:
        for run in Run.of(several):
            before = {}
            for old, part in table.set(run, value) if what == "set" else table.remove(run):
                before |= dict.fromkeys(part, old)
            expected = {one: model.get(one) for one in run}
            if what == "remove":
                expected = {one: old for one, old in expected.items() if old is not None}
            for one, old in expected.items():
                # A prefix that stands twice in a run has the new value the second time.
                assert before[one] == old or list(run).count(one) > 1
            assert before.keys() == expected.keys()
            model |= dict.fromkeys(run, value) if what == "set" else {}
            if what == "remove":
                model = {one: kept for one, kept in model.items() if one not in set(run)}
        assert len(table) == len(model)
        assert set(table.run(4)) | set(table.run(6)) == set(model)
        assert set(table.values()) == set(model.values())
        assert all(table.uses(one) == list(model.values()).count(one) for one in (1, 2, 3))
        for run in Run.of(POOL):
            assert {one: value for value, part in table.split(run) for one in part} == {
                one: model.get(one) for one in run
            }
        assert all(table.get(one) == model.get(one) for one in POOL)
        for one in POOL:
            (run,) = Run.of([one])
            assert table.split(run) == [(model.get(one), run)]
    held = {one: value for version in (4, 6) for value, run in table.runs(version) for one in run}
    assert held == model


@settings(max_examples=20)
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1))
def test_it_grows_and_shrinks_and_forgets_nothing(seed, first):
    table = PrefixMap(seed)
    many = [ip_network((ip_address((first + (i << 8)) % 2**32), 24), strict=False) for i in range(2000)]
    (run,) = Run.of(dict.fromkeys(many))
    table.set(run, "one")
    assert table.split(run) == [("one", run)]
    assert table.memory >= 8 * len(run)
    half, rest = run.cut(len(run) // 2)
    assert table.remove(half) == [("one", half)]
    assert table.split(run) == [(None, half), ("one", rest)]
    assert len(table) == len(rest)


def test_what_no_prefix_has_is_not_kept():
    table = PrefixMap()
    (run,) = Run.of([A, B])
    table.set(run, "old")
    head, rest = run.cut(1)
    assert table.set(head, "new") == [("old", head)]
    assert table.set(head, "new") == [("new", head)]
    table.set(rest, "new")
    assert table.values() == ["new"]
    assert table.set(Run(4, b"", 0), "never") == []
    assert table.values() == ["new"]
    assert (A in table, A6 in table) == (True, False)


def test_a_stamp_is_that_of_the_last_change():
    table = PrefixMap(stamped=True)
    (run,) = Run.of([A6])
    table.set(run, "x", 5)
    table.set(run, "x", 6)
    assert table.stamp(A6) == 5
    table.set(run, "y", 7)
    assert table.stamp(A6) == 7
    assert table.stamp(ip_network("::/0")) == 0


def test_the_table_refuses_what_it_cannot_hold():
    table = PrefixTable(4, 0)
    for value in (0, MOST_VALUES + 1):
        with pytest.raises(ValueError, match="not in 1"):
            table.assign(b"\x08\x0a", value)
    for call in (table.split, table.remove, table.get, lambda octets: table.assign(octets, 1)):
        with pytest.raises(ValueError, match="malformed"):
            call(b"\x21\x00\x00\x00\x00\x00")
    table.assign(b"\x08\x0a", 7)
    with pytest.raises(ValueError, match="malformed"):
        table.assign(b"\x08\x0a\x10", 1)
    assert table.split(b"\x08\x0a") == [(7, b"\x08\x0a", 1)]
    assert table.octets(7) == (b"\x08\x0a", 1)
    assert table.octets(1) == (b"", 0)
