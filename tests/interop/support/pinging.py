# SPDX-License-Identifier: Apache-2.0
"""ICMP echo requests from where this runs, as root: `python -m tests.interop.support.pinging TARGET COUNT [OCTETS]` sends them one
by one, with so many octets of data, each when the one before was answered or a second is over, and prints how many were. With COUNT 0
it sends for a second without waiting."""

import errno
import socket
import struct
import sys
import time


def checksum(data: bytes) -> int:
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def request(six: bool, number: int, octets: int = 0) -> bytes:
    """The kernel makes ICMPv6's checksum."""
    head = struct.pack(">BBHHH", 128 if six else 8, 0, 0, 77, number)
    return (head if six else head[:2] + struct.pack(">H", checksum(head)) + head[4:]) + bytes(octets)


def main(target: str, count: int, octets: int = 0) -> int:
    ((family, _, _, _, address), *_) = socket.getaddrinfo(target, None, proto=socket.IPPROTO_UDP)
    six = family == socket.AF_INET6
    kind = socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
    answered = 0
    with socket.socket(family, socket.SOCK_RAW, kind) as opened:
        opened.settimeout(1)
        end = time.monotonic() + 1
        while not count and time.monotonic() < end:
            opened.sendto(request(six, 0), address)
        for number in range(1, count + 1):
            try:
                opened.sendto(request(six, number, octets), address)
            except OSError as error:
                # Larger than the path, as the answer to the one before has told the kernel.
                if error.errno != errno.EMSGSIZE:
                    raise
                continue
            answered += _answer(opened, six, number)
    return answered


def _answer(opened: socket.socket, six: bool, number: int) -> bool:
    wanted = struct.pack(">BB", 129 if six else 0, 0), struct.pack(">HH", 77, number)
    try:
        while True:
            data = opened.recv(65_536)
            icmp = data if six else data[(data[0] & 15) * 4 :]
            if (icmp[:2], icmp[4:8]) == wanted:
                return True
    except TimeoutError:
        return False


if __name__ == "__main__":
    print(main(sys.argv[1], *map(int, sys.argv[2:])))
