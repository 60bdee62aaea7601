# SPDX-License-Identifier: Apache-2.0
"""What "contains" means when a replay's document is held against an expectation, and how a difference is told."""

import pytest

from bfd_fastpath.replay.contains import ExpectationError, mismatches

DOCUMENT = {
    "packets": 12,
    "compressed": True,
    "fault": None,
    "ratio": 2.0,
    "text": "far end stopped",
    "sessions": [
        {"endpoints": [{"address": "192.0.2.1", "state": "up"}, {"address": "192.0.2.2", "state": "down"}]},
        {"endpoints": []},
    ],
    "steps": ["down", "init", "up", "down", "up"],
}


@pytest.mark.parametrize(
    "expected",
    [
        {},
        {"packets": 12, "ratio": 2},
        {"fault": None, "compressed": True},
        {"sessions": [{"endpoints": [{"address": "192.0.2.2"}]}]},
        {"sessions": [{}, {"endpoints": {"length": 0}}]},
        {"sessions": []},
        {"steps": ["init", "up", "up"]},
        {"steps": {"length": {"between": [5, 6]}}},
        {"steps": {"any-order": ["up", "up", "init"]}},
        {"sessions": [{"endpoints": {"any-order": [{"state": "down"}, {"state": "up"}]}}]},
        {"packets": {"at-least": 12}},
        {"packets": {"at-most": 12}},
        {"packets": {"at-least": 1, "at-most": 20}},
        {"packets": {"between": [12, 12]}},
        {"nothing": {"absent": True}, "fault": {"absent": False}},
        {"packets": {"one-of": [11, {"at-least": 12}]}},
        {"text": {"matches": "stopped$"}},
        {"text": {"length": 15}},
    ],
)
def test_what_is_contained_gives_no_mismatch(expected) -> None:
    assert mismatches(DOCUMENT, expected) == []


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ({"packets": 13}, "$.packets: expected 13, found 12"),
        ({"compressed": 1}, "$.compressed: expected 1, found true"),
        ({"packets": True}, "$.packets: expected true, found 12"),
        ({"nothing": 1}, "$.nothing: expected 1, found nothing"),
        ({"nothing": None}, "$.nothing: expected null, found nothing"),
        ({"fault": 0}, "$.fault: expected 0, found null"),
        ({"packets": {"x": 1}}, "$.packets: expected an object, found 12"),
        ({"packets": [1]}, "$.packets: expected a list, found 12"),
        (
            {"sessions": [{"endpoints": [{"address": "192.0.2.1", "state": "down"}]}]},
            '$.sessions[0].endpoints[0].state: expected "down", found "up"',
        ),
        (
            {"steps": ["init", "down", "up", "up"]},
            'element 3 of what is expected, "up", found no element left for it',
        ),
        ({"steps": {"length": 4}}, "length of $.steps: expected 4, found 5"),
        ({"packets": {"length": 4}}, "$.packets: expected something of length 4, found 12"),
        ({"steps": {"any-order": ["init", "init"]}}, "element 1 of what is expected"),
        ({"packets": {"any-order": []}}, "$.packets: expected a list, found 12"),
        ({"packets": {"at-least": 13}}, "$.packets: expected at least 13, found 12"),
        ({"text": {"at-least": 13}}, "$.text: expected at least 13"),
        ({"compressed": {"at-least": 0}}, "$.compressed: expected at least 0, found true"),
        ({"packets": {"at-least": 1, "at-most": 11}}, "$.packets: expected at most 11, found 12"),
        ({"packets": {"between": [13, 20]}}, "$.packets: expected between 13 and 20, found 12"),
        ({"packets": {"absent": True}}, "$.packets: expected nothing, found 12"),
        ({"nothing": {"absent": False}}, "$.nothing: expected something, found nothing"),
        ({"nothing": {"at-least": 1}}, "$.nothing: expected at least 1, found nothing"),
        ({"packets": {"one-of": [1, 2]}}, "$.packets: expected one of [1, 2], found 12"),
        ({"text": {"matches": "^stopped"}}, "$.text: expected a text in which"),
    ],
)
def test_what_is_not_contained_is_told_with_its_place(expected, told: str) -> None:
    assert any(told in str(one) for one in mismatches(DOCUMENT, expected))


def test_of_several_candidates_the_nearest_is_told() -> None:
    (first, second) = mismatches(
        {"rows": [{"a": 1, "b": 2, "c": 3}, {"a": 9, "b": 9, "c": 9}]}, {"rows": [{"a": 9, "b": 9, "c": 8}]}
    )
    assert "the nearest is [1]" in str(first)
    assert str(second) == "$.rows[1].c: expected 8, found 9"


def test_in_any_order_a_loose_expectation_leaves_the_strict_one_its_element() -> None:
    document = [{"to": "down", "why": "expiry"}, {"to": "down", "why": "neighbour"}]
    assert mismatches(document, {"any-order": [{"to": "down"}, {"to": "down", "why": "expiry"}]}) == []


@pytest.mark.parametrize(
    "expected",
    [
        {"packets": {"at-least": "many"}},
        {"packets": {"between": [1]}},
        {"packets": {"absent": 1}},
        {"packets": {"one-of": 1}},
        {"steps": {"any-order": {"a": 1}}},
        {"text": {"matches": "("}},
    ],
)
def test_an_operator_with_a_wrong_value_is_a_fault_of_the_expectation(expected) -> None:
    with pytest.raises(ExpectationError):
        mismatches(DOCUMENT, expected)
