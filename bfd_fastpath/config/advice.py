# SPDX-License-Identifier: Apache-2.0
"""What is no fault of a configuration, and is yet unlikely to be meant."""

from __future__ import annotations

from bfd_fastpath.config.model import Config


def advice(config: Config) -> list[str]:
    """A sentence for each, beginning with the key."""
    timers = [one.timers for one in config.sessions]
    if config.bfd.enabled:
        timers.append(config.bfd.timers)
    found = []
    if config.report.link_quality and not any(one.link_quality for one in timers):
        found.append(
            "report.link-quality: no session counts it, so there is nothing to tell; "
            "write link-quality = true under [bfd] or in a [[session]]"
        )
    if config.routes and not config.forwarding.enabled:
        found.append("route: nothing is forwarded by it; write enabled = true under [forwarding]")
    return found
