# SPDX-License-Identifier: Apache-2.0
"""What must hold for any octets at each of the Python codecs: they are read, or refused by the codec's own error, and what was
read is written as it was. The claims serve the fuzzers (codec.py) and tests/wire.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address, ip_address, ip_network

from bfd_fastpath.prefixes import PrefixError, Run
from bfd_fastpath.prefixes.prefix import decode_ipv4, decode_ipv6, encode_prefixes
from bfd_fastpath.wire import mrt
from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    BgpError,
    BgpSession,
    ErrorCode,
    ExtendedNextHop,
    Family,
    Open,
    Role,
    SessionSettings,
    Update,
    nh_reach,
)
from bfd_fastpath.wire.bgp.attribute_decoder import AttributeContext
from bfd_fastpath.wire.bgp.message import KEEPALIVE
from bfd_fastpath.wire.bgp.update_decoder import UpdateDecoder
from bfd_fastpath.wire.bgpls import LinkState, NodeNlri, RawNlri, TlvError, profile_l5, profile_l7
from bfd_fastpath.wire.bgpls.codes import to_json
from bfd_fastpath.wire.bgpls.nlri import FramingError, decode_list
from bfd_fastpath.wire.mrt import MrtError
from bfd_fastpath.wire.nhreach import NhReachError, decode_run, settled
from bfd_fastpath.wire.rtr import Cache, CacheSession, PduType
from bfd_fastpath.wire.rtr.pdu import cut as cut_pdu

OPAQUE = Family(25, 65)
"""Negotiated, and not read."""
FAMILIES = (IPV4_UNICAST, IPV6_UNICAST, BGP_LS, nh_reach(4), nh_reach(6), OPAQUE)
LANS = (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64"))
OURS = frozenset((ip_address("198.51.100.1"), ip_address("2001:db8::1")))
#: Bodies are no larger than a message may be that nobody negotiated otherwise.
LARGEST = 4096 - 19


def _says_why(error: BgpError, code: ErrorCode) -> None:
    assert error.notification.code == code
    assert error.faults


def opens(data: bytes) -> None:
    """An OPEN's body, capabilities included."""
    if not 10 <= len(data) <= LARGEST:
        return
    try:
        opened = Open.decode(data)
    except BgpError as error:
        _says_why(error, ErrorCode.OPEN)
        return
    assert opened.hold_time_s not in (1, 2)
    assert opened.asn
    written = opened.encode()
    assert Open.decode(written[19:]).encode() == written


def _context(choice: int) -> AttributeContext:
    return AttributeContext(not choice & 1, not choice & 2, 64500 if choice & 4 else None)


def _decoder(choice: int) -> UpdateDecoder:
    families = frozenset(FAMILIES if choice & 8 else FAMILIES[:2])
    extended = frozenset((IPV4_UNICAST,) if choice & 16 else ())
    return UpdateDecoder(families, _context(choice), extended, 241)


def updates(data: bytes) -> None:
    """An UPDATE's body behind an octet that says from whom it is."""
    choice, body = data[0] if data else 0, data[1 : 1 + LARGEST]
    if len(body) < 4:
        return
    decoder = _decoder(choice)
    try:
        decoded = decoder.decode(body)
    except BgpError as error:
        _says_why(error, ErrorCode.UPDATE)
        return
    assert decoder.decode(body) == decoded, "what is remembered changes nothing"
    for update in decoded.updates:
        _sound(update)
        if not any(nlris for _, nlris in update.withdrawals()) and not any(
            nlris for _, _, nlris in update.announcements()
        ):
            continue
        as4 = not choice & 1
        again = _decoder(choice).decode(update.encode_body(as4=as4))
        assert again.faults == ()
        if as4:
            assert again.updates == (update,), "what was read is written as it was"


def _sound(update: Update) -> None:
    """It can be applied as it is."""
    attributes = update.attributes
    for family, next_hop, nlris in update.announcements():
        assert attributes.origin is not None
        assert attributes.as_path is not None
        assert next_hop is not None or family not in (IPV4_UNICAST, IPV6_UNICAST)
        assert len(list(nlris)) == len(nlris)
    for _, nlris in update.withdrawals():
        assert len(list(nlris)) == len(nlris)


_PEER = SessionSettings(
    64501,
    IPv4Address("192.0.2.2"),
    FAMILIES,
    enhanced_refresh=True,
    extended_next_hop=(ExtendedNextHop(IPV4_UNICAST, 2),),
)


def _session(choice: int) -> BgpSession:
    settings = SessionSettings(
        64501 if choice & 2 else 64500,
        IPv4Address("192.0.2.1"),
        FAMILIES[:1] if choice & 4 else FAMILIES,
        enhanced_refresh=bool(choice & 8),
        enforce_first_as=bool(choice & 16),
        role=Role.RS_CLIENT if choice & 32 else None,
        graceful_restart_helper=bool(choice & 64),
        extended_message=not choice & 128,
    )
    session = BgpSession(settings)
    session.connected(0)
    if choice & 1:
        session.receive(_PEER.open().encode() + KEEPALIVE, 0)
    return session


