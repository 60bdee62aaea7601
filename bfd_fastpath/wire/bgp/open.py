# SPDX-License-Identifier: Apache-2.0
"""The OPEN message (RFC 4271 4.2) with capabilities (RFC 5492) and extended parameters (RFC 9072).

It is checked as far as it can be alone; whether its AS is the wanted one is the session's to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from bfd_fastpath.wire.bgp.as_path import AS_TRANS
from bfd_fastpath.wire.bgp.capability import NO_CAPABILITIES, Capabilities, Capability, CapabilityError, split
from bfd_fastpath.wire.bgp.errors import BgpError
from bfd_fastpath.wire.bgp.message import MessageType, frame
from bfd_fastpath.wire.malformed import Malformed

VERSION = 4
_CAPABILITIES = 2
_EXTENDED = 255


@dataclass(frozen=True, slots=True)
class Open:
    """`asn` is the true AS number, of four octets where the sender has such; `hold_time_s` in seconds, 0 or
    >= 3.
    """

    asn: int
    hold_time_s: int
    router_id: IPv4Address
    capabilities: Capabilities = NO_CAPABILITIES

    def encode(self) -> bytes:
        """The whole message."""
        capabilities = self.capabilities.encode()
        short = self.asn if self.asn < 65536 else AS_TRANS
        fixed = bytes((VERSION,)) + short.to_bytes(2, "big") + self.hold_time_s.to_bytes(2, "big")
        return frame(MessageType.OPEN, fixed + self.router_id.packed + _parameters(capabilities))

    @classmethod
    def decode(cls, body: bytes) -> Open:
        """Read a body of at least 10 octets, checked by the framing. Raises BgpError (RFC 4271 6.2)."""
        if body[0] != VERSION:
            raise BgpError(Malformed.OPEN_VERSION, f"BGP version {body[0]}", VERSION.to_bytes(2, "big"))
        hold_time_s = int.from_bytes(body[3:5], "big")
        if hold_time_s in (1, 2):
            raise BgpError(Malformed.OPEN_HOLD_TIME, f"hold time of {hold_time_s} s; it is 0 or at least 3")
        router_id = IPv4Address(body[5:9])
        if not int(router_id):
            raise BgpError(Malformed.OPEN_IDENTIFIER, "BGP identifier 0.0.0.0")
        try:
            capabilities = Capabilities.from_list(_read_parameters(body))
        except CapabilityError as error:
            raise BgpError(Malformed.OPEN_CAPABILITY, str(error)) from error
        asn = capabilities.asn if capabilities.asn is not None else int.from_bytes(body[1:3], "big")
        if not asn:
            raise BgpError(Malformed.OPEN_PEER_AS, "AS 0 (RFC 7607 2)")
        return cls(asn, hold_time_s, router_id, capabilities)


def _parameters(capabilities: bytes) -> bytes:
    """The optional parameters: one with all capabilities, in the extended form where they are too many."""
    if not capabilities:
        return b"\0"
    if len(capabilities) + 2 < _EXTENDED:
        return bytes((len(capabilities) + 2, _CAPABILITIES, len(capabilities))) + capabilities
    parameter = bytes((_CAPABILITIES,)) + len(capabilities).to_bytes(2, "big") + capabilities
    return bytes((_EXTENDED, _EXTENDED)) + len(parameter).to_bytes(2, "big") + parameter


def _read_parameters(body: bytes) -> list[Capability]:
    """All capabilities of an OPEN; its first parameter type decides on the extended form (RFC 9072 2)."""
    total, start, width = body[9], 10, 1
    if total and len(body) > 10 and body[10] == _EXTENDED:
        if len(body) < 13:
            raise BgpError(Malformed.OPEN_PARAMETERS, "extended optional parameters without their length")
        total, start, width = int.from_bytes(body[11:13], "big"), 13, 2
    if start + total != len(body):
        text = f"{total} octets of optional parameters announced, {len(body) - start} sent"
        raise BgpError(Malformed.OPEN_PARAMETERS, text)
    found: list[Capability] = []
    while start < len(body):
        head = start + 1 + width
        stop = head + int.from_bytes(body[start + 1 : head], "big")
        if head > len(body) or stop > len(body):
            raise BgpError(Malformed.OPEN_PARAMETERS, "an optional parameter runs past the end")
        if body[start] != _CAPABILITIES:
            raise BgpError(Malformed.OPEN_PARAMETER, f"optional parameter {body[start]}")
        found.extend(split(body[head:stop]))
        start = stop
    return found
