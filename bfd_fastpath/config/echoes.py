# SPDX-License-Identifier: Apache-2.0
"""Where a [[session]] may have echoes, and from where (RFC 5881 4, RFC 5883 3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bfd_fastpath.config.model import PathType, Port, Timers, XdpRedirect
from bfd_fastpath.config.read import Reader

_INTERVALS = ("required-min-echo-rx-interval", "desired-min-echo-tx-interval")
_SOURCE = "echo-source-addr"


def echo_timers(reader: Reader, path: str, good: dict[str, Any], port: Port, timers: Timers) -> Timers:
    """The timers, without the echoes of [bfd] where the path has none; faults for what cannot be."""
    source = good.get(_SOURCE)
    if good.get("path-type", PathType.IP_SH) is not PathType.IP_SH:
        for key in (*_INTERVALS, _SOURCE):
            if good.get(key):
                reader.fault(
                    f"{path}.{key}",
                    "echoes go over a single hop only (RFC 5883 3)",
                    'remove it, or write path-type = "path-ip-sh"',
                )
        return replace(timers, required_min_echo_rx_us=0, desired_min_echo_tx_us=0)
    if source is not None and source.version != good["dest-addr"].version:
        reader.fault(
            f"{path}.{_SOURCE}",
            f"{source} is IPv{source.version}, and dest-addr is IPv{good['dest-addr'].version}",
            "write an address of the same family",
        )
    if timers.echo and port.xdp_redirect is XdpRedirect.BFD:
        key = next((one for one in _INTERVALS if good.get(one)), _INTERVALS[0])
        reader.fault(
            f"{path}.{key}",
            f'xdp-redirect = "bfd" of {port.name} takes UDP 3784 alone from the kernel, not echoes',
            "write 0 for both echo intervals, or the [[port]] of another interface",
        )
    return timers
