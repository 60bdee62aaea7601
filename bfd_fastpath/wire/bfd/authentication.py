# SPDX-License-Identifier: Apache-2.0
"""Authentication of one session (RFC 5880 6.7) in plain Python: packets signed and verified, the sequence
numbers of both, and which key of a chain is sent with. Digests are hashlib's. No secret stands in a repr.
"""

import hashlib
import hmac
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from bfd_fastpath.wire.bfd.codec import Fault, Packet, encode

SEQUENCE_WINDOW = 3
"""How far a sequence number may run ahead, in units of Detect Mult."""


class AuthType(IntEnum):
    """Auth Type on the wire (4.1)."""

    SIMPLE_PASSWORD = 1
    KEYED_MD5 = 2
    METICULOUS_KEYED_MD5 = 3
    KEYED_SHA1 = 4
    METICULOUS_KEYED_SHA1 = 5


class Algorithm(IntEnum):
    """How a key proves who sent a packet."""

    SIMPLE_PASSWORD = 1
    MD5 = 2
    SHA_1 = 3


_DIGEST_OCTETS = {Algorithm.MD5: 16, Algorithm.SHA_1: 20}
_HASHES: dict[Algorithm, Callable[[bytes], bytes]] = {
    Algorithm.MD5: lambda octets: hashlib.md5(octets, usedforsecurity=False).digest(),
    Algorithm.SHA_1: lambda octets: hashlib.sha1(octets, usedforsecurity=False).digest(),
}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a chain: key_id 0 to 255; 1 to 16 octets, of SHA_1 1 to 20."""

    key_id: int
    algorithm: Algorithm
    secret: bytes = field(repr=False)

    def auth_type(self, meticulous: bool) -> AuthType:
        if self.algorithm is Algorithm.SIMPLE_PASSWORD:
            return AuthType.SIMPLE_PASSWORD
        keyed = AuthType.KEYED_MD5 if self.algorithm is Algorithm.MD5 else AuthType.KEYED_SHA1
        return AuthType(keyed + meticulous)


def sign(packet: Packet, key: Key, *, meticulous: bool = False, sequence: int = 0) -> Packet:
    """The packet with the key's authentication section (6.7.2 to 6.7.4)."""
    kind = key.auth_type(meticulous)
    if key.algorithm is Algorithm.SIMPLE_PASSWORD:
        section = struct.pack("!BBB", kind, 3 + len(key.secret), key.key_id) + key.secret
        return replace(packet, authentication=section)
    octets = _DIGEST_OCTETS[key.algorithm]
    head = struct.pack("!BBBBI", kind, 8 + octets, key.key_id, 0, sequence)
    keyed = replace(packet, authentication=head + key.secret.ljust(octets, b"\0"))
    return replace(packet, authentication=head + _HASHES[key.algorithm](encode(keyed)))


class Authentication:
    """What one session keeps for it. Variables have the names of RFC 5880 6.8.1 in snake case."""

    def __init__(self, keys: Sequence[Key], *, meticulous: bool = False, xmit_auth_seq: int = 0) -> None:
        self.keys = list(keys)
        self.meticulous = meticulous
        self.xmit_auth_seq = xmit_auth_seq
        self.rcv_auth_seq: int | None = None
        """None: bfd.AuthSeqKnown is 0."""
        self._sending = self.keys[0].key_id
        self._said: tuple[Packet, int, AuthType] | None = None

    @property
    def key(self) -> Key:
        """What is sent with."""
        return next(one for one in self.keys if one.key_id == self._sending)

    def set_keys(self, keys: Sequence[Key]) -> None:
        """Another chain. Another first key, or the loss of the one sent with, begins with the first again."""
        first = self.keys[0].key_id
        self.keys = list(keys)
        if self.keys[0].key_id != first or all(one.key_id != self._sending for one in self.keys):
            self._sending = self.keys[0].key_id

    def sign(self, packet: Packet) -> Packet:
        """The packet as it is sent; the sequence number counts as 6.7.3 and 6.7.4 want it."""
        key, kind = self.key, self.key.auth_type(self.meticulous)
        says = (packet, key.key_id, kind)
        if kind is not AuthType.SIMPLE_PASSWORD:
            if self.meticulous or says != self._said:
                self.xmit_auth_seq = (self.xmit_auth_seq + 1) % 2**32
            self._said = says
        return sign(packet, key, meticulous=self.meticulous, sequence=self.xmit_auth_seq)

    def verify(self, packet: Packet, *, silent: bool = False) -> Fault | None:
        """A received packet with a section. Nothing changes unless it is accepted.

        silent: twice the Detection Time passed without a packet, and bfd.AuthSeqKnown is 0 again (6.8.1).
        """
        section = packet.authentication or b""
        if section[0] not in set(AuthType):
            return Fault.AUTH_TYPE
        kind = AuthType(section[0])
        lengths = range(4, 20) if kind is AuthType.SIMPLE_PASSWORD else (24 if kind in (2, 3) else 28,)
        if section[1] != len(section) or section[1] not in lengths:
            return Fault.AUTH_LENGTH
        places = [place for place, one in enumerate(self.keys) if one.key_id == section[2]]
        if not places:
            return Fault.AUTH_KEY_ID
        key = self.keys[places[0]]
        if kind is not key.auth_type(self.meticulous):
            return Fault.AUTH_TYPE
        if kind is AuthType.SIMPLE_PASSWORD:
            if section[1] != len(key.secret) + 3:
                return Fault.AUTH_LENGTH
            if not hmac.compare_digest(section[3:], key.secret):
                return Fault.AUTH_DIGEST
        else:
            sequence = int.from_bytes(section[4:8])
            if self.rcv_auth_seq is not None and not silent:
                ahead = (sequence - self.rcv_auth_seq) % 2**32
                if not int(self.meticulous) <= ahead <= SEQUENCE_WINDOW * packet.multiplier:
                    return Fault.AUTH_SEQUENCE
            keyed = section[:8] + key.secret.ljust(len(section) - 8, b"\0")
            expected = _HASHES[key.algorithm](encode(replace(packet, authentication=keyed)))
            if not hmac.compare_digest(section[8:], expected):
                return Fault.AUTH_DIGEST
            self.rcv_auth_seq = sequence
        if places[0] > self.keys.index(self.key):
            self._sending = key.key_id
        return None
