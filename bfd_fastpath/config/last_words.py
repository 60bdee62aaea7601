# SPDX-License-Identifier: Apache-2.0
"""What a BGP session is ended with, for the peer's operator (RFC 9003): which texts can be sent."""

from __future__ import annotations

from typing import Any

from bfd_fastpath.config import values
from bfd_fastpath.config.values import WrongError

MAX_OCTETS = 255
"""RFC 9003 2."""


def shutdown_text(value: Any) -> str:
    """One printable line; "" for none. WrongError otherwise."""
    text = values.text(value)
    octets = len(text.encode("utf-8", "surrogatepass"))
    if octets > MAX_OCTETS:
        raise WrongError(f"{octets} octets", f"write at most {MAX_OCTETS} octets of UTF-8")
    if not text.isprintable():
        raise WrongError("has a character that cannot be printed", "write one line of text")
    return text
