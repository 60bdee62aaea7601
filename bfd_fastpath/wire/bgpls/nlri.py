# SPDX-License-Identifier: Apache-2.0
"""BGP-LS NLRIs (RFC 9552 5.2): Node and Link are read, prefixes and unknown types are kept as octets.

Decoding a list tells apart an NLRI that can be skipped from a list whose framing is lost (RFC 9552 8.2.2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any, TypeAlias

from bfd_fastpath.wire.bgpls import codes, sound
from bfd_fastpath.wire.bgpls.descriptor import REMEMBERED, NodeDescriptor
from bfd_fastpath.wire.bgpls.tlv import Tlv, TlvError, decode, encode, require_order
from bfd_fastpath.wire.malformed import Malformed


class NlriType(IntEnum):
    """NLRI types of RFC 9552 5.2, table 1."""

    NODE = 1
    LINK = 2
    IPV4_PREFIX = 3
    IPV6_PREFIX = 4


class ProtocolId(IntEnum):
    """The Protocol-IDs used here (RFC 9552 5.2, RFC 9086 3)."""

    DIRECT = 4
    STATIC = 5
    BGP = 7


class FramingError(ValueError):
    """The Total NLRI Lengths do not add up: what follows cannot be found (RFC 9552 8.2.2)."""


class _Octets:
    """Remembers an NLRI's octets, its key (RFC 9552 5.2): they are asked for at each packing and hashing."""

    __slots__ = ("_octets",)
    _octets: bytes

    def encode(self) -> bytes:
        """The NLRI with its header."""
        try:
            return self._octets
        except AttributeError:
            object.__setattr__(self, "_octets", self._build())
            return self._octets

    def remember(self, data: bytes, start: int, end: int) -> None:
        """It was read from these octets, and would be written like that."""
        if not hasattr(self, "_octets"):
            object.__setattr__(self, "_octets", data[start:end])

    def _build(self) -> bytes:
        """Make the octets."""
        raise NotImplementedError


def _wrap(kind: int, body: bytes) -> bytes:
    return kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body


def _head(protocol_id: int, identifier: int) -> bytes:
    return protocol_id.to_bytes(1, "big") + identifier.to_bytes(8, "big")


@dataclass(frozen=True, slots=True)
class NodeNlri(_Octets):
    """A node. `identifier` is the 64-bit routing universe; `rest` holds TLVs that a Node NLRI does not
    define.
    """

    local: NodeDescriptor
    protocol_id: int = ProtocolId.STATIC
    identifier: int = 0
    rest: tuple[Tlv, ...] = ()

    def __hash__(self) -> int:
        return hash(self.encode())

    def _build(self) -> bytes:
        tlvs = (Tlv(codes.LOCAL_NODE, self.local.encode()), *self.rest)
        return _wrap(NlriType.NODE, _head(self.protocol_id, self.identifier) + encode(tlvs))


@dataclass(frozen=True, slots=True)
class LinkNlri(_Octets):
    """A half-link from `local` to `remote`. `descriptors` are the link descriptor TLVs in wire order.

    One that was read is its octets until somebody looks into it: a withdrawal needs no more.
    """

    local: NodeDescriptor
    remote: NodeDescriptor
    descriptors: tuple[Tlv, ...] = ()
    protocol_id: int = ProtocolId.STATIC
    identifier: int = 0

    @classmethod
    def sound(cls, octets: bytes) -> LinkNlri:
        """The Link of octets that have been checked."""
        self = cls.__new__(cls)
        _set(self, "_octets", octets)
        return self

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Called for what is not there: fields that nobody has asked for."""
            if name not in _LINK_FIELDS:
                raise AttributeError(f"a Link NLRI has no {name}")
            local, remote, others, protocol_id, identifier = sound.fields(self._octets)
            _set(self, "local", NodeDescriptor.decode(local))
            _set(self, "remote", NodeDescriptor.decode(remote))
            _set(self, "descriptors", tuple([Tlv(code, value) for code, value in others]))
            _set(self, "protocol_id", protocol_id)
            _set(self, "identifier", identifier)
            return getattr(self, name)

    def __hash__(self) -> int:
        return hash(self.encode())

    def _build(self) -> bytes:
        tlvs = (
            Tlv(codes.LOCAL_NODE, self.local.encode()),
            Tlv(codes.REMOTE_NODE, self.remote.encode()),
            *self.descriptors,
        )
        return _wrap(NlriType.LINK, _head(self.protocol_id, self.identifier) + encode(tlvs))

    def descriptor(self, code: int) -> bytes | None:
        """The value of the first link descriptor with this code, None where it is absent."""
        for tlv in self.descriptors:
            if tlv.code == code:
                return tlv.value
        return None

    @property
    def interface(self) -> IPv4Address | IPv6Address | None:
        """The local interface address, TLV 259 or else 261."""
        return self._address(codes.IPV4_INTERFACE, codes.IPV6_INTERFACE)

    @property
    def neighbour(self) -> IPv4Address | IPv6Address | None:
        """The neighbour's address, TLV 260 or else 262."""
        return self._address(codes.IPV4_NEIGHBOUR, codes.IPV6_NEIGHBOUR)

    def _address(self, ipv4: int, ipv6: int) -> IPv4Address | IPv6Address | None:
        if (value := self.descriptor(ipv4)) is not None:
            return _ipv4(value)
        if (value := self.descriptor(ipv6)) is not None:
            return _ipv6(value)
        return None


