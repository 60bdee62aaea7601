# SPDX-License-Identifier: Apache-2.0
"""A timeline as SVG: one lane an end, hellos above, states below, outages shaded, verdicts as captions.
Standalone, text as text, legible on light and dark.
"""

import textwrap
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt

from bfd_fastpath.replay.timeline_axis import ticks
from bfd_fastpath.replay.timeline_hellos import Hellos
from bfd_fastpath.replay.timeline_scene import Lane, Quiet, Scene, Span, Track
from pydp.replay.telling import duration
from pydp.states import State

WIDTH, LEFT, RIGHT = 1180, 196, 24
#: Width of the part whose x is time.
PLOT = WIDTH - LEFT - RIGHT
TOP = 92
LABEL, TICK, BAND, BETWEEN = 13, 16, 14, 5
LANE = LABEL + TICK + BAND + BETWEEN
HEADER, CAPTION, GAP = 24, 16, 20
#: A lane with more hellos than this shows how many there were instead of each one.
EACH = 300
#: Hellos with a tooltip each, in the whole picture.
TOLD = 4000
#: Spans of a lane that are drawn one by one; more are drawn pixel by pixel.
SPANS = 300
#: Captions of one session.
CAPTIONS = 3
CAPTION_CHARACTERS = 132
#: About the width of a letter of the labels.
LETTER = 5.6

_WORST = (State.UP, State.INIT, State.ADMIN_DOWN, State.DOWN)

STYLE = """
text{font:12px system-ui,"Segoe UI","DejaVu Sans",sans-serif;fill:#1d2530}
.bg{fill:#fff}.title{font-size:17px;font-weight:600}.soft,.tick-label{fill:#5a6675}
.tick-label{font-size:11px;text-anchor:middle}.session{font-weight:600;font-size:13px}
.address{text-anchor:end;font-size:12px}.label{font-size:10px}.caption{font-size:12px}
.grid{stroke:#e3e7ec}.rule{stroke:#c7ced6}.row{fill:#f5f7f9}
.hello{stroke:#2b6cb0;stroke-width:1;fill:none;vector-effect:non-scaling-stroke}
.many{fill:#2b6cb0;fill-opacity:.55}
.up{fill:#2f9e66}.init{fill:#e2a52f}.down{fill:#d0394f}.admin-down{fill:#7d8796}
.in{fill:#fff;font-size:10px}.mark{stroke:#1d2530;stroke-width:1;vector-effect:non-scaling-stroke}
.outage{fill:#d0394f;fill-opacity:.11}
.quiet{fill:#d0394f;fill-opacity:.16;stroke:#d0394f;stroke-dasharray:3 2;vector-effect:non-scaling-stroke}
.verdict{fill:#a3213a;font-weight:600}
@media (prefers-color-scheme:dark){text{fill:#dfe5ec}.bg{fill:#12171e}.soft,.tick-label{fill:#97a3b2}
.grid{stroke:#27303a}.rule{stroke:#3a4551}.row{fill:#181f28}.hello{stroke:#6cb0f0}.many{fill:#6cb0f0}
.mark{stroke:#dfe5ec}.in{fill:#fff}.verdict{fill:#ff8298}.outage{fill-opacity:.2}.quiet{fill-opacity:.25}}
"""


def svg(scene: Scene, hellos: Hellos) -> str:
    """The whole file. The rows of `hellos` are the tracks of the scene, in their order."""
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *_Picture(scene, hellos).lines(), ""])


def element(scene: Scene, hellos: Hellos) -> str:
    """The same without the XML declaration, to stand in a page."""
    return "\n".join(_Picture(scene, hellos).lines())


