# SPDX-License-Identifier: Apache-2.0
"""Figures as people read them."""

from math import inf

from bfd_fastpath.bench.document import Relation, Row
from bfd_fastpath.bench.figure import Figure

MINUS = "\N{MINUS SIGN}"
_SIGNS = {"met": "\N{CHECK MARK}", "missed": "\N{MULTIPLICATION X}", "open": "\N{EN DASH}"}


def number(value: float) -> str:
    """Three digits that count, thousands apart: "0.0312", "31.2", "1,240", "4.29 M"."""
    if value < 0:
        return MINUS + number(-value)
    if value >= 1e6:
        return f"{value / 1e6:.3g} M"
    if value >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{float(f'{value:.3g}'):g}"


def with_unit(value: float, unit: str) -> str:
    """The same with its unit; seconds and microseconds become what is short."""
    for small, large, factor in (("us", "ms", 1000.0), ("ms", "s", 1000.0), ("s", "min", 120.0)):
        if unit == small and abs(value) >= factor:
            return with_unit(value / (60.0 if large == "min" else factor), large)
    return f"{number(value)} {unit}"


def span(figure: Figure) -> str:
    """The least and the most of the windows."""
    return f"{number(figure.min)} - {number(figure.max)}"


def limit_of(row: Row) -> tuple[float, str] | None:
    """(figure that ours is held against, its unit): the goal's limit, or so many times a peer's figure. None
    where there is no goal, or the peer is missing."""
    goal = row.goal
    if goal is None:
        return None
    if goal.of is None:
        return goal.limit, row.unit
    peer = row.peers.get(goal.of)
    if peer is None:
        return None
    if row.ours.cycles_over_io is not None and peer.cycles_over_io is not None:
        return goal.limit * peer.cycles_over_io, "cycles above io"
    return goal.limit * peer.median, row.unit


def held_against(row: Row) -> tuple[float, str]:
    """(our figure that the goal is about, its unit)."""
    limit = limit_of(row)
    if limit is not None and limit[1] == "cycles above io" and row.ours.cycles_over_io is not None:
        return row.ours.cycles_over_io, limit[1]
    return row.ours.median, row.unit


def standing(row: Row) -> tuple[str, str]:
    """(kind, words) of a row's goal: met, missed, or neither."""
    if row.verdict.value != "ok":
        return "open", row.verdict.value.replace("-", " ")
    if row.goal is None:
        return "none", ""
    if row.met is None:
        return "open", "not judged"
    return ("met", "met") if row.met else ("missed", "missed")


def sign(kind: str) -> str:
    """Of a standing, so that colour is not alone; "" where there is no goal."""
    return _SIGNS.get(kind, "")


def relation(row: Row) -> str:
    """How a figure has to stand to its limit."""
    at_most = row.goal is not None and row.goal.relation is Relation.AT_MOST
    return "\N{LESS-THAN OR EQUAL TO}" if at_most else "\N{GREATER-THAN OR EQUAL TO}"


def times_the_goal(row: Row) -> float | None:
    """How many times as good as its goal a row is: 1 is just met, 2 is twice as good. Infinite where what is
    to be small is nothing or less; 0 where nothing was allowed and something came. None without a goal or its
    peer."""
    limit = limit_of(row)
    if limit is None or row.goal is None:
        return None
    ours, allowed = held_against(row)[0], limit[0]
    if row.goal.relation is Relation.AT_MOST:
        return inf if ours <= 0 else max(allowed, 0.0) / ours
    return inf if allowed <= 0 else max(ours, 0.0) / allowed
