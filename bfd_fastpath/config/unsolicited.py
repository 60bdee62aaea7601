# SPDX-License-Identifier: Apache-2.0
"""From [unsolicited] to an Unsolicited."""

from __future__ import annotations

from typing import Any

from bfd_fastpath.config.draft import Draft
from bfd_fastpath.config.model import Unsolicited
from bfd_fastpath.config.read import Reader
from bfd_fastpath.config.sessions import build_timers


def build_unsolicited(reader: Reader, good: dict[str, Any], draft: Draft) -> Unsolicited:
    """Faults for ports that there are not."""
    for index, name in enumerate(good.get("interfaces", ())):
        if not draft.knows_port(name):
            names = ", ".join(one.value.name for one in draft.ports) or "none yet"
            reader.fault(
                f"unsolicited.interfaces[{index}]",
                f'there is no port "{name}"',
                f"write the name of a [[port]] ({names})",
            )
    if good.get("allowed-prefixes") == ():
        reader.fault(
            "unsolicited.allowed-prefixes",
            "empty: nobody could be heard",
            "leave it out for the peering LAN, or write enabled = false",
        )
    lans = tuple(dict.fromkeys(prefix for port in draft.ports for prefix in port.value.lan))
    default = Unsolicited()
    return Unsolicited(
        enabled=good.get("enabled", False),
        timers=build_timers(reader, "unsolicited", good, default.timers),
        allowed_prefixes=good.get("allowed-prefixes", lans),
        interfaces=good.get("interfaces", ()),
        max_sessions=good.get("max-sessions", default.max_sessions),
        max_sessions_per_prefix=good.get("max-sessions-per-prefix", default.max_sessions_per_prefix),
    )
