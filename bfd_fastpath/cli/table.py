# SPDX-License-Identifier: Apache-2.0
"""Aligned columns of plain text, and the short forms of times and numbers that stand in them."""

from collections.abc import Iterable, Sequence


def table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()) -> str:
    """A table with one header line. Columns named in `right` hold numbers; the last column is never
    padded."""
    cells = [list(headers), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headers))]
    lines = []
    for row in cells:
        padded = [
            text.rjust(width) if header in right else text.ljust(width)
            for text, width, header in zip(row, widths, headers, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _cell(value: object) -> str:
    """Control characters (a peer's shutdown text, say) must not reach the terminal."""
    text = "-" if value is None or value == "" else str(value)
    return "".join(one if one.isprintable() else "?" for one in text)


def counted(count: int, noun: str) -> str:
    """ "1 path", "2 paths"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def interval(microseconds: float | None) -> str:
    """ "50 ms", "1 s", "1.5 ms"; "-" for none or 0."""
    if not microseconds:
        return "-"
    if microseconds >= 1_000_000:
        return f"{microseconds / 1e6:g} s"
    return f"{microseconds / 1e3:g} ms" if microseconds >= 1000 else f"{microseconds:g} us"


def age(seconds: float | None) -> str:
    """ "0.4 s", "59 s", "2 min", "3 h", "5 d"; "never" for None."""
    if seconds is None:
        return "never"
    if seconds < 10:
        return f"{seconds:.1f} s"
    for limit, unit, size in ((120, "s", 1), (7200, "min", 60), (172_800, "h", 3600)):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"
