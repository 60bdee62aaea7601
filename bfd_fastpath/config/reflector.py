# SPDX-License-Identifier: Apache-2.0
"""From [reflector] to a Reflector."""

from __future__ import annotations

from typing import Any

from bfd_fastpath.config.draft import Draft
from bfd_fastpath.config.model import Reflector
from bfd_fastpath.config.read import Reader

_MOST = {"discriminators": 16, "allowed-prefixes": 32}


def build_reflector(reader: Reader, good: dict[str, Any], draft: Draft) -> Reflector:
    """The reflector; off where there is no discriminator."""
    for key, most in _MOST.items():
        listed = good.get(key, ())
        if len(listed) > most:
            reader.fault(f"reflector.{key}", f"{len(listed)} of them", f"write {most} at most")
        if len(set(listed)) < len(listed):
            reader.fault(f"reflector.{key}", "one stands there twice", "remove one of the two")
    if good.get("allowed-prefixes") == ():
        reader.fault(
            "reflector.allowed-prefixes",
            "empty: nobody could ask",
            "leave it out for the ports' prefixes, or write discriminators = []",
        )
    connected = dict.fromkeys(one.network for port in draft.ports for one in port.value.addresses)
    default = Reflector()
    return Reflector(
        discriminators=good.get("discriminators", ()),
        allowed_prefixes=good.get("allowed-prefixes", tuple(connected)[: _MOST["allowed-prefixes"]]),
        required_min_rx_us=good.get("required-min-rx-interval", default.required_min_rx_us),
        rate_limit=good.get("rate-limit", default.rate_limit),
        admin_down=good.get("admin-down", False),
    )
