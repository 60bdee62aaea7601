# SPDX-License-Identifier: Apache-2.0
"""A peering LAN of network namespaces: members with one interface each, and a switch between them that can be cut.

The cut drops packets inside the switch (nft, bridge family), so that no member sees its link go down."""

import os
from ipaddress import IPv4Interface, IPv6Interface, ip_interface
from itertools import count
from types import TracebackType
from typing import Self

from tests.interop.support.namespace import Namespace

_numbers = count()


class Lan:
    """Members are added by name; each gets interface eth0 in a namespace of its own and the addresses given."""

    def __init__(self) -> None:
        self.tag = f"lan{os.getpid() % 100000}-{next(_numbers)}"
        self.switch = Namespace(f"{self.tag}-switch")
        self.switch.run(
            "ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0", "forward_delay", "0"
        )
        self.switch.run("ip", "link", "set", "br0", "up")
        self.switch.run("nft", "add", "table", "bridge", "cut")
        self.switch.run(
            "nft", "add", "chain", "bridge", "cut", "forward", "{ type filter hook forward priority 0; }"
        )
        self.members: dict[str, Namespace] = {}

    def member(self, name: str, *addresses: str, kernel: bool = True) -> Namespace:
        """kernel=False: the addresses belong to a packet processor, and the kernel of that namespace has none at all."""
        space = Namespace(f"{self.tag}-{name}")
        self.members[name] = space
        mac = f"02:00:00:00:00:{len(self.members):02x}"
        space.run(
            "ip",
            "link",
            "add",
            "eth0",
            "address",
            mac,
            "type",
            "veth",
            "peer",
            "name",
            name,
            "netns",
            self.switch.name,
        )
        space.run("sysctl", "-qw", "net.ipv6.conf.eth0.accept_dad=0", "net.ipv6.conf.eth0.accept_ra=0")
        if kernel:
            for address in addresses:
                interface: IPv4Interface | IPv6Interface = ip_interface(address)
                extra = ["nodad"] if interface.version == 6 else []
                space.run("ip", "addr", "add", address, "dev", "eth0", *extra)
        else:
            space.run("sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1")
        # The kernel leaves UDP checksums to a NIC that does not exist here; whoever reads raw frames would see them wrong.
        space.run("ethtool", "-K", "eth0", "tx", "off", "rx", "off", "gro", "off", "gso", "off", "tso", "off")
        self.switch.run("ethtool", "-K", name, "tx", "off", "gro", "off")
        self.switch.run("ip", "link", "set", "dev", name, "master", "br0", "up")
        space.run("ip", "link", "set", "eth0", "up")
        return space

    def cut(self, source: str | None = None, only: str = "") -> None:
        """Drops what crosses the switch: all of it, what comes from one member, or what an nft match describes."""
        origin = f'iifname "{source}" ' if source else ""
        self.switch.run("nft", "add", "rule", "bridge", "cut", "forward", f"{origin}{only} drop")

    def restore(self) -> None:
        self.switch.run("nft", "flush", "chain", "bridge", "cut", "forward")

    def close(self) -> None:
        for space in self.members.values():
            space.close()
        self.switch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
