# SPDX-License-Identifier: Apache-2.0
"""The document of a run: what is written is read again, and what is not of the schema is refused by its place."""

import json

import pytest

from bfd_fastpath.bench.document import (
    Better,
    Document,
    DocumentError,
    Goal,
    Noise,
    Product,
    Relation,
    Row,
    Skipped,
    Verdict,
)
from bfd_fastpath.bench.figure import Figure


def document() -> Document:
    fast = Row(
        name="64 B, 1,000 routes, IPv4",
        parameters={"size": 64, "family": 4},
        unit="cycles",
        better=Better.LOWER,
        ours=Figure.of([3, 1, 2], cycles_over_io=12.5),
        peers={"l3fwd-lpm": Figure.of([4, 5], cycles_over_io=20)},
        ceiling=60.5,
        goal=Goal("0.8 x l3fwd", 0.8, "l3fwd-lpm", Relation.AT_MOST),
        met=True,
        verdict=Verdict.OK,
        prediction=2.5,
        detail={"stages": {"classify": 3.5}, "cdf": [[1.0, 0.5], [2.0, 1.0]]},
    )
    plain = Row(name="held", parameters={}, unit="false-downs", better=Better.LOWER, ours=Figure.of([0]))
    return Document(
        product=Product("0.1.0", "DPDK 22.11.9", "libpydp.so.0"),
        started="2026-01-01T00:00:00Z",
        seconds=12.5,
        command="bfd-fastpath bench --quick",
        machine={"cpu": {"model": "a processor"}, "doctor": None},
        noise=Noise("noisy", 3.5, 12.0, {"edges-us": [1], "counts": [1, 2]}, ("3.5 % were stolen",)),
        suites={"forward": (fast,), "bfd-scale": (plain,), "python": ()},
        skipped=(Skipped("control", "GoBGP", "it is not installed", "apt-get install gobgpd"),),
    )


def test_what_is_written_is_read_again():
    assert Document.from_json(document().to_json()) == document()


def test_the_keys_are_those_of_the_schema():
    made = json.loads(document().to_json())
    assert made["schema"] == 1
    row = made["suites"]["forward"][0]
    assert row["ours"] == {"median": 2, "min": 1, "max": 3, "windows": [3, 1, 2], "cycles-over-io": 12.5}
    assert row["goal"] == {"text": "0.8 x l3fwd", "limit": 0.8, "of": "l3fwd-lpm", "relation": "at-most"}
    assert "cycles-over-io" not in made["suites"]["bfd-scale"][0]["ours"]


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("schema",), 2, "schema 2"),
        (("started",), 5, "started"),
        (("extra",), 5, "extra is not known"),
        (("noise", "verdict"), None, "noise.verdict"),
        (("suites", "forward", 0, "unit"), 3, r"suites.forward\[0\].unit"),
        (("suites", "forward", 0, "better"), "best", "not one of higher, lower"),
        (("suites", "forward", 0, "goal", "limit"), True, r"suites.forward\[0\].goal.limit"),
        (("suites", "forward", 0, "ours", "windows", 1), "fast", r"suites.forward\[0\].ours.windows\[1\]"),
        (("suites", "forward", 0, "peers", "l3fwd-lpm", "mean"), 1, "l3fwd-lpm.mean is not known"),
        (("suites", "forward", 0, "met"), "yes", r"suites.forward\[0\].met"),
        (("skipped", 0, "who"), "me", r"skipped\[0\].who is not known"),
    ],
)
def test_what_is_not_of_the_schema_is_refused_by_its_place(path, value, told):
    made = json.loads(document().to_json())
    at = made
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(DocumentError, match=told):
        Document.from_json(json.dumps(made))


@pytest.mark.parametrize("name", ["schema", "product", "started", "machine", "noise", "suites", "skipped"])
def test_a_missing_key_is_named(name):
    made = json.loads(document().to_json())
    del made[name]
    with pytest.raises(DocumentError, match=f"{name} is missing"):
        Document.from_json(json.dumps(made))


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_what_is_no_object_is_refused(text):
    with pytest.raises(DocumentError):
        Document.from_json(text)


def test_a_goal_of_a_peer_is_about_what_both_cost_above_io():
    goal = Goal("0.8 x l3fwd", 0.8, "l3fwd", Relation.AT_MOST)
    peers = {"l3fwd": Figure.of([100], cycles_over_io=20)}
    assert goal.met(Figure.of([500], cycles_over_io=16), peers) is True
    assert goal.met(Figure.of([10], cycles_over_io=17), peers) is False
    assert goal.met(Figure.of([10]), {}) is None
    assert goal.met(Figure.of([10], cycles_over_io=17), {"l3fwd": Figure.of([1], cycles_over_io=-1)}) is None


def test_a_goal_without_a_peer_is_a_limit():
    assert Goal("60 Mpps", 60.0).met(Figure.of([60]), {}) is True
    assert Goal("below 3 s", 3, relation=Relation.AT_MOST).met(Figure.of([3.5]), {}) is False


def test_the_spread_is_between_quartiles_or_the_least_and_the_most_of_few():
    assert Figure.of([1, 2, 3, 4, 100]).spread == 2
    assert Figure.of([1, 5, 2]).spread == 4
    with pytest.raises(ValueError):
        Figure.of([])


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("suites", "forward", 0, "ours", "median"), float("nan"), r"ours.median is nan, not a number"),
        (("suites", "forward", 0, "ours", "max"), float("inf"), r"ours.max is inf, not a number"),
        (("suites", "forward", 0, "ours", "windows"), [], r"suites.forward\[0\].ours.windows is empty"),
        (
            ("suites", "forward", 0, "ours", "median"),
            0,
            r"ours.windows and median are not between min and max",
        ),
        (("suites", "forward", 0, "ours", "windows", 0), 4, r"ours.windows and median are not between"),
        (("suites", "forward", 0, "detail", "cdf"), [[1.0]], r"detail.cdf\[0\] is \[1.0\]"),
        (("suites", "forward", 0, "detail", "cdf"), [[1, 0.5], [0, 1]], r"detail.cdf does not ascend"),
        (("suites", "forward", 0, "detail", "cdf"), [[1, 7]], r"detail.cdf does not ascend"),
        (("suites", "forward", 0, "detail", "peers-cdf"), {"a": [[1, 7]]}, r"peers-cdf.a does not ascend"),
        (("suites", "forward", 0, "detail", "stages"), {"receive": "x"}, r"detail.stages.receive"),
        (("machine", "cpu"), "x", "machine.cpu is 'x'"),
        (("machine", "cpu"), {"caches": 5}, "machine.cpu.caches is 5, not a list"),
        (("machine", "hugepages"), [1], r"machine.hugepages\[0\] is not an object"),
        (("machine", "hugepages"), [{"page-kib": "2M"}], r"machine.hugepages\[0\].page-kib is '2M'"),
        (("machine", "doctor"), {"findings": [{"state": []}]}, r"machine.doctor.findings\[0\].state is \[\]"),
        (("machine", "doctor"), {"findings": ["x"]}, r"machine.doctor.findings\[0\] is not an object"),
    ],
)
def test_what_the_page_could_not_show_is_refused_by_its_place(path, value, told):
    made = json.loads(document().to_json())
    at = made
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(DocumentError, match=told):
        Document.from_json(json.dumps(made))
