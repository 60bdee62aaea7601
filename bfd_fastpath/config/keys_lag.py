# SPDX-License-Identifier: Apache-2.0
"""Keys of [[lag]]."""

from __future__ import annotations

from bfd_fastpath.config import values
from bfd_fastpath.config.key import Key, Section
from bfd_fastpath.config.keys_data_plane import TIMERS

_TIMERS = ("local-multiplier", "desired-min-tx-interval", "required-min-rx-interval", "min-interval")

LAG = Section(
    "lag",
    True,
    "A link aggregate whose members are watched one by one, by micro-BFD (RFC 7130).",
    (
        Key("name", "name", values.name, None, "What `show lags` calls it."),
        Key(
            "members",
            "list of names",
            values.list_of(values.text),
            None,
            "The [[port]]s. Each has the LAG's address among its addresses.",
        ),
        Key("dest-addr", "address", values.address, None, "The address of the LAG's other end."),
        Key(
            "source-addr",
            "address",
            values.address,
            "",
            "Ours. Left out: the first member's address in the peer's subnet.",
        ),
        Key(
            "min-links",
            "1..64",
            values.integer(1, 64),
            "1",
            "The LAG is Up while at least so many members are.",
        ),
        *(key for key in TIMERS if key.name in _TIMERS),
    ),
)
