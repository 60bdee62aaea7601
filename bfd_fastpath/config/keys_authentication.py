# SPDX-License-Identifier: Apache-2.0
"""Keys of authentication: [[key-chain]] (RFC 8177), and what a session says of one (RFC 9314)."""

from __future__ import annotations

from bfd_fastpath.config import values
from bfd_fastpath.config.key import Key, Section, anything

AUTHENTICATION = Key(
    "authentication",
    "table",
    anything,
    "",
    'Sign and verify packets (RFC 5880 6.7): `{ key-chain = "NAME", meticulous = true }`. Left out: neither.',
)

KEY_CHAIN = Section(
    "key-chain",
    True,
    "Keys of BFD authentication, in order of use; docs/authentication.md shows how to change one.",
    (
        Key("name", "name", values.name, None, "What `authentication` calls it."),
        Key(
            "keys",
            "list of tables",
            anything,
            None,
            'At most 16: `{ key-id = 1, crypto-algorithm = "sha-1", key-file = "bfd.key" }`, or `key-env`.',
        ),
    ),
)
