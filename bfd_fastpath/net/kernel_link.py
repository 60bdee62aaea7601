# SPDX-License-Identifier: Apache-2.0
"""The link of an interface of the kernel, in the network namespace of the thread that asks."""

import socket
from fcntl import ioctl

_SIOCGIFFLAGS = 0x8913
_IFF_RUNNING = 1 << 6
_NAME_OCTETS = 16
_IFREQ_OCTETS = 40


def link_is_up(interface: str) -> bool:
    """Whether it is set up and has a carrier; one that does not exist has none."""
    name = interface.encode()[: _NAME_OCTETS - 1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = ioctl(asking, _SIOCGIFFLAGS, name.ljust(_IFREQ_OCTETS, b"\0"))
        except OSError:
            return False
    flags = int.from_bytes(answer[_NAME_OCTETS : _NAME_OCTETS + 2], "little")
    return bool(flags & _IFF_RUNNING)
