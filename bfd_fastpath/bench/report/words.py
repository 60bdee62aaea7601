# SPDX-License-Identifier: Apache-2.0
"""What suites, units and rows are called on the page. A suite or unit that is not known here has its own
name."""

from collections.abc import Sequence
from typing import Final

#: Heading of a suite, and a sentence on what is measured.
_SUITES: Final = {
    "forward": ("Forwarding", "One core receives, looks up, rewrites and sends, beside l3fwd and testpmd."),
    "nodrop": ("Rate without loss", "The highest rate that came back whole while sessions were held."),
    "workers": ("Workers", "Forwarding by one worker and by two."),
    "kernel": ("Beside the kernel", "The highest rate that came back whole by a kernel's interface."),
    "shed": ("Data beside sessions", "How much data a core stands that must hold its sessions."),
    "bfd-scale": ("BFD sessions", "What a hello costs, and how many sessions one core holds."),
    "bfd-detect": ("How late a failure is seen", "From the last hello to Down, and to those who are told."),
    "failover": ("Failover", "From Down to the first packet on the backup next hop."),
    "control": (
        "BGP",
        "A full table, to the engine's last route; a link withdrawn, to the last client's last UPDATE.",
    ),
    "replay": ("Captures", "Packets of a capture watched and judged."),
    "fib": ("Look-ups of routes", "The way to an address alone, beside DPDK's own tables."),
    "reload": ("A route server's reload", "What a change of filters costs, as rs-agent asks for it."),
    "python": ("Python", "Packets and events in Python, beside the same loop in C."),
}
_UNITS: Final = {
    "Mpps": "Million packets a second",
    "M/s": "Million a second",
    "us": "Microseconds",
    "ms": "Milliseconds",
    "s": "Seconds",
    "false-downs": "Sessions falsely Down",
    "sessions": "Sessions",
}
_SHORT: Final = {"false-downs": "false Downs"}


def heading(suite: str) -> str:
    """Of a suite."""
    return _SUITES.get(suite, (suite, ""))[0]


def about(suite: str) -> str:
    """A sentence, or ""."""
    return _SUITES.get(suite, ("", ""))[1]


def unit(name: str) -> str:
    """A unit in full."""
    return _UNITS.get(name, name)


def short(name: str) -> str:
    """A unit behind a figure."""
    return _SHORT.get(name, name)


def shortened(names: Sequence[str]) -> tuple[list[str], str]:
    """(names without the parts between commas that all have, those parts). Every name keeps one of its
    own."""
    parts = [name.split(", ") for name in names]
    if len(parts) < 2:
        return list(names), ""
    common = [one for one in parts[0] if all(one in other for other in parts)]
    left = [[one for one in each if one not in common] for each in parts]
    if not all(left):
        return list(names), ""
    return [", ".join(each) for each in left], ", ".join(common)


def wrapped(text: str, most: int) -> list[str]:
    """Lines of at most so many letters where words allow; the second takes what is left, cut."""
    if len(text) <= most:
        return [text]
    at = text.rfind(" ", 0, most + 1)
    first, rest = (text[:at], text[at + 1 :]) if at > 0 else (text[:most], text[most:])
    return [first, rest if len(rest) <= most else rest[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"]
