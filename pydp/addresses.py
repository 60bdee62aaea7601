# SPDX-License-Identifier: Apache-2.0
"""IP and MAC addresses between Python's types and the C structs. Not a parser: ipaddress and six-octet
strings do that.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from pydp.errors import InvalidArgumentError
from pydp.ffi import ffi

Address = IPv4Address | IPv6Address


def as_address(address: Address | str) -> Address:
    """An ipaddress object from itself or its text. Raises InvalidArgumentError; scoped IPv6 addresses
    ("%eth0") too, because a port and VLAN say the scope here.
    """
    try:
        made = ip_address(address)
    except ValueError as error:
        raise InvalidArgumentError(
            f"{address!r} is not an IP address; write 192.0.2.1 or 2001:db8::1"
        ) from error
    if isinstance(made, IPv6Address) and made.scope_id is not None:
        raise InvalidArgumentError(f"{address} has a scope; leave out the part from %, the port says it")
    return made


def fill(target: Any, address: Address) -> None:
    """Write an address into a `struct pydp_address`."""
    target.family = address.version
    ffi.memmove(target.octets, address.packed.ljust(16, b"\0"), 16)


def read(source: Any) -> Address | None:
    """The address in a `struct pydp_address`, None for family 0."""
    octets = bytes(ffi.buffer(source.octets))
    if source.family == 4:
        return IPv4Address(octets[:4])
    if source.family == 6:
        return IPv6Address(octets)
    return None


def read_known(source: Any) -> Address:
    """The address in a `struct pydp_address` that the library always fills."""
    address = read(source)
    if address is None:
        raise InvalidArgumentError("an address without a family came from libpydp")
    return address


def mac_text(octets: Any) -> str:
    """Six octets as "02:00:00:00:00:01"."""
    return bytes(ffi.buffer(octets)).hex(":")


def mac_octets(mac: str | bytes) -> bytes:
    """Six octets from "02:00:00:00:00:01" or bytes. Raises InvalidArgumentError."""
    if isinstance(mac, bytes):
        octets = mac
    else:
        try:
            octets = bytes.fromhex(mac.replace(":", "").replace("-", ""))
        except ValueError:
            octets = b""
    if len(octets) != 6:
        raise InvalidArgumentError(f"{mac!r} is not a MAC address; write 02:00:00:00:00:01")
    return octets
