# SPDX-License-Identifier: Apache-2.0
"""Distributions of a suite: those of its rows together, and those of a row beside its peers'."""

from collections.abc import Sequence
from typing import Any, Final

from bfd_fastpath.bench.document import Row
from bfd_fastpath.bench.report import curves
from bfd_fastpath.bench.report.numbers import number
from bfd_fastpath.bench.report.plot import Plot, goal, in_all, name_of, series
from bfd_fastpath.bench.report.svg import Picture
from bfd_fastpath.bench.report.words import shortened, unit

_MOST_CURVES: Final = 7


def together(suite: str, measured: str, rows: Sequence[Row]) -> Plot:
    """Of the rows of a unit."""
    some = rows[:_MOST_CURVES]
    names, common = shortened([_without_share(row.name) for row in some])
    found = [
        curves.Curve(name, _points(row.detail["cdf"]), goal(row, measured))
        for name, row in zip(names, some, strict=True)
    ]
    title = f"Share of all that took no longer, {unit(measured).lower()}"
    return _drawn(name_of(suite, f"cdf-{measured}"), suite, title, measured, found, in_all(common))


def beside(suite: str, part: int, row: Row) -> Plot:
    """Ours and the peers' by the same cable, in the colours that their bars have."""
    told = {"ours": row.detail["cdf"], **row.detail["peers-cdf"]}
    names = [name for name in series([row]) if told.get(name)]
    found = [curves.Curve(name, _points(told[name]), goal(row, row.unit)) for name in names]
    about = _without_share(row.name)
    title = f"{about[:1].upper()}{about[1:]}, beside others"
    return _drawn(name_of(suite, f"cdf-{row.unit}-beside", part), suite, title, row.unit, found)


def _drawn(
    name: str, suite: str, title: str, measured: str, found: Sequence[curves.Curve], more: str = ""
) -> Plot:
    text = "; ".join(
        f"{one.name}: half within {number(one.at(0.5))}, 99 % within {number(one.at(0.99))} {measured}"
        for one in found
    )
    picture = Picture(name, title, text)
    curves.draw(picture, found, unit(measured).lower())
    caption = "The share's axis counts nines: the last in ten thousand has as much room as the first half."
    if any(one.at(0.5) <= 0 for one in found):
        caption += " Figures of 0 and less lie at the left edge."
    return Plot(suite, picture, caption + more)


def _without_share(name: str) -> str:
    """A curve has every share, whichever the row is about."""
    head, comma, last = name.rpartition(", ")
    return head if comma and last[:1] == "p" and last[1:].replace(".", "").isdigit() else name


def _points(pairs: Sequence[Any]) -> list[tuple[float, float]]:
    return [(float(value), float(share)) for value, share in pairs]
