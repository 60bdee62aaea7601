# SPDX-License-Identifier: Apache-2.0
"""Keys of BFD that others begin: [reflector], [unsolicited]."""

from __future__ import annotations

from bfd_fastpath.config import values
from bfd_fastpath.config.key import MAX_U32, Key, Section
from bfd_fastpath.config.keys_data_plane import TIMERS

REFLECTOR = Section(
    "reflector",
    False,
    "S-BFD that others ask of us (RFC 7880, RFC 7881). Off without discriminators.",
    (
        Key(
            "discriminators",
            "list of discriminators",
            values.list_of(values.discriminator),
            "[]",
            "By which we are asked, at most 16: numbers, or IPv4 addresses in quotes.",
        ),
        Key(
            "allowed-prefixes",
            "list of prefixes",
            values.list_of(values.prefix),
            "",
            "Who may ask, at most 32. Left out: the connected prefixes of the ports.",
        ),
        Key(
            "required-min-rx-interval",
            "interval",
            values.duration(1, MAX_U32, unit="us", example="50ms"),
            "50000",
            "How often one initiator may ask, as answers say it.",
        ),
        Key(
            "rate-limit",
            "1..100000000",
            values.integer(1, 100_000_000),
            "10000",
            "Answers a second at most, over all; what is asked beyond is dropped and counted.",
        ),
        Key(
            "admin-down",
            "boolean",
            values.boolean,
            "false",
            "Answer AdminDown, which does not mean unreachable.",
        ),
    ),
)

_TIMERS = ("local-multiplier", "desired-min-tx-interval", "required-min-rx-interval", "min-interval")

UNSOLICITED = Section(
    "unsolicited",
    False,
    "Passive sessions to peers on our links that begin BFD with us (RFC 9468). They guard no next hop.",
    (
        Key("enabled", "boolean", values.boolean, "false", "Make sessions to peers that nobody named."),
        *(key for key in TIMERS if key.name in _TIMERS),
        Key(
            "allowed-prefixes",
            "list of prefixes",
            values.list_of(values.prefix),
            "",
            "Where such peers may be. Left out: the ports' peering LAN prefixes.",
        ),
        Key(
            "interfaces",
            "list of names",
            values.list_of(values.text),
            "[]",
            "The [[port]]s on which they may be. Empty: all.",
        ),
        Key("max-sessions", "1..1048576", values.integer(1, 1_048_576), "256", "Most of them at a time."),
        Key(
            "max-sessions-per-prefix",
            "1..1048576",
            values.integer(1, 1_048_576),
            "256",
            "Most of them at a time in each of the prefixes.",
        ),
    ),
)
