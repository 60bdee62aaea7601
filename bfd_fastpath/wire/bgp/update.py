# SPDX-License-Identifier: Apache-2.0
"""The UPDATE message as a record, End-of-RIB, and how they are written (RFC 4271 4.3). Reading is
update_decoder.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bfd_fastpath.prefixes import Prefix
from bfd_fastpath.wire.bgp.attributes import NO_ATTRIBUTES, Attributes, encode_attributes
from bfd_fastpath.wire.bgp.family import IPV4_UNICAST, Family
from bfd_fastpath.wire.bgp.message import MessageType, frame
from bfd_fastpath.wire.bgp.mp import Address, MpReach, MpUnreach
from bfd_fastpath.wire.bgp.nlri import Nlri, encode_nlris


class _Octets:
    """Remembers a message's octets: the same goes to many peers. By whether AS numbers have four octets."""

    __slots__ = ("_octets",)
    _octets: dict[bool, bytes]


@dataclass(frozen=True, slots=True)
class Update(_Octets):
    """One UPDATE. Whoever applies it takes the withdrawals first, then the announcements.

    `withdrawn` and `announced` are the IPv4 unicast fields of the message itself. Those of a decoded UPDATE
    are runs, whose octets are at hand.
    """

    withdrawn: Sequence[Prefix] = ()
    attributes: Attributes = NO_ATTRIBUTES
    announced: Sequence[Prefix] = ()
    mp_unreach: MpUnreach | None = None
    mp_reach: MpReach | None = None

    def withdrawals(self) -> Iterator[tuple[Family, Sequence[Nlri]]]:
        """Each family with what is withdrawn from it."""
        if self.withdrawn:
            yield IPV4_UNICAST, self.withdrawn
        if self.mp_unreach is not None and self.mp_unreach.nlris:
            yield self.mp_unreach.family, self.mp_unreach.nlris

    def announcements(self) -> Iterator[tuple[Family, Address | None, Sequence[Nlri]]]:
        """Each family with the next hop and what is announced with it; the attributes are `attributes`."""
        if self.announced:
            yield IPV4_UNICAST, self.attributes.next_hop, self.announced
        if self.mp_reach is not None and self.mp_reach.nlris:
            yield self.mp_reach.family, self.mp_reach.next_hop, self.mp_reach.nlris

    def encode_body(self, *, as4: bool = True) -> bytes:
        """The message without its header; MP attributes come first (RFC 7606 5.1)."""
        withdrawn = encode_nlris(self.withdrawn)
        attributes = self.mp_reach.encode() if self.mp_reach is not None else b""
        attributes += self.mp_unreach.encode() if self.mp_unreach is not None else b""
        attributes += encode_attributes(self.attributes, as4=as4)
        lengths = len(withdrawn).to_bytes(2, "big"), len(attributes).to_bytes(2, "big")
        return lengths[0] + withdrawn + lengths[1] + attributes + encode_nlris(self.announced)

    def encode(self, *, as4: bool = True) -> bytes:
        """The whole message. Raises ValueError beyond 65535 octets; the peer's own limit is the session's
        to keep.
        """
        try:
            known = self._octets
        except AttributeError:
            known = {}
            object.__setattr__(self, "_octets", known)
        if as4 not in known:
            known[as4] = frame(MessageType.UPDATE, self.encode_body(as4=as4))
        return known[as4]


def end_of_rib(family: Family) -> Update:
    """End-of-RIB for the family (RFC 4724 2)."""
    return Update() if family == IPV4_UNICAST else Update(mp_unreach=MpUnreach(family, ()))
