# SPDX-License-Identifier: Apache-2.0
"""ARP (RFC 826) and neighbour discovery (RFC 4861) as far as an end needs them that has no kernel behind its
port: ask for an address, answer for ours.
"""

from typing import Final

from bfd_fastpath.lab.conformance.frame import Address, checksum

_ARP: Final = b"\x08\x06"
_ARP_HEAD: Final = bytes.fromhex("0001080006040000")
_REQUEST, _REPLY = 1, 2
_IP6: Final = b"\x86\xdd"
_ICMP6: Final = 58
_SOLICITATION, _ADVERTISEMENT = 135, 136
_SOLICITED_OVERRIDE: Final = b"\x60\0\0\0"
_ALL: Final = b"\xff" * 6


def question(own: Address, mac: bytes, wanted: Address) -> bytes:
    """Who has this address? From ours."""
    if own.version == 4:
        return _ALL + mac + _ARP + _arp(_REQUEST, mac, own.packed, bytes(6), wanted.packed)
    last = wanted.packed[-3:]
    group = bytes.fromhex("ff0200000000000000000001ff") + last
    body = bytes((_SOLICITATION, 0, 0, 0)) + bytes(4) + wanted.packed + b"\x01\x01" + mac
    return b"\x33\x33\xff" + last + mac + _icmp6(own.packed, group, body)


def answer(frame: bytes, owns: tuple[Address, ...], mac: bytes) -> bytes | None:
    """What is said to one who asks for an address of ours; None where nobody does."""
    octets = frame[14:]
    if frame[12:14] == _ARP and len(octets) >= 28 and octets[6:8] == _REQUEST.to_bytes(2, "big"):
        sender, source, target = octets[8:14], octets[14:18], octets[24:28]
        if any(one.packed == target for one in owns):
            return sender + mac + _ARP + _arp(_REPLY, mac, target, sender, source)
    if _is_nd(frame, _SOLICITATION):
        source, target = octets[8:24], octets[48:64]
        if any(one.packed == target for one in owns) and any(source):
            body = bytes((_ADVERTISEMENT, 0, 0, 0)) + _SOLICITED_OVERRIDE + target + b"\x02\x01" + mac
            return frame[6:12] + mac + _icmp6(target, source, body)
    return None


def answered(frame: bytes, wanted: Address) -> bytes | None:
    """The MAC address of one who says that it has this address."""
    octets = frame[14:]
    if frame[12:14] == _ARP and len(octets) >= 28 and octets[14:18] == wanted.packed:
        return octets[8:14]
    if _is_nd(frame, _ADVERTISEMENT) and octets[48:64] == wanted.packed:
        return frame[6:12]
    return None


def _is_nd(frame: bytes, kind: int) -> bool:
    octets = frame[14:]
    return (
        frame[12:14] == _IP6
        and len(octets) >= 64
        and octets[6:8] == bytes((_ICMP6, 255))
        and octets[40] == kind
    )


def _arp(operation: int, mac: bytes, source: bytes, target_mac: bytes, target: bytes) -> bytes:
    return _ARP_HEAD[:6] + operation.to_bytes(2, "big") + mac + source + target_mac + target


def _icmp6(source: bytes, destination: bytes, body: bytes) -> bytes:
    pseudo = source + destination + len(body).to_bytes(4, "big") + bytes((0, 0, 0, _ICMP6))
    summed = body[:2] + checksum(pseudo + body) + body[4:]
    head = b"\x60\0\0\0" + len(body).to_bytes(2, "big") + bytes((_ICMP6, 255))
    return _IP6 + head + source + destination + summed
