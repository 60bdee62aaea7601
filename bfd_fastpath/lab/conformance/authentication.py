# SPDX-License-Identifier: Apache-2.0
"""Authentication of the far end (RFC 5880 6.7) from hashlib: sections made, and those of the target verified.

It keeps the sender's sequence number and nothing of the receiver's: what is to be accepted is the scene's
matter.
"""

import hashlib
import hmac
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from bfd_fastpath.wire.bfd import Packet, encode

MANDATORY: Final = 24


class AuthType(IntEnum):
    """Values of Auth Type (RFC 5880 4.1)."""

    SIMPLE_PASSWORD = 1
    KEYED_MD5 = 2
    METICULOUS_KEYED_MD5 = 3
    KEYED_SHA1 = 4
    METICULOUS_KEYED_SHA1 = 5

    @property
    def words(self) -> str:
        """ "meticulous-keyed-md5"."""
        return self.name.lower().replace("_", "-")

    @property
    def meticulous(self) -> bool:
        return self in (AuthType.METICULOUS_KEYED_MD5, AuthType.METICULOUS_KEYED_SHA1)

    @property
    def digest_octets(self) -> int:
        """Of the digest field, which is the longest key as well."""
        return {1: 16, 2: 16, 3: 16, 4: 20, 5: 20}[self]


@dataclass(frozen=True, slots=True)
class Key:
    """What both ends were given."""

    type: AuthType
    key_id: int
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.type.words}, {self.key_id}, ...)"


def digest(key: Key, octets: bytes) -> bytes:
    """The digest of a packet whose section is of a keyed type, whatever its digest field says."""
    length = key.type.digest_octets
    covered = octets[: MANDATORY + 8] + key.secret.ljust(length, b"\0") + octets[MANDATORY + 8 + length :]
    if length == 16:
        return hashlib.md5(covered, usedforsecurity=False).digest()
    return hashlib.sha1(covered, usedforsecurity=False).digest()


def seal(packet: Packet, key: Key, sequence: int) -> bytes:
    """The packet's octets with an authentication section."""
    if key.type is AuthType.SIMPLE_PASSWORD:
        section = bytes((key.type, 3 + len(key.secret), key.key_id)) + key.secret
        return encode(replace(packet, authentication=section))
    length = 8 + key.type.digest_octets
    section = bytes((key.type, length, key.key_id, 0)) + (sequence & 0xFFFFFFFF).to_bytes(4, "big")
    octets = encode(replace(packet, authentication=section + bytes(key.type.digest_octets)))
    return octets[: MANDATORY + 8] + digest(key, octets)


@dataclass(frozen=True, slots=True)
class Section:
    """The authentication section of a received packet."""

    type: int
    length: int
    key_id: int
    #: 0 where the type has none.
    sequence: int
    #: Password or digest.
    proof: bytes


def section(octets: bytes) -> Section | None:
    """The section of a packet, or None where A is clear or nothing stands behind the mandatory part."""
    if not octets[1] & 0x04 or len(octets) < MANDATORY + 3:
        return None
    body = octets[MANDATORY : octets[3]]
    if body[0] == AuthType.SIMPLE_PASSWORD:
        return Section(body[0], body[1], body[2], 0, body[3:])
    return Section(body[0], body[1], body[2], int.from_bytes(body[4:8], "big"), body[8:])


def genuine(octets: bytes, key: Key) -> bool:
    """Whether a packet is authenticated by this key."""
    found = section(octets)
    if found is None or found.type != key.type or found.key_id != key.key_id:
        return False
    if key.type is AuthType.SIMPLE_PASSWORD:
        return hmac.compare_digest(found.proof, key.secret)
    return hmac.compare_digest(found.proof, digest(key, octets[: octets[3]]))
