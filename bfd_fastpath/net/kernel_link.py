# SPDX-License-Identifier: Apache-2.0
"""The link of an interface of the kernel, in the network namespace of the thread that asks."""

import socket
from enum import Enum
from fcntl import ioctl

_SIOCGIFFLAGS = 0x8913
_IFF_RUNNING = 1 << 6
_NAME_OCTETS = 16
_IFREQ_OCTETS = 40


class LinkState(Enum):
    """GONE: there is no such interface (any more)."""

    UP = "up"
    DOWN = "down"
    GONE = "gone"


def link_of(interface: str) -> LinkState:
    """Up is one that is set up and has a carrier."""
    name = interface.encode()[: _NAME_OCTETS - 1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = ioctl(asking, _SIOCGIFFLAGS, name.ljust(_IFREQ_OCTETS, b"\0"))
        except OSError:
            return LinkState.GONE
    flags = int.from_bytes(answer[_NAME_OCTETS : _NAME_OCTETS + 2], "little")
    return LinkState.UP if flags & _IFF_RUNNING else LinkState.DOWN