class _Picture:
    def __init__(self, scene: Scene, hellos: Hellos) -> None:
        self.scene, self.hellos = scene, hellos
        self.length_ns = max(scene.end_ns - scene.start_ns, 1)
        drawn = hellos.counts.sum(axis=2)
        self.tell_each = int(drawn[drawn <= EACH].sum()) <= TOLD
        self.captions = [list(_captions(track)) for track in scene.tracks]

    def lines(self) -> Iterator[str]:
        height = (
            TOP + sum(map(self.height, range(len(self.scene.tracks)))) + (30 if self.scene.left_out else 6)
        )
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" data-left="{LEFT}" data-width="{PLOT}" '
            f'data-length-ns="{self.length_ns}">'
        )
        yield f"<title>{_text(self.scene.file)}: BFD in {self.scene.packets} packets</title>"
        yield f"<style>{STYLE}</style>"
        yield f'<clipPath id="plot"><rect x="{LEFT}" y="0" width="{PLOT}" height="{height}"/></clipPath>'
        yield f'<rect class="bg" width="{WIDTH}" height="{height}"/>'
        yield from self.head()
        yield from self.axis(height)
        y = TOP
        for number, track in enumerate(self.scene.tracks):
            yield from self.track(number, track, y)
            y += self.height(number)
        if self.scene.left_out:
            left = self.scene.left_out
            what = "session is" if left == 1 else "sessions are"
            yield _plain("soft", LEFT, y + 14, f"{left} more {what} left out (--all draws them).")
        yield "</svg>"

    def height(self, number: int) -> int:
        lanes = len(self.scene.tracks[number].lanes)
        return HEADER + lanes * LANE + len(self.captions[number]) * CAPTION + GAP

    def x(self, time_ns: int) -> float:
        """From 0 to PLOT, wherever the time is."""
        return min(max((time_ns - self.scene.start_ns) / self.length_ns, 0.0), 1.0) * PLOT

    def head(self) -> Iterator[str]:
        name = self.scene.file.rsplit("/", 1)[-1]
        start = datetime.fromtimestamp(self.scene.start_ns // 1_000_000_000, UTC)
        micro = self.scene.start_ns // 1000 % 1_000_000
        yield f'<text class="title" x="24" y="34">{_text(name)}</text>'
        yield (
            f'<text class="soft" x="24" y="54">{self.scene.packets} packets in {duration(self.length_ns)} '
            f"from {start:%Y-%m-%d %H:%M:%S}.{micro:06d} UTC</text>"
        )
        x = WIDTH - RIGHT - 520
        yield f'<path class="hello" d="M{x} 22v12m5 -12v12m5 -12v12"/>'
        yield _plain("soft", x + 17, 33, "hellos")
        x += 70
        for state in (State.UP, State.INIT, State.DOWN, State.ADMIN_DOWN):
            yield f'<rect class="{state}" x="{x}" y="23" width="12" height="11" rx="2"/>'
            yield _plain("soft", x + 17, 33, str(state))
            x += 34 + len(str(state)) * 7
        yield f'<rect class="quiet" x="{x}" y="23" width="16" height="11"/>'
        yield _plain("soft", x + 21, 33, "silence too long")
        x += 124
        yield f'<rect class="outage" x="{x}" y="20" width="16" height="17"/>'
        yield _plain("soft", x + 21, 33, "outage")

    def axis(self, height: int) -> Iterator[str]:
        yield f'<g id="axis" transform="translate({LEFT} 0)">'
        for at, label in ticks(self.length_ns):
            x = _number(at / self.length_ns * PLOT)
            yield f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP - 8}" y2="{height}"/>'
            yield f'<text class="tick-label" x="{x}" y="{TOP - 13}">{label}</text>'
        yield "</g>"
        yield f'<line class="rule" x1="{LEFT}" x2="{LEFT + PLOT}" y1="{TOP - 8}" y2="{TOP - 8}"/>'

    def track(self, number: int, track: Track, top: int) -> Iterator[str]:
        bottom = top + HEADER + len(track.lanes) * LANE
        yield f'<g class="track"><text class="session" x="24" y="{top + 16}">Session {track.index}</text>'
        yield f'<text class="soft" x="{LEFT}" y="{top + 16}">{_text(track.title)}</text>'
        yield '<g clip-path="url(#plot)">'
        yield f'<g class="zoom" transform="translate({LEFT} 0)">'
        for shade in track.shades:
            x, width = self.extent(shade.start_ns, shade.end_ns)
            title = _text(f"{shade.code}, packet {shade.packet}: {shade.sentence}")
            box = f'x="{x}" y="{top + HEADER}" width="{width}" height="{bottom - top - HEADER}"'
            yield f'<rect class="outage" {box}><title>{title}</title></rect>'
        y = top + HEADER
        texts: list[str] = []
        for end, lane in enumerate(track.lanes):
            yield from self.lane(number, end, lane, y)
            texts += self.labels(lane, y)
            y += LANE
        yield "</g>"
        yield from texts
        yield "</g>"
        for end, lane in enumerate(track.lanes):
            yield _plain("address", LEFT - 12, top + HEADER + end * LANE + LABEL + TICK + 4, lane.address)
        y = bottom + 13
        for code, line in self.captions[number]:
            bold = f'<tspan class="verdict">{_text(code)}</tspan> ' if code else ""
            yield f'<text class="caption" x="{LEFT}" y="{y}">{bold}{_text(line)}</text>'
            y += CAPTION
        yield "</g>"

    def extent(self, start_ns: int, end_ns: int) -> tuple[str, str]:
        """x and width, at least a visible one."""
        x = self.x(start_ns)
        return _number(x), _number(max(self.x(end_ns) - x, 0.8))

    def lane(self, number: int, end: int, lane: Lane, top: int) -> Iterator[str]:
        tick, band = top + LABEL, top + LABEL + TICK
        yield from self.quiet(lane.quiet, tick, lane)
        yield from self.ticks(number, end, tick, lane)
        spans = lane.spans if len(lane.spans) <= SPANS else tuple(self.coarse(lane.spans))
        for span in spans:
            x, width = self.extent(span.start_ns, span.end_ns)
            said = f" ({span.diagnostic})" if span.diagnostic else ""
            lasts = duration(max(span.end_ns - span.start_ns, 0))
            since = f"{lane.address}: {span.state}{said} from packet {span.packet} on, for {lasts}"
            yield (
                f'<rect class="{span.state}" x="{x}" y="{band}" width="{width}" height="{BAND}">'
                f"<title>{_text(since)}</title></rect>"
            )
        marks = "".join(
            f"M{_number(self.x(one.start_ns))} {tick - 3}V{band + BAND}" for one in spans if one.change
        )
        if marks:
            yield f'<path class="mark" d="{marks}"/>'

    def quiet(self, quiet: Iterable[Quiet], y: int, lane: Lane) -> Iterator[str]:
        drawn = -1.0
        for one in quiet:
            if self.x(one.end_ns) < drawn + 1:
                continue
            drawn = self.x(one.end_ns)
            x, width = self.extent(one.start_ns, one.end_ns)
            waits = f", detection time {duration(one.detection_ns)}" if one.detection_ns else ""
            until = f", until packet {one.packet}" if one.packet else ""
            title = f"nothing of {lane.address} for {duration(one.end_ns - one.start_ns)}{until}{waits}"
            yield (
                f'<rect class="quiet" x="{x}" y="{y}" width="{width}" height="{TICK - 2}">'
                f"<title>{_text(title)}</title></rect>"
            )

    def ticks(self, number: int, end: int, y: int, lane: Lane) -> Iterator[str]:
        counts, first = self.hellos.counts[number, end], self.hellos.first[number, end]
        filled = np.flatnonzero(counts)
        scale = PLOT / len(counts)
        if counts.sum() > EACH:
            most = counts.max()
            # One crowded pixel must not make all others look empty.
            usual = float(np.percentile(counts[filled], 95)) or 1.0
            heights = np.maximum((TICK - 2) * np.minimum(counts / usual, 1.0), np.minimum(counts, 1)).round()
            shape = "".join(_bars(heights, scale, y + TICK - 2))
            per = duration(int(self.length_ns / len(counts)))
            title = f"{lane.packets} hellos of {lane.address}; at most {most} in {per}"
            yield f'<path class="many" d="{shape}"><title>{_text(title)}</title></path>'
            return
        if not self.tell_each:
            strokes = "".join(f"M{_number((at + 0.5) * scale)} {y}v{TICK - 2}" for at in filled)
            yield f'<path class="hello" d="{strokes}"/>'
            return
        for at in filled:
            more = f" and {counts[at] - 1} more" if counts[at] > 1 else ""
            yield (
                f'<path class="hello" d="M{_number((at + 0.5) * scale)} {y}v{TICK - 2}">'
                f"<title>packet {first[at]}{more}</title></path>"
            )

    def coarse(self, spans: Iterable[Span]) -> Iterator[Span]:
        """One span a pixel at most: the worst that was said in it."""
        held: Span | None = None
        for span in spans:
            if held is not None and int(self.x(held.start_ns)) != int(self.x(span.start_ns)):
                yield held
                held = None
            if held is None:
                held = span
                continue
            worse = max(held, span, key=lambda one: _WORST.index(one.state))
            held = Span(held.start_ns, span.end_ns, worse.state, worse.diagnostic, worse.packet, worse.change)
        if held is not None:
            yield held

    def labels(self, lane: Lane, top: int) -> Iterator[str]:
        """Names of states in their bands, changes above, where there is room."""
        free = 0.0
        for span in lane.spans:
            x, end = self.x(span.start_ns), self.x(span.end_ns)
            if span.change:
                said = f" {span.diagnostic}" if span.diagnostic else ""
                label = f"{span.state} #{span.packet}{said}"
                width = len(label) * LETTER
                at = min(x, PLOT - width)
                if at >= free:
                    yield _label("label", at, top + LABEL - 5, label, x)
                    free = at + width + 8
            if end - x > len(str(span.state)) * LETTER + 8:
                yield _label("in", x + 4, top + LABEL + TICK + 10.5, str(span.state), x, end - x)


