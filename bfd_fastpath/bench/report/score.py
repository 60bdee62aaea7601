# SPDX-License-Identifier: Apache-2.0
"""How far one row is from its goal, as a bar that leaves a line in the middle: to the right it is met, to the
left missed. Logarithmic: a tenth and ten times are the ends."""

from math import log10

from bfd_fastpath.bench.document import Row
from bfd_fastpath.bench.report.numbers import standing, times_the_goal

_WIDTH, _HEIGHT, _BAR = 176.0, 18.0, 10.0
_MIDDLE = _WIDTH / 2


def bar(row: Row) -> str:
    """As SVG; "" where there is nothing to be drawn. It is decoration: the figures stand beside it."""
    times = times_the_goal(row)
    if times is None:
        return ""
    share = 1.0 if times >= 10 else -1.0 if times <= 0.1 else log10(times)
    beyond = times > 10 or times < 0.1
    kind, top = standing(row)[0], (_HEIGHT - _BAR) / 2
    # The point of an arrow stands for what lies beyond the ends.
    length = abs(share) * (_MIDDLE - 8)
    begin = _MIDDLE if share >= 0 else _MIDDLE - length
    size = f'width="{max(length, 1.5):.1f}" height="{_BAR:g}"'
    parts = [f'<rect class="{kind}" x="{begin:.1f}" y="{top:g}" {size}/>']
    if beyond:
        foot, point = (_WIDTH - 8, _WIDTH) if share > 0 else (8, 0)
        arrow = f"M{foot:g} {top:g}L{point:g} {_HEIGHT / 2:g}L{foot:g} {top + _BAR:g}Z"
        parts.append(f'<path class="{kind}" d="{arrow}"/>')
    parts.append(f'<line class="limit" x1="{_MIDDLE:g}" y1="0" x2="{_MIDDLE:g}" y2="{_HEIGHT:g}"/>')
    return f'<svg viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" aria-hidden="true">{"".join(parts)}</svg>'
