# SPDX-License-Identifier: Apache-2.0
"""A LAN of this machine, or of the network namespace that this process is in, as the line to a target:
frames by a packet socket, real time, the kernel's time stamps. It needs root.
"""

import json
import select
import socket
import struct
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Final, Self

from bfd_fastpath.lab.conformance.far_end import ECHO_PORT
from bfd_fastpath.lab.conformance.frame import Address
from bfd_fastpath.lab.conformance.subject import SubjectError
from bfd_fastpath.wire.bfd import SINGLE_HOP_PORT

_ALL_PROTOCOLS: Final = 0x0003
_OUTGOING: Final = 4
_TIMESTAMP_NS: Final = 35
_TIMESPEC: Final = struct.Struct("@qq")
_LONGEST: Final = 65536
_DISCARD_PORT: Final = 9
_NEIGHBOUR_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Route:
    """How the target is reached."""

    interface: str
    source: Address
    mac: bytes
    target_mac: bytes


def route(target: Address, source: Address | None) -> Route:
    """Asks the kernel, and makes it resolve the target's MAC address. Raises SubjectError."""
    asked = ["route", "get", str(target), *(["from", str(source)] if source else [])]
    found = _ip(*asked)
    if not found or "dev" not in found[0]:
        raise SubjectError(f"there is no route to {target} from here")
    if "gateway" in found[0]:
        raise SubjectError(
            f"{target} is behind the router {found[0]['gateway']}; a single hop is tried from its own LAN"
        )
    interface = str(found[0]["dev"])
    if interface == "lo":
        raise SubjectError(
            f"{target} is an address of this machine; play the far end in a network namespace of its own "
            "(ip netns exec)"
        )
    own = source or ip_address(str(found[0].get("prefsrc", "")))
    mac = str(_ip("link", "show", "dev", interface)[0].get("address", ""))
    return Route(interface, own, _octets(mac), _neighbour(target, own, interface))


def _neighbour(target: Address, own: Address, interface: str) -> bytes:
    family = socket.AF_INET if target.version == 4 else socket.AF_INET6
    end = time.monotonic() + _NEIGHBOUR_S
    with socket.socket(family, socket.SOCK_DGRAM) as asker:
        asker.bind((str(own), 0))
        while True:
            asker.sendto(b"", (str(target), _DISCARD_PORT))
            select.select([], [], [], 0.1)
            known = _ip("neigh", "show", "to", str(target), "dev", interface)
            if known and "lladdr" in known[0]:
                return _octets(str(known[0]["lladdr"]))
            if time.monotonic() > end:
                raise SubjectError(
                    f"{target} does not answer ARP or ND on {interface}: is it up, and in this LAN?"
                )


def _ip(*words: str) -> list[dict[str, Any]]:
    done = subprocess.run(["ip", "-j", *words], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SubjectError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    answer: list[dict[str, Any]] = json.loads(done.stdout or "[]")
    return answer


def _octets(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


class PacketLine:
    """The line, as a context manager. `owns` are addresses of ours: their BFD and Echo ports are taken, so
    that the kernel does not answer that nobody is there. Raises SubjectError.
    """

    #: What the kernel, a scheduler and another process's timers may make of a time.
    slack_ns = 20_000_000
    simulated = False

    def __init__(self, interface: str, owns: tuple[Address, ...]) -> None:
        with ExitStack() as opened:
            try:
                packet = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
            except PermissionError as error:
                raise SubjectError("a packet socket needs root (CAP_NET_RAW)") from error
            self._socket = opened.enter_context(packet)
            packet.bind((interface, 0))
            packet.setblocking(False)
            packet.setsockopt(socket.SOL_SOCKET, _TIMESTAMP_NS, 1)
            for address in owns:
                for port in (SINGLE_HOP_PORT, ECHO_PORT):
                    self._hold(opened, address, port)
            self._opened = opened.pop_all()

    def _hold(self, opened: ExitStack, address: Address, port: int) -> None:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        held = opened.enter_context(socket.socket(family, socket.SOCK_DGRAM))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        try:
            held.bind((str(address), port))
        except OSError as error:
            raise SubjectError(
                f"UDP port {port} of {address} cannot be had ({error.strerror}): a BFD daemon that "
                "runs here would hear the target as well; play the far end in a network namespace of its "
                "own (ip netns exec)"
            ) from error

    @property
    def now_ns(self) -> int:
        return time.time_ns()

    def send(self, frame: bytes) -> int:
        self._socket.send(frame)
        return time.time_ns()

    def receive(self, until_ns: int) -> tuple[int, bytes] | None:
        while True:
            got = self._read()
            if got is not None:
                return got
            left_ns = until_ns - time.time_ns()
            if left_ns <= 0:
                return None
            select.select([self._socket], [], [], left_ns / 1e9)

    def _read(self) -> tuple[int, bytes] | None:
        while True:
            try:
                frame, ancillary, _, address = self._socket.recvmsg(_LONGEST, 64)
            except BlockingIOError:
                return None
            if address[2] != _OUTGOING:
                return _stamp(ancillary), frame

    def close(self) -> None:
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _stamp(ancillary: list[tuple[int, int, bytes]]) -> int:
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == _TIMESTAMP_NS:
            seconds, nanoseconds = _TIMESPEC.unpack(data[: _TIMESPEC.size])
            return int(seconds) * 1_000_000_000 + int(nanoseconds)
    return time.time_ns()
