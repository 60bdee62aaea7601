# SPDX-License-Identifier: Apache-2.0
"""A peering LAN of network namespaces: members with one interface each, and a switch between them that can be cut.

The cut drops packets inside the switch (nft, bridge family), so that no member sees its link go down."""

import os
from ipaddress import ip_interface
from itertools import count
from types import TracebackType
from typing import Self

from tests.interop.support.namespace import Namespace

_numbers = count()


class Lan:
    """Members are added by name; each gets interface eth0, unless named otherwise, and the addresses given."""

    def __init__(self) -> None:
        self._count = 0
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

    def member(
        self,
        name: str,
        *addresses: str,
        kernel: bool = True,
        space: Namespace | None = None,
        interface: str = "eth0",
    ) -> Namespace:
        """kernel=False: the addresses belong to a packet processor, and the kernel of that namespace has none at all.
        space: one that is a member of another LAN, and closed with that; otherwise it is in a namespace of its own."""
        self._count += 1
        mac = f"02:00:00:00:{space is not None:02x}:{self._count:02x}"
        if space is None:
            space = self.members[name] = Namespace(f"{self.tag}-{name}")
        link = ("ip", "link", "add", interface, "address", mac, "type", "veth")
        space.run(*link, "peer", "name", name, "netns", self.switch.name)
        knob = f"net.ipv6.conf.{interface}"
        space.run("sysctl", "-qw", f"{knob}.accept_dad=0", f"{knob}.accept_ra=0")
        if kernel:
            for address in addresses:
                extra = ["nodad"] if ip_interface(address).version == 6 else []
                space.run("ip", "addr", "add", address, "dev", interface, *extra)
        else:
            space.run("sysctl", "-qw", f"{knob}.disable_ipv6=1")
        # The kernel leaves UDP checksums to a NIC that does not exist here; whoever reads raw frames would see them wrong.
        space.run(
            "ethtool", "-K", interface, "tx", "off", "rx", "off", "gro", "off", "gso", "off", "tso", "off"
        )
        self.switch.run("ethtool", "-K", name, "tx", "off", "gro", "off")
        self.switch.run("ip", "link", "set", "dev", name, "master", "br0", "up")
        space.run("ip", "link", "set", interface, "up")
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
