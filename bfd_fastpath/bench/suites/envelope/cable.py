# SPDX-License-Identifier: Apache-2.0
"""A veth pair between two network namespaces, and addresses at its ends."""

import json
import tempfile
from collections.abc import Iterable
from ipaddress import IPv4Address

from bfd_fastpath.lab.netspace import Space


def cable(near: Space, far: Space, name: str = "eth0") -> None:
    """From eth0 of one to the interface of that name of the other; both namespaces stand."""
    near.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", name, "netns", far.name)
    for space, device in ((near, "eth0"), (far, name)):
        space.run("sysctl", "-qw", f"net.ipv6.conf.{device}.disable_ipv6=1")
        space.run("ethtool", "-K", device, "tx", "off", "gro", "off", "gso", "off", "tso", "off")
        space.run("ip", "link", "set", device, "up")


def addresses(space: Space, own: Iterable[IPv4Address], peers: Iterable[IPv4Address], mac: str) -> None:
    """Of eth0, and who is behind a MAC address. The kernel keeps a thousand neighbours that it found itself;
    those it was told do not count.
    """
    lines = [
        *(f"addr add {one}/8 dev eth0" for one in own),
        *(f"neigh add {one} lladdr {mac} dev eth0 nud permanent" for one in peers),
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".ip") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        space.run("ip", "-batch", file.name)


def mac_address(space: Space, name: str = "eth0") -> str:
    """Of an interface."""
    return str(json.loads(space.run("ip", "-j", "link", "show", name))[0]["address"])


def sent(space: Space, name: str = "eth0") -> int:
    """Packets that left by an interface so far."""
    return int(json.loads(space.run("ip", "-j", "-s", "link", "show", name))[0]["stats64"]["tx"]["packets"])
