# SPDX-License-Identifier: Apache-2.0
"""NLRIs: what is kept, what is discarded alone, and what costs the whole field (RFC 9552 8.2.2)."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bgpls import LinkNlri, NodeDescriptor, NodeNlri, RawNlri, Tlv
from bfd_fastpath.wire.bgpls import profile_l5 as l5
from bfd_fastpath.wire.bgpls.nlri import FramingError, decode_list
from bfd_fastpath.wire.bgpls.tlv import ordered

GOOD = l5.node(ip_address("198.51.100.2"))
HEAD = bytes((5,)) + bytes(8)
LOCAL = Tlv(256, Tlv(515, b"\1\2\3\4").encode())
REMOTE = Tlv(257, Tlv(515, b"\1\2\3\5").encode())


def raw(kind: int, *tlvs: Tlv, head: bytes = HEAD) -> bytes:
    return RawNlri(kind, head + b"".join(tlv.encode() for tlv in tlvs)).encode()


BAD = {
    "descriptors out of order": raw(2, LOCAL, REMOTE, Tlv(260, b"abcd"), Tlv(259, b"abcd")),
    "remote before local": raw(2, REMOTE, LOCAL),
    "no local node": raw(1),
    "no remote node": raw(2, LOCAL),
    "address of three octets": raw(2, LOCAL, REMOTE, Tlv(259, b"abc")),
    "identifier of two octets": raw(1, Tlv(256, Tlv(516, b"ab").encode())),
    "router id of five octets": raw(1, Tlv(256, Tlv(515, b"abcde").encode())),
    "repeated sub-tlv": raw(1, Tlv(256, Tlv(515, b"abcd").encode() + Tlv(515, b"abce").encode())),
    "sub-tlvs out of order": raw(1, Tlv(256, Tlv(515, b"abcd").encode() + Tlv(512, b"abcd").encode())),
    "tlv past the end": RawNlri(1, HEAD + bytes.fromhex("0100000802030004c633")).encode(),
    "no room for the identifier": RawNlri(1, b"\5\0").encode(),
}


@pytest.mark.parametrize("name", BAD)
def test_a_malformed_nlri_costs_itself_only(name):
    nlris, faults = decode_list(BAD[name] + GOOD.encode())
    assert nlris == [GOOD]
    assert [fault.raw for fault in faults] == [BAD[name]]


@pytest.mark.parametrize("octets", ["00", "000100", "0001001505", "00010015" + "00" * 20])
def test_a_total_length_past_the_end_costs_the_field(octets):
    with pytest.raises(FramingError):
        decode_list(GOOD.encode() + bytes.fromhex(octets))


@pytest.mark.parametrize("kind", [3, 4, 6, 65000])
def test_prefixes_and_unknown_types_are_kept_as_octets(kind):
    octets = raw(kind, Tlv(9999, b"x"))
    assert decode_list(octets) == ([RawNlri(kind, octets[4:])], [])
    assert RawNlri(kind, octets[4:]).encode() == octets


def test_unknown_tlvs_of_an_nlri_survive():
    octets = raw(2, LOCAL, REMOTE, Tlv(259, b"abcd"), Tlv(9999, b"zz"))
    ((nlri,), faults) = decode_list(octets)
    assert not faults
    assert isinstance(nlri, LinkNlri)
    assert nlri.encode() == octets
    assert nlri.descriptor(9999) == b"zz"


def test_unknown_protocols_and_identifiers_are_read_like_others():
    octets = raw(1, LOCAL, head=bytes((227,)) + (77).to_bytes(8, "big"))
    ((nlri,), _) = decode_list(octets)
    assert isinstance(nlri, NodeNlri)
    assert (nlri.protocol_id, nlri.identifier) == (227, 77)
    assert nlri.encode() == octets


@pytest.mark.parametrize(
    ("value", "read"), [(b"\0", None), (b"\1", None), (b"\xc0\0\2\1", ip_address("192.0.2.1"))]
)
def test_sub_tlv_516_is_an_identifier_or_the_drafts_flag(value, read):
    octets = raw(1, Tlv(256, Tlv(515, b"\1\2\3\4").encode() + Tlv(516, value).encode()))
    ((nlri,), faults) = decode_list(octets)
    assert not faults
    assert isinstance(nlri, NodeNlri)
    assert nlri.local.bgp_router_id == read
    assert nlri.encode() == octets


descriptors = st.builds(
    NodeDescriptor.make,
    igp_router_id=st.none()
    | st.sampled_from([4, 6, 7, 8, 16]).flatmap(lambda n: st.binary(min_size=n, max_size=n)),
    asn=st.none() | st.integers(0, 2**32 - 1),
    bgp_router_id=st.none() | st.ip_addresses(v=4),
)
extras = st.lists(st.builds(Tlv, st.integers(5000, 60000), st.binary(max_size=9)), max_size=3).map(ordered)
numbers = {"protocol_id": st.integers(0, 255), "identifier": st.integers(0, 2**64 - 1)}
nlris = st.builds(NodeNlri, descriptors, rest=extras, **numbers) | st.builds(
    LinkNlri, descriptors, descriptors, extras, **numbers
)


@given(st.lists(nlris, max_size=5))
def test_what_is_encoded_decodes_to_itself(several):
    assert decode_list(b"".join(nlri.encode() for nlri in several)) == (several, [])


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_refused_with_the_codecs_own_error(octets):
    try:
        found, faults = decode_list(octets)
    except FramingError:
        return
    rebuilt = sum(len(nlri.encode()) for nlri in found) + sum(len(fault.raw) for fault in faults)
    assert rebuilt == len(octets)


@given(st.lists(nlris, min_size=1, max_size=3), st.data())
def test_mutated_nlris_are_read_or_refused_with_the_codecs_own_error(several, data):
    octets = bytearray(b"".join(nlri.encode() for nlri in several))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode_list(bytes(octets))
    except FramingError:
        pass
    l5.salvage_remote(bytes(octets))


def test_what_is_long_is_not_remembered():
    short, long = (Tlv(65300, bytes(size)) for size in (8, 4000))
    for more, kept in ((short, True), (long, False)):
        descriptor = NodeDescriptor((Tlv(515, b"abcd"), more))
        read = NodeDescriptor.decode(descriptor.encode())
        assert read == descriptor
        assert (NodeDescriptor.decode(descriptor.encode()) is read) is kept
        octets = raw(1, LOCAL, more)
        ((first,), _), ((second,), _) = decode_list(octets), decode_list(octets)
        assert first == second
        assert (first is second) is kept
