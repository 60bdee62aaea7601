# SPDX-License-Identifier: Apache-2.0
"""The ORIGIN attribute's values (RFC 4271 5.1.1)."""

from __future__ import annotations

from enum import IntEnum


class Origin(IntEnum):
    """How the originator learned the route; lower is preferred."""

    IGP = 0
    EGP = 1
    INCOMPLETE = 2
