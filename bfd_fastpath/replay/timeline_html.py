# SPDX-License-Identifier: Apache-2.0
"""A timeline as one HTML page: the SVG with zoom, pan and a time under the pointer, and the sessions with
their verdicts as a table. It loads nothing from elsewhere.
"""

from collections.abc import Iterator
from html import escape

from bfd_fastpath.replay.timeline_hellos import Hellos
from bfd_fastpath.replay.timeline_scene import Scene, Shade
from bfd_fastpath.replay.timeline_svg import element
from pydp.replay.telling import duration

_STYLE = """
:root{color-scheme:light dark}
body{margin:0;font:14px system-ui,"Segoe UI","DejaVu Sans",sans-serif;background:#fff;color:#1d2530}
main{display:flex;flex-wrap:wrap;align-items:flex-start}
figure{margin:0;overflow-x:auto;touch-action:pan-y;cursor:grab}aside{flex:1 1 340px;padding:16px 24px}
nav{padding:12px 24px 0}button{font:inherit;padding:2px 12px;margin-right:4px}
output{margin-left:12px;font-variant-numeric:tabular-nums}
table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:5px 14px 5px 0}
tr+tr td{border-top:1px solid #8884}.code{color:#a3213a;font-weight:600}small{opacity:.75}
#pointer{stroke:#888;pointer-events:none}
@media (prefers-color-scheme:dark){body{background:#12171e;color:#dfe5ec}.code{color:#ff8298}}
"""

_SCRIPT = """
"use strict";
const svg = document.querySelector("svg"), data = svg.dataset, here = document.querySelector("output");
const left = +data.left, width = +data.width, length = +data.lengthNs;
const top_ = 84, made = name => document.createElementNS("http://www.w3.org/2000/svg", name);
const axis = svg.querySelector("#axis"), height = svg.viewBox.baseVal.height;
const pointer = made("line"); pointer.id = "pointer"; svg.append(pointer);
let zoom = 1, from = 0;  // from: what part of the length lies left of the picture
const steps = [];
for (let power = 1; power < 1e17; power *= 10) steps.push(power, 2 * power, 5 * power);
function said(ns, step) {
  if (!ns) return "0";
  const [unit, scale] = step * 1000 >= 1e9 && ns >= 1e9 ? ["s", 1e9] : ns >= 1e6 ? ["ms", 1e6] : ["us", 1e3];
  return +(ns / scale).toFixed(9) + " " + unit;
}
function draw() {
  zoom = Math.min(Math.max(zoom, 1), 1e5);
  from = Math.min(Math.max(from, 0), 1 - 1 / zoom);
  const shift = -from * width * zoom;
  for (const one of svg.querySelectorAll(".zoom"))
    one.setAttribute("transform", `translate(${left + shift} 0) scale(${zoom} 1)`);
  for (const one of svg.querySelectorAll("[data-x]")) {
    const moved = one.dataset.x * zoom + shift;
    const room = one.dataset.w * zoom, inside = one.dataset.w !== undefined;
    one.setAttribute("x", left + (inside ? Math.max(moved, 0) + 4 : moved));
    one.style.display = inside && moved + room < 30 ? "none" : "";
  }
  const step = steps.find(one => length / zoom / one <= 10);
  axis.replaceChildren();
  for (let at = Math.ceil(from * length / step) * step; at <= (from + 1 / zoom) * length; at += step) {
    const x = at / length * width * zoom + shift, line = made("line"), text = made("text");
    for (const [key, value] of Object.entries({class: "grid", x1: x, x2: x, y1: top_, y2: height}))
      line.setAttribute(key, value);
    text.setAttribute("class", "tick-label"); text.setAttribute("x", x); text.setAttribute("y", top_ - 5);
    text.textContent = said(at, step);
    axis.append(line, text);
  }
}
function place(event) {  // 0 to 1 in the plot
  const box = svg.getBoundingClientRect();
  return ((event.clientX - box.left) * svg.viewBox.baseVal.width / box.width - left) / width;
}
function closer(factor, at = 0.5) { from += at / zoom - at / (zoom * factor); zoom *= factor; draw(); }
let held = null;
svg.addEventListener("pointerdown", event => { held = place(event); });
addEventListener("pointerup", () => { held = null; });
svg.addEventListener("pointermove", event => {
  const at = place(event);
  if (held !== null) { from -= (at - held) / zoom; held = at; draw(); }
  const inside = at >= 0 && at <= 1, x = left + at * width;
  pointer.style.display = inside ? "" : "none";
  for (const [key, value] of Object.entries({x1: x, x2: x, y1: top_, y2: height}))
    pointer.setAttribute(key, value);
  here.textContent = inside ? ((from + at / zoom) * length / 1e9).toFixed(6) + " s" : "";
});
svg.addEventListener("wheel", event => {
  if (!event.ctrlKey && !event.shiftKey) return;
  event.preventDefault();
  closer((event.deltaY || event.deltaX) < 0 ? 1.25 : 0.8, Math.min(Math.max(place(event), 0), 1));
}, {passive: false});
svg.addEventListener("dblclick", event => closer(3, place(event)));
const keys = {"+": () => closer(1.5), "-": () => closer(1 / 1.5), "0": () => { zoom = 1; from = 0; draw(); },
  ArrowLeft: () => { from -= 0.2 / zoom; draw(); }, ArrowRight: () => { from += 0.2 / zoom; draw(); }};
addEventListener("keydown", event => keys[event.key]?.());
for (const one of document.querySelectorAll("button"))
  one.addEventListener("click", () => keys[one.dataset.key]());
"""


def html(scene: Scene, hellos: Hellos) -> str:
    """The whole file. The rows of `hellos` are the tracks of the scene, in their order."""
    return "\n".join(_lines(scene, hellos))


def _lines(scene: Scene, hellos: Hellos) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f"<title>{_text(scene.file)}: BFD</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield '<nav><button data-key="+">+</button><button data-key="-">\u2212</button>'
    yield '<button data-key="ArrowLeft">\u2190</button><button data-key="ArrowRight">\u2192</button>'
    yield '<button data-key="0">all</button>'
    yield "<small>Drag to move, double-click or Ctrl and the wheel to zoom, keys + - 0.</small>"
    yield "<output></output></nav>\n<main>\n<figure>"
    yield element(scene, hellos)
    yield "</figure>\n<aside>\n<h2>Sessions</h2>\n<table>"
    yield "<tr><th>#</th><th>Ends</th><th>What happened</th></tr>"
    for track in scene.tracks:
        ends = "<br>".join(_text(f"{lane.address}, {lane.packets} packets") for lane in track.lanes)
        happened = "".join(_outage(shade, scene.start_ns) for shade in track.shades)
        yield (
            f"<tr><td>{track.index}</td><td>{ends}<br><small>{_text(track.title)}</small></td>"
            f"<td>{happened or 'kept its peer'}</td></tr>"
        )
    yield "</table>"
    if scene.left_out:
        yield f"<p>{scene.left_out} more left out (--all draws them).</p>"
    yield f"</aside>\n</main>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n"


def _outage(shade: Shade, start_ns: int) -> str:
    when = f"at {(shade.start_ns - start_ns) / 1e9:.6f} s for {duration(shade.end_ns - shade.start_ns)}"
    return f'<div><span class="code">{_text(shade.code)}</span> {when}: {_text(shade.sentence)}</div>'


def _text(text: str) -> str:
    return escape("".join(one if one.isprintable() else "?" for one in text))
