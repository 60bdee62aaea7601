# SPDX-License-Identifier: Apache-2.0
"""Keys of BFD that others begin: [reflector]."""

from __future__ import annotations

from bfd_fastpath.config import values
from bfd_fastpath.config.key import MAX_U32, Key, Section

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
