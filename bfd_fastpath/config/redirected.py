# SPDX-License-Identifier: Apache-2.0
"""What cannot be on a port whose XDP program takes UDP 3784 alone; [[session]] tables see to themselves."""

from __future__ import annotations

from bfd_fastpath.config.draft import Draft
from bfd_fastpath.config.model import XdpRedirect
from bfd_fastpath.config.read import Reader


def check_redirected(reader: Reader, draft: Draft) -> None:
    """Faults for micro-BFD (UDP 6784), S-BFD (7784) and echoes (3785), which would go to the kernel."""
    taken = [one.value.name for one in draft.ports if one.value.xdp_redirect is XdpRedirect.BFD]
    for lag in draft.lags:
        for index, name in enumerate(lag.value.members):
            if name in taken:
                _fault(reader, f"{lag.path}.members[{index}]", name, "micro-BFD", "name a port without it")
    if draft.reflector.discriminators and taken and len(taken) == len(draft.ports):
        _fault(
            reader,
            "reflector.discriminators",
            taken[0],
            "S-BFD",
            "add a [[port]] of another interface, or write []",
        )
    timers = draft.bfd.timers
    if not (draft.bfd.enabled and draft.neighbors and timers.echo):
        return
    for name in taken:
        if draft.bfd.port in (None, name):
            wanted = timers.required_min_echo_rx_us > 0
            key = "required-min-echo-rx-interval" if wanted else "desired-min-echo-tx-interval"
            _fault(
                reader, f"bfd.{key}", name, "echoes", "write 0 for both, or the name of another port in port"
            )
            return


def _fault(reader: Reader, key: str, port: str, what: str, instead: str) -> None:
    wrong = f'xdp-redirect = "bfd" of {port} takes UDP 3784 alone from the kernel, not {what}'
    reader.fault(key, wrong, instead)
