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
    for number, port in enumerate(config.ports):
        if config.forwarding.enabled and "af_packet" in port.devargs.partition(",")[0]:
            found.append(
                f"port[{number}].devargs: af_packet has IPv4 fragments put together by the kernel, and "
                "loses what has more than 1968 octets then; forward by net_af_xdp"
            )
    return found
