# SPDX-License-Identifier: Apache-2.0
"""Keys of [dampening]."""

from __future__ import annotations

from bfd_fastpath.config import values
from bfd_fastpath.config.key import DAY_US, Key, Section

_threshold = values.integer(1, 1_000_000)
_decay = values.duration(1_000_000, DAY_US, unit="s", example="60s")

DAMPENING = Section(
    "dampening",
    False,
    "Next hops whose sessions flap stay Down for a while after they are Up again.",
    (
        Key("enabled", "boolean", values.boolean, "false", "Dampen."),
        Key(
            "hold-down",
            "time",
            values.duration(0, DAY_US, unit="s", example="10s"),
            "0",
            "A session that failed must be Up so long before its next hop is.",
        ),
        Key("penalty", "1..1000000", _threshold, "1000", "Added for each failure of a session that was Up."),
        Key("half-life", "time", _decay, "60", "The sum of penalties halves in this time."),
        Key(
            "suppress-threshold",
            "1..1000000",
            _threshold,
            "3000",
            "From this sum on the next hop is held Down.",
        ),
        Key("reuse-threshold", "1..1000000", _threshold, "1500", "Below this sum it is let go."),
        Key("max-suppress", "time", _decay, "300", "It is let go after this long in any case."),
    ),
)
