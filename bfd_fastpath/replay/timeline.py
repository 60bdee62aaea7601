# SPDX-License-Identifier: Apache-2.0
"""Draws the story of a capture into a file: .svg or .html. A second reading of it
counts the hellos.
"""

from collections.abc import Callable
from pathlib import Path

from bfd_fastpath.replay import timeline_html, timeline_svg
from bfd_fastpath.replay.timeline_hellos import HelloCounter
from bfd_fastpath.replay.timeline_scene import scene
from pydp import replay

#: Sessions of a picture unless all are asked for.
MOST = 200
#: Sessions of a page up to which it counts finer than it shows, for those who zoom in.
_FINE = 20
#: Parts of a pixel's time then.
_FINER = 4
_DRAWN = {".svg": timeline_svg.svg, ".html": timeline_html.html}
SUFFIXES = tuple(_DRAWN)


def write(
    story: replay.Story,
    capture: str | Path,
    target: str | Path,
    *,
    everything: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Draw `story`, which was told of `capture`, into `target`; how many sessions were left out.

    The suffix of `target` says how (SUFFIXES). `everything`: however many sessions there are.
    `progress(done, total)` counts packets. Raises ReplayError, OSError.
    """
    draw = _DRAWN[Path(target).suffix.lower()]
    shown = scene(story, None if everything else MOST)
    fine = draw is timeline_html.html and len(shown.tracks) <= _FINE
    parts = timeline_svg.PLOT * (_FINER if fine else 1)
    counter = HelloCounter([one.index for one in shown.tracks], story.start_ns, story.end_ns, parts)
    for chunk in replay.packets(capture):
        counter.take(chunk.columns, chunk.swaps)
        if progress is not None and len(chunk.columns):
            progress(int(chunk.columns["number"][-1]), story.packets)
    Path(target).write_text(draw(shown, counter.result()), encoding="utf-8")
    return shown.left_out