def _pieces(stream: bytes, sizes: bytes) -> Iterator[bytes]:
    at, turn = 0, 0
    while at < len(stream):
        size = 1 + sizes[turn % len(sizes)] % 40
        yield stream[at : at + size]
        at, turn = at + size, turn + 1


def streams(data: bytes) -> None:
    """Octets of a connection behind one that says which session it is, and four for where they are cut: the same comes of
    them however they arrive.
    """
    if len(data) < 5:
        return
    choice, sizes, stream = data[0], data[1:5], data[5:]
    whole, cut = _session(choice), _session(choice)
    whole.receive(stream, 1)
    for piece in _pieces(stream, sizes):
        cut.receive(piece, 1)
    assert whole.events() == cut.events()
    assert whole.data_to_send() == cut.data_to_send()
    assert whole.malformed == cut.malformed
    assert (whole.state, whole.next_deadline()) == (cut.state, cut.next_deadline())


def link_states(data: bytes) -> None:
    """A field of BGP-LS NLRI, and the same octets as attribute 29."""
    _attribute_29(data)
    try:
        nlris, faults = decode_list(data)
    except FramingError:
        return
    assert sum(len(one.encode()) for one in nlris) + sum(len(one.raw) for one in faults) == len(data)
    name = profile_l7.RouterName(64500, IPv4Address("192.0.2.1"))
    for nlri in nlris:
        assert replace(nlri).encode() == nlri.encode(), "what was read is written as it was"
        assert decode_list(nlri.encode()) == ([nlri], [])
        profile_l5.Reader(LANS, 0, OURS).read(nlri)
        profile_l7.Reader(LANS, 0, OURS, name).read(nlri)
        if not isinstance(nlri, RawNlri):
            to_json(nlri.local.tlvs + (nlri.rest if isinstance(nlri, NodeNlri) else nlri.descriptors))
    for fault in faults:
        profile_l5.salvage_remote(fault.raw)


def _attribute_29(data: bytes) -> None:
    try:
        found = LinkState.decode(data)
    except TlvError:
        return
    assert found.encode() == data
    to_json(found.tlvs)
    assert found.performance.tlvs() is not None
    assert found.node_name is None or len(found.node_name)
    found.participation()


def nh_reaches(data: bytes) -> None:
    """A field of NH-Reach NLRI, of both IP versions."""
    for version, size in ((4, 5), (6, 17)):
        try:
            found = decode_run(version, data)
        except NhReachError:
            assert len(data) % size
            continue
        assert len(found) * size == len(data)
        assert decode_run(version, b"".join(one.encode() for one in found)) == found
        assert len(settled(found)) <= len(found)


def prefixes(data: bytes) -> None:
    """Prefixes by the run against the decoder that knows each of them."""
    for version, exact in ((4, decode_ipv4), (6, decode_ipv6)):
        run = Run.read(version, data, 0, len(data))
        try:
            several = tuple(exact(data, 0, len(data)))
        except PrefixError:
            assert run is None
            continue
        assert run is not None
        assert run == several
        assert run.octets == encode_prefixes(several) == b"".join(run.each())
        head, rest = run.cut(len(several) // 2)
        assert Run.joined(version, [head, rest]) == run
        assert b"".join(piece.octets for piece in run.pieces(9)) == run.octets


def dumps(data: bytes) -> None:
    """A table dump."""
    try:
        found = list(mrt.read_table(io.BytesIO(data).read))
    except MrtError:
        return
    written = b"".join(
        mrt.rib(0, number, one) if isinstance(one, mrt.RibRecord) else mrt.peer_table(0, IPv4Address(1), one)
        for number, one in enumerate(found)
    )
    assert list(mrt.read_table(io.BytesIO(written).read)) == found


_RECORDS = {
    ip_network("192.0.2.1/32"): frozenset((65001,)),
    ip_network("2001:db8::1/128"): frozenset((65002,)),
}


def _caches(choice: int) -> CacheSession:
    cache = Cache(0x1234, serial=choice & 3)
    cache.replace(_RECORDS)
    cache.replace(dict(list(_RECORDS.items())[: choice >> 2 & 1]))
    return CacheSession(cache)


def rtr(data: bytes) -> None:
    """What a router sends to our cache, behind an octet that says which cache it is and four for where it is cut."""
    if len(data) < 5:
        return
    whole, cut = _caches(data[0]), _caches(data[0])
    answer = whole.receive(data[5:])
    assert answer == b"".join([cut.receive(piece) for piece in _pieces(data[5:], data[1:5])])
    assert (whole.ended, whole.sent, whole.resets) == (cut.ended, cut.sent, cut.resets)
    rest = answer
    while rest:
        pdu, rest = cut_pdu(rest)
        assert pdu is not None
        assert pdu.kind in set(PduType)
    assert whole.notify() == cut.notify()


CLAIMS: dict[str, Callable[[bytes], None]] = {
    "open": opens,
    "update": updates,
    "stream": streams,
    "link-state": link_states,
    "nh-reach": nh_reaches,
    "prefixes": prefixes,
    "dump": dumps,
    "rtr": rtr,
}
