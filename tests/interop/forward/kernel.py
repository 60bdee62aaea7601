# SPDX-License-Identifier: Apache-2.0
"""The Linux kernel as a router of the shape of tests/path/router.py, in a namespace, with raw sockets at the far ends of its cables.

Its ports have the MAC addresses that ours have, so that frames can be compared as they are."""

import os
import select
import socket
import struct
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from itertools import count
from types import TracebackType
from typing import Self

from pyroute2 import netns
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from tests.interop.forward.shape import LINK_LOCAL, ROUTES, STATIC, addresses, mac
from tests.interop.support.namespace import Namespace

#: <linux/if_packet.h>
SOL_PACKET, PACKET_AUXDATA, PACKET_OUTGOING, TP_STATUS_VLAN_VALID = 263, 8, 4, 0x10
SO_RCVBUFFORCE = 33
_AUXDATA = struct.Struct("=IIIHHHH")
_ROOM = 16 << 20
_AT_ONCE = 64
_BOUND_S = 20.0
_LAST = b"@ last @" * 4
_numbers = count()
#: Errors are not limited, and labels not made up, so that they can be compared; nobody is redirected.
SETTINGS = (
    "net.ipv4.ip_forward=1",
    "net.ipv6.conf.all.forwarding=1",
    "net.ipv4.icmp_ratemask=0",
    "net.ipv4.icmp_msgs_per_sec=1000000",
    "net.ipv4.icmp_msgs_burst=1000000",
    "net.ipv6.icmp.ratelimit=0",
    "net.ipv6.auto_flowlabels=0",
    "net.ipv4.conf.all.rp_filter=0",
    "net.ipv4.conf.default.rp_filter=0",
    "net.ipv4.conf.all.send_redirects=0",
    "net.ipv4.conf.default.send_redirects=0",
    "net.ipv6.conf.all.addr_gen_mode=1",
    "net.ipv6.conf.default.addr_gen_mode=1",
    "net.ipv6.conf.default.accept_dad=0",
    "net.ipv6.conf.all.accept_dad=0",
)


class Kernel:
    """A context manager. Everything runs on one CPU while it is open: a packet is through when a later one is. `mtus` of its ports: by
    default what is too big for port 1 can come in at port 0."""

    def __init__(self, macs: Sequence[str], mtus: tuple[int, int] = (9000, 1500)) -> None:
        self._macs = macs
        self._mtus = mtus
        self._sockets: list[socket.socket] = []
        self._opened = ExitStack()
        self._last = bytes(
            Ether(src=mac(0), dst=macs[0]) / IP(src="192.0.2.9", dst="10.0.0.1") / UDP() / Raw(_LAST)
        )

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            before = os.sched_getaffinity(0)
            opened.callback(os.sched_setaffinity, 0, before)
            os.sched_setaffinity(0, {min(before)})
            tag = f"forward{os.getpid()}-{next(_numbers)}"
            router, far = (opened.enter_context(Namespace(f"{tag}-{name}")) for name in ("router", "far"))
            self._lay(router, far)
            self._configure(router)
            netns.pushns(far.name)
            try:
                self._sockets = [opened.enter_context(_raw(f"far{port}")) for port in range(2)]
            finally:
                netns.popns()
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def _lay(self, router: Namespace, far: Namespace) -> None:
        router.run("sysctl", "-qew", *SETTINGS)
        far.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        for port, octets in enumerate(self._macs):
            ends = ("type", "veth", "peer", "name", f"far{port}", "mtu", "9000", "netns", far.name)
            mtu = str(self._mtus[port])
            router.run("ip", "link", "add", f"port{port}", "address", octets, "mtu", mtu, *ends)
            for space, name in ((router, f"port{port}"), (far, f"far{port}")):
                off = ("tx", "off", "rx", "off", "gro", "off", "gso", "off", "tso", "off", "txvlan", "off")
                space.run("ethtool", "-K", name, *off)
            far.run("ip", "link", "set", f"far{port}", "address", mac(port), "arp", "off", "up")
            router.run("ip", "link", "set", f"port{port}", "up")

    def _configure(self, router: Namespace) -> None:
        lines = []
        for port, address in addresses():
            lines.append(f"address add {address} dev port{port} nodad")
        for port in range(2):
            lines.append(f"address add {LINK_LOCAL} dev port{port} nodad")
        for port, address in STATIC:
            lines.append(f"neigh replace {address} lladdr {mac(port)} dev port{port} nud permanent")
        for prefix, to in ROUTES.items():
            if isinstance(to, str):
                lines.append(f"route add {to} {prefix}")
            else:
                port, via = to
                family = "inet6 " if ":" in via else ""
                lines.append(f"route add {prefix} via {family}{via} dev port{port}")
        router.run("ip", "-batch", "-", input="\n".join(lines) + "\n")

    def through(self, frames: Iterable[bytes], port: int = 0) -> tuple[list[bytes], list[bytes]]:
        """What frames to a port make come out of port 0, and of port 1."""
        found: tuple[list[bytes], list[bytes]] = ([], [])
        waiting = list(frames)
        for begin in range(0, len(waiting), _AT_ONCE):
            for frame in waiting[begin : begin + _AT_ONCE]:
                self._sockets[port].send(frame)
            self._sockets[0].send(self._last)
            while not self._collect(found):
                ready = select.select(self._sockets, [], [], _BOUND_S)[0]
                assert ready, f"the kernel forwarded nothing for {_BOUND_S} s"
        return found

    def _collect(self, found: tuple[list[bytes], list[bytes]]) -> bool:
        """Whether the last one is through: then so is all that was sent before it, since one CPU carries it in order."""
        ended = False
        for port in (1, 0):
            while (frame := _receive(self._sockets[port])) is not None:
                if _LAST in frame:
                    ended = True
                elif frame:
                    found[port].append(frame)
        return ended


def _raw(device: str) -> socket.socket:
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    made.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, _ROOM)
    made.setblocking(False)
    made.bind((device, 3))
    return made


def _receive(end: socket.socket) -> bytes | None:
    """A frame with its tag, which the kernel hands out apart; empty for what is none of the router's."""
    try:
        frame, ancillary, _, sender = end.recvmsg(65536, 256)
    except BlockingIOError:
        return None
    if sender[2] == PACKET_OUTGOING:
        return b""
    for level, kind, data in ancillary:
        if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
            status, _, _, _, _, tag, protocol = _AUXDATA.unpack(data[: _AUXDATA.size])
            if status & TP_STATUS_VLAN_VALID:
                return frame[:12] + struct.pack("!HH", protocol or 0x8100, tag) + frame[12:]
    return frame
