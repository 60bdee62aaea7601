# SPDX-License-Identifier: Apache-2.0
"""Table dumps: what is written is read again, octet by octet as RFC 6396 has it, and damage is named."""

import io
from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire import mrt

ID = IPv4Address("192.0.2.1")
SERVER = mrt.Peer(64499, ID, ip_address("198.51.100.250"))
SERVER6 = mrt.Peer(4_200_000_000, ID, ip_address("2001:db8::250"))
ENTRY = mrt.RibEntry(1, 1_700_000_000, bytes.fromhex("40010100"))
peers = st.builds(mrt.Peer, st.integers(0, 2**32 - 1), st.ip_addresses(v=4), st.ip_addresses())
entries = st.builds(mrt.RibEntry, st.integers(0, 65535), st.integers(0, 2**32 - 1), st.binary(max_size=40))


@st.composite
def ribs(draw):
    version = draw(st.sampled_from([4, 6]))
    length = draw(st.integers(0, 32 if version == 4 else 128))
    octets = (length + 7) // 8
    nlri = bytes((length,)) + draw(st.binary(min_size=octets, max_size=octets))
    return mrt.RibRecord(version, nlri, tuple(draw(st.lists(entries, max_size=3))))


def read(octets):
    return list(mrt.read_table(io.BytesIO(octets).read))


@given(st.lists(peers, max_size=4), st.lists(ribs(), max_size=4), st.text(max_size=5))
def test_what_is_written_is_read(table, records, view):
    octets = mrt.peer_table(7, ID, table, view)
    octets += b"".join(mrt.rib(7, number, one) for number, one in enumerate(records))
    assert read(octets) == [tuple(table), *records]


def test_the_octets_are_those_of_the_rfc():
    """RFC 6396 2, 4.3.1, 4.3.2."""
    assert mrt.peer_table(1, ID, [SERVER, SERVER6], "v").hex() == (
        "00000001" + "000d" + "0001" + "0000002f" + "c0000201" + "0001" + "76" + "0002"
        "02" + "c0000201" + "c63364fa" + "0000fbf3" + "03" + "c0000201" + SERVER6.address.packed.hex() + "fa56ea00"
    )  # fmt: skip
    assert mrt.rib(1, 5, mrt.RibRecord(4, bytes.fromhex("18cb0071"), (ENTRY,))).hex() == (
        "00000001" + "000d" + "0002" + "00000016" + "00000005" + "18cb0071" + "0001"
        "0001" + "6553f100" + "0004" + "40010100"
    )  # fmt: skip


def test_a_peer_with_two_octets_of_as_is_read():
    body = bytes.fromhex("c0000201" + "0000" + "0001" + "00" + "c0000201" + "c63364fa" + "fbf3")
    assert read(bytes.fromhex("00000001000d0001") + len(body).to_bytes(4, "big") + body) == [(SERVER,)]


def test_other_records_are_passed_over():
    assert read(bytes.fromhex("00000001" + "0010" + "0004" + "00000002" + "ffff")) == []


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("00000001000d", "octet 0: the file ends within the head"),
        ("00000001000d00020000000acc", "octet 0: the file ends within a record of 10 octets"),
        ("00000001000d0002ff000000", "is this an MRT file"),
        ("00000001000d000200000008" + "00000000" + "21000000", "a malformed record of type 13, subtype 2"),
        ("00000001000d000200000007" + "00000000" + "080a00", "a malformed record"),
        (
            "00000001000d000200000010" + "00000000" + "080a" + "0001" + "0000" + "00000000" + "0009",
            "a malformed record",
        ),
        ("00000001000d00010000000a" + "c0000201" + "0000" + "0009" + "0200", "a malformed record"),
    ],
)
def test_damage_is_named(octets, text):
    with pytest.raises(mrt.MrtError, match=text):
        read(bytes.fromhex(octets))


def test_more_peers_than_a_dump_has_room_for_are_refused():
    with pytest.raises(ValueError, match="65536 peers"):
        mrt.peer_table(1, ID, [SERVER] * 65_536)


@given(st.binary(max_size=60))
def test_any_octets_are_read_or_refused(octets):
    try:
        read(bytes.fromhex("00000001000d0002") + len(octets).to_bytes(4, "big") + octets)
    except mrt.MrtError:
        return
