# SPDX-License-Identifier: Apache-2.0
"""Round numbers for a time axis: where its ticks stand and what stands beside them. Pure."""

_SECOND = 1_000_000_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_STEPS = (
    *(scale * digit for scale in (10**power for power in range(10)) for digit in (1, 2, 5)),
    *(_SECOND * one for one in (10, 15, 30)),
    *(_MINUTE * one for one in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * one for one in (1, 2, 3, 6, 12)),
    *(_DAY * digit * 10**power for power in range(5) for digit in (1, 2, 5)),
)


def ticks(length_ns: int, most: int = 10) -> list[tuple[int, str]]:
    """(nanoseconds since the start, label), at most `most` of them after the first, which is 0."""
    step = next((one for one in _STEPS if length_ns // one <= most), _STEPS[-1])
    return [(at, label(at, step)) for at in range(0, length_ns + 1, step)]


def label(at_ns: int, step_ns: int) -> str:
    """As short as steps of this size allow: "250 ms", "1.5 s", "2:30" (minutes), "1:05:00" (hours)."""
    if at_ns == 0:
        return "0"
    if step_ns >= _SECOND and at_ns >= 2 * _MINUTE:
        minutes, seconds = divmod(at_ns // _SECOND, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    for unit, scale in (("s", _SECOND), ("ms", 1_000_000), ("us", 1000)):
        if at_ns >= scale and step_ns * 1000 >= scale:
            return f"{at_ns / scale:.9f}".rstrip("0").rstrip(".") + f" {unit}"
    return f"{at_ns} ns"