_LINK_FIELDS = frozenset(LinkNlri.__dataclass_fields__)
_set: Callable[[object, str, object], None] = object.__setattr__
# Everybody at an exchange speaks of the same addresses; a table finds what it holds by identity first.
_ipv4 = lru_cache(maxsize=8192)(IPv4Address)
_ipv6 = lru_cache(maxsize=8192)(IPv6Address)


@dataclass(frozen=True, slots=True)
class RawNlri:
    """A prefix NLRI or one of an unknown type, kept as it came (RFC 9552 5.2: unknown ones are preserved)."""

    type: int
    body: bytes

    def encode(self) -> bytes:
        return _wrap(self.type, self.body)


LinkStateNlri: TypeAlias = NodeNlri | LinkNlri | RawNlri


@dataclass(frozen=True, slots=True)
class NlriFault:
    """One NLRI that was discarded. `raw` is all of it, header included; `text` says why."""

    raw: bytes
    text: str
    kind: Malformed


def decode_one(kind: int, body: bytes) -> LinkStateNlri:
    """Read one NLRI's body. Raises TlvError when it is malformed; it can then be skipped."""
    if kind == NlriType.NODE:
        return _decode_node(body)
    return _decode_link(body) if kind == NlriType.LINK else RawNlri(kind, body)


def _decode_node(body: bytes) -> NodeNlri:
    """Everybody at an exchange speaks of the same nodes."""
    return _remembered_node(body) if len(body) <= REMEMBERED else _read_node(body)


def _read_node(body: bytes) -> NodeNlri:
    local, tlvs, protocol_id, identifier = _decode_local(body)
    return NodeNlri(local, protocol_id, identifier, tlvs[1:])


_remembered_node = lru_cache(maxsize=8192)(_read_node)


def _decode_link(body: bytes) -> LinkNlri:
    local, tlvs, protocol_id, identifier = _decode_local(body)
    if len(tlvs) < 2 or tlvs[1].code != codes.REMOTE_NODE:
        raise TlvError("no Remote Node Descriptors", Malformed.BGP_LS_DESCRIPTOR)
    return LinkNlri(local, NodeDescriptor.decode(tlvs[1].value), tlvs[2:], protocol_id, identifier)


def _decode_local(body: bytes) -> tuple[NodeDescriptor, tuple[Tlv, ...], int, int]:
    """What both begin with: the local node, all TLVs, Protocol-ID and Identifier."""
    if len(body) < 9:
        text = f"{len(body)} octets do not hold Protocol-ID and Identifier"
        raise TlvError(text, Malformed.BGP_LS_DESCRIPTOR)
    tlvs = decode(body[9:])
    require_order(tlvs)
    if not tlvs or tlvs[0].code != codes.LOCAL_NODE:
        raise TlvError("no Local Node Descriptors", Malformed.BGP_LS_DESCRIPTOR)
    for tlv in tlvs:
        codes.require_length(tlv)
    return NodeDescriptor.decode(tlvs[0].value), tlvs, body[0], int.from_bytes(body[1:9], "big")


def decode_list(data: bytes) -> tuple[list[LinkStateNlri], list[NlriFault]]:
    """Read the NLRI field of an MP attribute for 16388/71: what could be read, and what had to be discarded.

    Raises FramingError when a header or a Total NLRI Length runs past the end.
    """
    several = sound.cut(data)
    return decode_each(data) if several is None else ([_taken(octets) for octets in several], [])


def _taken(octets: bytes) -> LinkStateNlri:
    """The NLRI of octets that nothing is wrong with."""
    kind = octets[0] << 8 | octets[1]
    if kind == NlriType.LINK:
        return LinkNlri.sound(octets)
    if kind != NlriType.NODE:
        return RawNlri(kind, octets[4:])
    node = _decode_node(octets[4:])
    node.remember(octets, 0, len(octets))
    return node


def decode_each(data: bytes) -> tuple[list[LinkStateNlri], list[NlriFault]]:
    """The same one by one: the exact decoder, which says what is wrong."""
    nlris: list[LinkStateNlri] = []
    faults: list[NlriFault] = []
    position, end = 0, len(data)
    while position < end:
        if position + 4 > end:
            raise FramingError(f"{end - position} octets left, an NLRI header has 4")
        kind = int.from_bytes(data[position : position + 2], "big")
        stop = position + 4 + int.from_bytes(data[position + 2 : position + 4], "big")
        if stop > end:
            raise FramingError(
                f"NLRI type {kind} claims {stop - position - 4} octets, {end - position - 4} are left"
            )
        try:
            nlri = decode_one(kind, data[position + 4 : stop])
            if isinstance(nlri, _Octets):
                nlri.remember(data, position, stop)
            nlris.append(nlri)
        except TlvError as error:
            faults.append(NlriFault(data[position:stop], str(error), error.kind))
        position = stop
    return nlris, faults