def _bars(heights: npt.NDArray[np.float64], scale: float, bottom: int) -> Iterator[str]:
    """One box for neighbours of one height."""
    borders = [0, *(np.flatnonzero(np.diff(heights)) + 1).tolist(), len(heights)]
    for begin, end in pairwise(borders):
        if heights[begin]:
            width = _number((end - begin) * scale)
            yield f"M{_number(begin * scale)} {bottom}v-{_number(heights[begin])}h{width}V{bottom}"


def _plain(css: str, x: float, y: float, text: str) -> str:
    return f'<text class="{css}" x="{_number(x)}" y="{_number(y)}">{_text(text)}</text>'


def _label(css: str, at: float, y: float, text: str, x: float, width: float = 0.0) -> str:
    """A text that follows its x when the picture is zoomed; `width` of the band that it stands in."""
    room = f' data-w="{_number(width)}"' if width else ""
    return (
        f'<text class="{css}" x="{_number(LEFT + at)}" y="{_number(y)}" data-x="{_number(x)}"{room}>'
        f"{_text(text)}</text>"
    )


def _captions(track: Track) -> Iterator[tuple[str, str]]:
    """(verdict code of a caption's first line, text) a line."""
    for shade in track.shades[:CAPTIONS]:
        lines = textwrap.wrap(f"{shade.code}: {shade.sentence}", CAPTION_CHARACTERS)
        yield f"{shade.code}:", lines[0].removeprefix(f"{shade.code}:").strip()
        yield from (("", line) for line in lines[1:])
    if len(track.shades) > CAPTIONS:
        yield "", f"and {len(track.shades) - CAPTIONS} more outages"


def _number(value: float) -> str:
    """With one digit after the point where it matters: files stay small."""
    return f"{value:.1f}".removesuffix(".0")


def _text(text: str) -> str:
    """Escaped, without what XML cannot hold."""
    return escape("".join(one if one.isprintable() else "?" for one in text))
