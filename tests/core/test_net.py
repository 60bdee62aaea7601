# SPDX-License-Identifier: Apache-2.0
"""Frames of each link type, down to the IP header: tags, cooked headers, raw IP, address families in both byte orders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.binding import lib
from tests.core.frames import (
    ARP,
    ETHERNET,
    IP4,
    IP6,
    LOOP,
    NULL,
    RAW,
    RAW_4,
    RAW_6,
    RAW_12,
    RAW_14,
    SLL,
    SLL2,
    Frame,
    folded,
    link,
    udp4,
    udp6,
    word,
)

MACS = bytes.fromhex("020000000001020000000002")
KNOWN = [NULL, ETHERNET, RAW_12, RAW_14, RAW, LOOP, SLL, RAW_4, RAW_6, SLL2]
#: Octets of each cooked header before, and behind, its protocol field.
COOKED = {
    SLL: (bytes.fromhex("0000000100060200000000010000"), b""),
    SLL2: (b"", b"\0\0" + word(0) + word(9) + bytes(12)),
}


def tags(*stack: tuple[int, int], behind: int) -> bytes:
    """(type, tag control) of each tag, and the ethertype behind them."""
    return b"".join(word(tpid) + word(control) for tpid, control in stack) + word(behind)


@pytest.mark.parametrize(("type_", "packet"), [(IP4, udp4()), (IP6, udp6())])
def test_plain_ethernet(type_: int, packet: bytes) -> None:
    assert link(ETHERNET, MACS + word(type_) + packet) == Frame("ok", 14, type_, 0, 0, 0)


@pytest.mark.parametrize("tpid", [0x8100, 0x88A8, 0x9100])
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_the_innermost_of_up_to_four_tags_is_the_vlan(tpid: int, depth: int) -> None:
    stack = [(tpid, 0x6000 | 100 + i) for i in range(depth)]
    frame = MACS + tags(*stack, behind=IP4) + udp4()
    assert link(ETHERNET, frame) == Frame("ok", 14 + 4 * depth, IP4, 99 + depth, depth, 0)


def test_a_fifth_tag_is_one_too_many() -> None:
    frame = MACS + tags(*[(0x8100, i) for i in range(1, 6)], behind=IP4) + udp4()
    assert link(ETHERNET, frame).fault == "malformed-link"


def test_a_priority_tag_is_no_vlan() -> None:
    assert link(ETHERNET, MACS + tags((0x8100, 0xE000), behind=IP6) + udp6()) == Frame("ok", 18, IP6, 0, 1, 0)


@pytest.mark.parametrize("type_", [ARP, 0x88CC, 0x0026, 0x8847])
def test_other_ethertypes_are_named(type_: int) -> None:
    assert link(ETHERNET, MACS + word(type_) + bytes(46)) == Frame("other-type", 14, type_, 0, 0, 0)
    tagged = link(ETHERNET, MACS + tags((0x8100, 5), behind=type_) + bytes(46))
    assert tagged == Frame("other-type", 18, type_, 5, 1, 0)


@pytest.mark.parametrize("link_type", COOKED)
def test_cooked_headers_and_tags_behind_them(link_type: int) -> None:
    before, behind = COOKED[link_type]
    size, index = len(before) + 2 + len(behind), 9 if link_type == SLL2 else 0
    assert link(link_type, before + word(IP6) + behind + udp6()) == Frame("ok", size, IP6, 0, 0, index)
    assert link(link_type, before + word(ARP) + behind) == Frame("other-type", size, ARP, 0, 0, index)
    # The tag's type is the cooked header's protocol; tag control and the next type follow the header.
    tagged = before + word(0x88A8) + behind + word(7) + word(0x8100) + word(42) + word(IP4) + udp4()
    assert link(link_type, tagged) == Frame("ok", size + 8, IP4, 42, 2, index)


@pytest.mark.parametrize("link_type", [RAW, RAW_12, RAW_14])
def test_raw_ip_goes_by_its_version(link_type: int) -> None:
    assert link(link_type, udp4()) == Frame("ok", 0, IP4, 0, 0, 0)
    assert link(link_type, udp6()) == Frame("ok", 0, IP6, 0, 0, 0)
    assert link(link_type, b"\x50" + bytes(30)).fault == "malformed-link"
    assert link(link_type, b"").fault == "snapped"


@pytest.mark.parametrize(("link_type", "type_"), [(RAW_4, IP4), (RAW_6, IP6)])
def test_raw_ip_of_one_version(link_type: int, type_: int) -> None:
    assert link(link_type, b"") == Frame("ok", 0, type_, 0, 0, 0)


@pytest.mark.parametrize("link_type", [NULL, LOOP])
@pytest.mark.parametrize("order", ["big", "little"])
@pytest.mark.parametrize(
    ("family", "type_"), [(2, IP4), (10, IP6), (24, IP6), (28, IP6), (30, IP6), (7, 0), (0, 0), (65536, 0)]
)
def test_address_families_in_both_orders(link_type: int, order: str, family: int, type_: int) -> None:
    head = family.to_bytes(4, "big" if order == "big" else "little")
    got = link(link_type, head + udp4())
    assert got == Frame("ok" if type_ else "other-type", 4, type_, 0, 0, 0)


@given(st.integers(0, 65535).filter(lambda number: number not in KNOWN), st.binary(max_size=40))
def test_unknown_link_types_are_not_read(number: int, octets: bytes) -> None:
    assert link(number, octets) == Frame("unknown-link", 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("link_type", "head"),
    [
        (ETHERNET, MACS + tags((0x88A8, 1), (0x8100, 2), (0x9100, 3), (0x8100, 4), behind=IP4)),
        (SLL, COOKED[SLL][0] + word(0x8100) + word(4) + word(IP4)),
        (SLL2, word(0x8100) + COOKED[SLL2][1] + word(4) + word(IP4)),
        (NULL, b"\x02\0\0\0"),
    ],
)
def test_a_header_that_is_cut_off_is_snapped_at_every_length(link_type: int, head: bytes) -> None:
    for length in range(len(head)):
        assert link(link_type, head[:length]).fault == "snapped"
    assert link(link_type, head).fault == "ok"


@given(st.sampled_from(KNOWN), st.binary(max_size=60))
def test_any_octets_give_an_answer_within_them(link_type: int, octets: bytes) -> None:
    got = link(link_type, octets)
    assert got.vlans <= lib.NET_VLANS
    assert (got.fault == "ok") <= (got.type in (IP4, IP6))


@given(st.binary(max_size=70))
def test_checksums_are_the_sum_of_words(octets: bytes) -> None:
    assert lib.checksum_sum(octets, len(octets)).to_bytes(2, "little") == word(folded(octets))


@pytest.mark.parametrize("length", [65534, 65535])
def test_the_largest_sum_does_not_overflow(length: int) -> None:
    octets = b"\xff" * length
    assert lib.checksum_sum(octets, length).to_bytes(2, "little") == word(folded(octets))
