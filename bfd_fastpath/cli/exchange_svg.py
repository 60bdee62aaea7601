# SPDX-License-Identifier: Apache-2.0
"""The pictures of the exchange report, as SVG: the matrix of who reaches whom, and how many paths were lost
over time. Colours are the page's, by class."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

#: What the matrix has, and what is left white.
CLASSES = {
    "U": "up",
    "D": "down",
    "?": "unknown",
    ".": "unanswered",
    "n": "no-bfd",
    "x": "silent",
    "-": "absent",
}
ABSENT = "-"
#: Members up to which each cell says who and since when, and rows and columns have names.
NAMED = 64
_PICTURE = 840


def matrix(document: Any, family: str) -> str:
    """One IP version, rows reach columns, without the members that do not have it. Neighbouring cells of a
    kind are drawn as one where there are too many to be named: then only rows say whose they are."""
    rows = {row["from"]: row for row in document["matrix"] if row["family"] == family}
    places = [number for number, one in enumerate(document["members"]) if one["name"] in rows]
    names = [document["members"][number]["name"] for number in places]
    count = len(names)
    named = count <= NAMED
    cell = max(_PICTURE / count, 0.5) if not named else min(max(_PICTURE / count, 13.0), 40.0)
    margin = min(max(map(len, names)) * 6.6 + 12, 170.0) if named else 4.0
    side = count * cell + margin + 4
    parts = [
        f'<svg class="matrix" viewBox="0 0 {side:.1f} {side:.1f}" width="{side:.0f}" role="img" '
        f'aria-label="{escape(family)}: who reaches whom">'
    ]
    for place, name in enumerate(names):
        y = margin + place * cell
        row = {
            "from": name,
            "states": "".join(rows[name]["states"][number] for number in places),
            "since": [rows[name]["since"][number] for number in places],
        }
        if named:
            parts += _labels(name, place, cell, margin)
            parts += _cells(names, row, document["legend"], (margin, y, cell))
        else:
            parts += ("<g>", f"<title>{escape(name)}</title>", *_runs(row["states"], margin, y, cell), "</g>")
    return "".join((*parts, "</svg>"))


def _labels(name: str, place: int, cell: float, margin: float) -> Iterator[str]:
    middle, short = margin + (place + 0.5) * cell, escape(name if len(name) <= 24 else name[:23] + "…")
    yield f'<text x="{margin - 6:.1f}" y="{middle + 4:.1f}" text-anchor="end">{short}</text>'
    yield f'<text transform="translate({middle + 4:.1f} {margin - 6:.1f}) rotate(-90)">{short}</text>'


def _cells(
    names: Sequence[str], row: Any, legend: Mapping[str, str], place: tuple[float, float, float]
) -> Iterator[str]:
    """place: x and y of the first one, and its side."""
    x, y, cell = place
    gap = cell * 0.06
    for number, (other, sign, when) in enumerate(zip(names, row["states"], row["since"], strict=True)):
        text = f"{row['from']} -> {other}: {legend[sign]}" + (f", since {when[:19]} UTC" if when else "")
        yield (
            f'<rect class="{CLASSES[sign]}" x="{x + number * cell + gap:.1f}" y="{y + gap:.1f}" '
            f'width="{cell - 2 * gap:.1f}" height="{cell - 2 * gap:.1f}" rx="{cell * 0.12:.1f}">'
            f"<title>{escape(text)}</title></rect>"
        )


def _runs(states: str, margin: float, y: float, cell: float) -> Iterator[str]:
    start = 0
    for place in range(1, len(states) + 1):
        if place == len(states) or states[place] != states[start]:
            x, width = margin + start * cell, (place - start) * cell
            yield (
                f'<rect class="{CLASSES[states[start]]}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
                f'height="{cell:.2f}"/>'
            )
            start = place


def lost_over_time(document: Any) -> str:
    """Steps; "" where nothing was ever lost."""
    points = [(datetime.fromisoformat(p["time"]), p["pairs"]) for p in document["lost-over-time"]]
    if not points:
        return ""
    end = datetime.fromisoformat(document["time"])
    begin = points[0][0]
    span = max((end - begin).total_seconds(), 1e-3)
    most = max(count for _, count in points)
    width, height, left, bottom = _PICTURE, 150.0, 48.0, 24.0

    def x(when: datetime) -> float:
        return float(left + (width - left - 8) * (when - begin).total_seconds() / span)

    def y(count: float) -> float:
        return float(12 + (height - bottom - 12) * (1 - count / most))

    path = [f"M{left:.1f} {y(0):.1f}"]
    for when, count in points:
        path.append(f"H{x(when):.1f}V{y(count):.1f}")
    path.append(f"H{width - 8:.1f}")
    return (
        f'<svg class="lost" viewBox="0 0 {width} {height:.0f}" width="{width}" role="img" '
        f'aria-label="paths lost over time">'
        f'<line class="axis" x1="{left}" y1="{y(0):.1f}" x2="{width - 8}" y2="{y(0):.1f}"/>'
        f'<path d="{"".join(path)}"/>'
        f'<text x="{left - 8}" y="{y(most) + 4:.1f}" text-anchor="end">{most}</text>'
        f'<text x="{left - 8}" y="{y(0) + 4:.1f}" text-anchor="end">0</text>'
        f'<text x="{left}" y="{height - 4:.0f}">{begin:%Y-%m-%d %H:%M:%S}</text>'
        f'<text x="{width - 8}" y="{height - 4:.0f}" text-anchor="end">{end:%Y-%m-%d %H:%M:%S} UTC</text>'
        "</svg>"
    )
