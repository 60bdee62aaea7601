# SPDX-License-Identifier: Apache-2.0
"""A picture as SVG text, in a page or as a file. Colours are by class; a file brings the classes along."""

from html import escape

from bfd_fastpath.bench.report.style import PICTURE

#: Of every picture; it shrinks with the page.
WIDTH = 760.0


class Picture:
    """Elements in the order in which they are painted. `name` is unique in a page."""

    def __init__(self, name: str, title: str, text: str) -> None:
        """`title` is what it shows, `text` what a person who cannot see it should know."""
        self.name, self.title, self.text = name, title, text
        self.height = 0.0
        self._parts: list[str] = []

    def rect(self, kind: str, x: float, y: float, width: float, height: float, tip: str = "") -> None:
        """A filled rectangle."""
        inner = f"><title>{escape(tip)}</title></rect>" if tip else "/>"
        self._add(
            y + height,
            f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" '
            f'width="{max(width, 0):.1f}" height="{height:.1f}"{inner}',
        )

    def line(self, kind: str, x1: float, y1: float, x2: float, y2: float) -> None:
        """A straight line."""
        self._add(
            max(y1, y2), f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
        )

    def path(self, kind: str, points: list[tuple[float, float]], *, closed: bool = False) -> None:
        """A line through points."""
        text = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self._add(max(y for _, y in points), f'<path class="{kind}" d="M{text}{"Z" if closed else ""}"/>')

    def dot(self, kind: str, x: float, y: float, radius: float = 4.0) -> None:
        self._add(y + radius, f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>')

    def diamond(self, kind: str, x: float, y: float, size: float = 5.0) -> None:
        self.path(kind, [(x, y - size), (x + size, y), (x, y + size), (x - size, y)], closed=True)

    def write(self, kind: str, x: float, y: float, words: str, *, anchor: str = "start") -> None:
        """Text whose baseline is at y."""
        end = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self._add(y + 4, f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}"{end}>{escape(words)}</text>')

    def _add(self, bottom: float, part: str) -> None:
        self.height = max(self.height, bottom)
        self._parts.append(part)

    def inline(self) -> str:
        """For a page that has the classes."""
        return self._svg("", "")

    def file(self) -> str:
        """By itself, light or dark as its reader's system is."""
        frame = '<rect class="back" width="100%" height="100%"/>'
        return self._svg(' xmlns="http://www.w3.org/2000/svg"', f"<style>{PICTURE}</style>{frame}") + "\n"

    def _svg(self, attributes: str, before: str) -> str:
        ids = f"{self.name}-title", f"{self.name}-text"
        size = f'viewBox="0 0 {WIDTH:.0f} {self.height + 6:.0f}" width="{WIDTH:.0f}"'
        title = f'<title id="{ids[0]}">{escape(self.title)}</title>'
        words = f'{title}<desc id="{ids[1]}">{escape(self.text)}</desc>'
        head = f'<svg{attributes} {size} role="img" aria-labelledby="{ids[0]} {ids[1]}">'
        return "\n".join((f"{head}{words}{before}", *self._parts, "</svg>"))
