# SPDX-License-Identifier: Apache-2.0
"""What came out of a router, sorted by the packet that it came of, without what may differ between two routers."""

from collections import defaultdict
from collections.abc import Iterable
from ipaddress import ip_address

from tests.interop.forward.packets import number_of
from tests.interop.forward.shape import LOCAL

#: Port and frame, in order.
Out = list[tuple[int, bytes]]
#: By a packet's number; None: of those that do not show it.
Outcomes = dict[int | None, Out]

_OURS = {ip_address(address).packed for address in LOCAL}
_PADDED = 60
#: Multicast listeners, neighbour and router discovery: the routers' own affairs.
_LINK = {*range(130, 138), 143}


def sorted_out(ports: tuple[Iterable[bytes], Iterable[bytes]]) -> Outcomes:
    found: Outcomes = defaultdict(list)
    for port, frames in enumerate(ports):
        for frame in frames:
            known = normal(frame)
            if known is not None:
                found[number_of(known)].append((port, known))
    return found


def normal(frame: bytes) -> bytes | None:
    """Without padding (a veth sends none); of an IPv4 packet that the router made, without the identification, which is only to
    be another each time, and the checksum over it, which has to be right. None: not forwarding's."""
    at = 18 if frame[12:14] == b"\x81\x00" else 14
    kind, packet = frame[at - 2 : at], frame[at:]
    if kind == b"\x08\x00":
        length = int.from_bytes(packet[2:4], "big")
        packet = packet[:length] if len(frame) <= _PADDED else packet
        if packet[12:16] in _OURS and _sum(packet[: (packet[0] & 15) * 4]) == 0xFFFF:
            packet = packet[:4] + b"\0\0" + packet[6:10] + b"\0\0" + packet[12:]
    elif kind == b"\x86\xdd":
        inner, at_inner = (packet[40], 48) if packet[6] == 0 else (packet[6], 40)
        if inner == 58 and packet[at_inner] in _LINK:
            return None
        length = 40 + int.from_bytes(packet[4:6], "big")
        packet = packet[:length] if len(frame) <= _PADDED else packet
    else:
        return None
    return frame[:at] + packet


def _sum(octets: bytes) -> int:
    total = sum(int.from_bytes(octets[i : i + 2], "big") for i in range(0, len(octets), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def words(outcome: Out) -> str:
    """In short: "out 1", "icmp 11/0", "fragment"; "nothing"."""
    return ", ".join(_word(port, frame) for port, frame in outcome) or "nothing"


def _word(port: int, frame: bytes) -> str:
    packet = frame[18 if frame[12:14] == b"\x81\x00" else 14 :]
    if packet[0] >> 4 == 4:
        source, inner, protocol = packet[12:16], packet[(packet[0] & 15) * 4 :], packet[9]
        fragment = (packet[6] & 0x3F) | packet[7]
    else:
        source, inner, protocol, fragment = packet[8:24], packet[40:], packet[6], 0
    if source in _OURS and protocol in (1, 58):
        return f"icmp {inner[0]}/{inner[1]}"
    return f"{'fragment' if fragment else 'out'} {port}"
