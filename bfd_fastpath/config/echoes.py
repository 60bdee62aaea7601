# SPDX-License-Identifier: Apache-2.0
"""Where a [[session]] may have echoes, and from where (RFC 5881 4, RFC 5883 3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bfd_fastpath.config.model import PathType, Port, Role, Timers, XdpRedirect
from bfd_fastpath.config.read import Reader

_INTERVALS = ("required-min-echo-rx-interval", "desired-min-echo-tx-interval")
_SOURCE = "echo-source-addr"


def echo_timers(reader: Reader, path: str, good: dict[str, Any], port: Port, timers: Timers) -> Timers:
    """The timers, without the echoes of [bfd] where the path has none; faults for what cannot be."""
    source = good.get(_SOURCE)
    path_type = good.get("path-type", PathType.IP_SH)
    if path_type is PathType.UNAFFILIATED_ECHO:
        _refuse_company(reader, path, good, port)
    if path_type is not PathType.IP_SH:
        for key in (*_INTERVALS, _SOURCE):
            if good.get(key):
                reader.fault(
                    f"{path}.{key}",
                    "only a session of a single hop has them (RFC 5883 3)",
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


def _refuse_company(reader: Reader, path: str, good: dict[str, Any], port: Port) -> None:
    """Faults for what needs another BFD at the far end."""
    for key, wanted in (("role", Role.PASSIVE), ("demand-enabled", True)):
        if good.get(key) is wanted:
            reader.fault(
                f"{path}.{key}", "unaffiliated echo speaks to itself alone (RFC 9747)", f"leave {key} out"
            )
    if "authentication" in good:
        reader.fault(
            f"{path}.authentication",
            "unaffiliated echo is not authenticated here",
            "leave it out",
        )
    if port.xdp_redirect is XdpRedirect.BFD:
        reader.fault(
            f"{path}.path-type",
            f'xdp-redirect = "bfd" of {port.name} takes UDP 3784 alone from the kernel, not echoes',
            "write the [[port]] of another interface",
        )
