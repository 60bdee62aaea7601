# SPDX-License-Identifier: Apache-2.0
"""TCP sockets as BGP wants them: TCP-MD5 (RFC 2385), GTSM (RFC 5082), addresses, and errors a person can
act on.

Linux only. Nothing here reads or writes a stream.
"""

from __future__ import annotations

import errno
import socket
import struct
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Protocol, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

TCP_MD5SIG = 14
IP_MINTTL = 21
IPV6_MINHOPCOUNT = 73
MD5_KEY_LIMIT = 80
_FULL_TTL = 255
ANY: dict[int, Address] = {4: IPv4Address("0.0.0.0"), 6: IPv6Address("::")}


class TcpError(OSError):
    """A socket could not be set up; the text names the address and the remedy."""


class HasOptions(Protocol):
    """A socket, or asyncio's view of one."""

    def setsockopt(self, level: int, option: int, value: int | bytes, /) -> None: ...


def md5_option(address: Address, password: bytes) -> bytes:
    """The kernel's `struct tcp_md5sig` for one peer.

    Raises ValueError for a password that is empty or longer than 80 octets.
    """
    if not 1 <= len(password) <= MD5_KEY_LIMIT:
        raise ValueError(f"a TCP-MD5 password has 1 to {MD5_KEY_LIMIT} octets, this one {len(password)}")
    return struct.pack("@128sBBHi80s", _sockaddr(address), 0, 0, len(password), 0, password)


def _sockaddr(address: Address) -> bytes:
    if address.version == 4:
        return struct.pack("@HH4s", socket.AF_INET, 0, address.packed)
    return struct.pack("@HHI16sI", socket.AF_INET6, 0, 0, address.packed, 0)


def set_md5(sock: HasOptions, address: Address, password: bytes) -> None:
    """Sign what goes to `address`, and drop what comes from it unsigned. Set it before connect() or listen().

    Raises ValueError for a bad password, TcpError where the kernel has no TCP-MD5.
    """
    option = md5_option(address, password)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG, option)
    except OSError as error:
        text = f"TCP-MD5 for {address}: {error.strerror}; the kernel needs CONFIG_TCP_MD5SIG"
        raise TcpError(error.errno, text) from error


def set_ttl(sock: HasOptions, version: int) -> None:
    """Send with TTL or hop limit 255, so that a peer may require it."""
    if version == 4:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, _FULL_TTL)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, _FULL_TTL)


def require_ttl(sock: HasOptions, version: int) -> None:
    """Drop segments that came through a router: TTL below 255 (RFC 5082 3)."""
    if version == 4:
        sock.setsockopt(socket.IPPROTO_IP, IP_MINTTL, _FULL_TTL)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MINHOPCOUNT, _FULL_TTL)


def tcp_socket(version: int) -> socket.socket:
    """A non-blocking TCP socket for IP version 4 or 6; an IPv6 one takes no IPv4."""
    sock = socket.socket(
        socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_STREAM | socket.SOCK_CLOEXEC
    )
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if version == 6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return sock


def bind(sock: socket.socket, address: Address, port: int) -> None:
    """Bind, or raise TcpError that says what is in the way and what to do."""
    try:
        sock.bind((str(address), port))
    except OSError as error:
        raise bind_error(error, address, port) from error


def bind_error(error: OSError, address: Address, port: int) -> TcpError:
    """The error of a bind() or listen() in words."""
    where = f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
    if error.errno == errno.EADDRINUSE:
        text = f"TCP {where} is in use: stop what listens there (see ss -ltnp) or set another port"
    elif error.errno in (errno.EACCES, errno.EPERM):
        text = f"TCP {where} needs CAP_NET_BIND_SERVICE: run as root, grant it, or set a port above 1023"
    elif error.errno == errno.EADDRNOTAVAIL:
        text = f"TCP {where}: no interface of this machine has this address"
    else:
        text = f"TCP {where}: {error.strerror}"
    return TcpError(error.errno, text)


def endpoint_of(name: Any) -> tuple[Address, int]:
    """The address and port in what getsockname() or getpeername() gave."""
    host, port = name[0], name[1]
    return (IPv6Address(host) if ":" in host else IPv4Address(host)), port
