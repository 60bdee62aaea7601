# SPDX-License-Identifier: Apache-2.0
"""IP and UDP headers of captured packets: every fault, options and extension headers, fragments, checksums."""

import pytest

from tests.core.frames import (
    DESTINATION4,
    DESTINATION6,
    HELLO,
    IP4,
    IP6,
    SOURCE4,
    SOURCE6,
    Datagram,
    datagram,
    folded,
    ip4,
    udp4,
    udp6,
    udp_datagram,
    word,
)

HELLO4 = Datagram("ok", 4, SOURCE4, DESTINATION4, 17, 255, (49152, 3784), HELLO, 24)
HELLO6 = Datagram("ok", 6, SOURCE6, DESTINATION6, 17, 255, (49152, 3784), HELLO, 24)
#: Written out, not built by what the other tests build with.
BY_HAND = bytes.fromhex(
    "45c00034000040 00ff11f6f4c0000201c0000202c000 0ec8 00200000".replace(" ", "")
    + "20c003181111111122222222000493e0000493e000000000"
)
OPTIONS = bytes.fromhex("94040000")  # router alert
PADDING = b"\0\0" + b"\1\4\0\0\0\0"  # an extension header of 8 octets: PadN
ADDRESSES = {4: SOURCE4 + DESTINATION4, 6: SOURCE6 + DESTINATION6}


def test_octets_written_by_hand() -> None:
    assert folded(BY_HAND[:20]) == 0xFFFF
    assert datagram(IP4, BY_HAND) == HELLO4


def test_plain_packets_and_the_frame_s_padding_behind_them() -> None:
    for padding in (b"", bytes(18)):
        assert datagram(IP4, udp4() + padding) == HELLO4
        assert datagram(IP6, udp6() + padding) == HELLO6


def test_octets_behind_the_udp_length_are_no_payload() -> None:
    inner = udp_datagram(HELLO, (49152, 3784), ADDRESSES[4]) + b"trailer"
    assert datagram(IP4, udp4(udp=inner)) == HELLO4


def test_another_ethertype_is_no_datagram() -> None:
    assert datagram(0x0806, udp4()).fault == "other-type"


@pytest.mark.parametrize(
    "packet",
    [
        udp4(first=0x65),
        udp4(first=0x44),
        udp4(total=19),
        udp4(total=20 + 32 + 1),
        udp4(options=OPTIONS, total=23),
        udp4()[:19],
        b"",
    ],
)
def test_ip4_header_with_a_wrong_version_or_length(packet: bytes) -> None:
    assert datagram(IP4, packet).fault == "malformed-ip4"


@pytest.mark.parametrize("count", [1, 5, 10])
def test_ip4_options_are_stepped_over(count: int) -> None:
    assert datagram(IP4, udp4(options=OPTIONS * count)) == HELLO4


def test_ip4_checksum_wrong_is_told_with_the_ports() -> None:
    got = datagram(IP4, udp4(checksum=0x1234))
    assert (got.fault, got.ports, got.payload) == ("checksum-ip4", (49152, 3784), HELLO)
    assert datagram(IP4, udp4(checksum=0x1234, fragment=1)).fault == "checksum-ip4"


def test_ip4_checksum_of_zero_was_left_to_the_nic() -> None:
    assert datagram(IP4, udp4(checksum=0)) == HELLO4
    assert datagram(IP4, udp4(checksum=0, options=OPTIONS)) == HELLO4


@pytest.mark.parametrize(
    ("flags", "fault"), [(0, "ok"), (0x4000, "ok"), (0x8000, "ok"), (0x2000, "fragment"), (1, "fragment")]
)
def test_ip4_fragments(flags: int, fault: str) -> None:
    got = datagram(IP4, udp4(fragment=flags))
    assert (got.fault, got.source, got.protocol) == (fault, SOURCE4, 17)
    assert got.ports == ((49152, 3784) if fault == "ok" else (0, 0))


@pytest.mark.parametrize("protocol", [1, 6, 47, 58, 89])
def test_other_protocols_keep_addresses_and_their_header(protocol: int) -> None:
    header = bytes(range(30))
    assert datagram(IP4, ip4(header, protocol=protocol, ttl=7)) == Datagram(
        "other-protocol", 4, SOURCE4, DESTINATION4, protocol, 7, (0, 0), header, 30
    )
    assert datagram(IP6, udp6(udp=header, after=protocol, hop_limit=8)) == Datagram(
        "other-protocol", 6, SOURCE6, DESTINATION6, protocol, 8, (0, 0), header, 30
    )


@pytest.mark.parametrize(
    "packet", [b"\x50" + udp6()[1:], udp6(length=33), udp6()[:39], udp6(length=65535), b""]
)
def test_ip6_header_with_a_wrong_version_or_length(packet: bytes) -> None:
    assert datagram(IP6, packet).fault == "malformed-ip6"


@pytest.mark.parametrize("protocol", [0, 43, 60])
@pytest.mark.parametrize("count", [1, 8])
def test_ip6_extension_headers_are_walked(protocol: int, count: int) -> None:
    assert datagram(IP6, udp6(extensions=((protocol, PADDING),) * count)) == HELLO6


def test_ip6_long_extension_headers_and_several_kinds() -> None:
    long = b"\0\x02" + bytes(22)
    assert datagram(IP6, udp6(extensions=((0, long), (60, PADDING), (43, long), (60, PADDING)))) == HELLO6


def test_ip6_a_ninth_extension_header_is_one_too_many() -> None:
    assert datagram(IP6, udp6(extensions=((60, PADDING),) * 9)).fault == "malformed-ip6"


def test_ip6_an_extension_header_beyond_the_packet() -> None:
    assert (
        datagram(IP6, udp6(extensions=((0, b"\0\x05" + PADDING[2:]),), udp=bytes(8))).fault == "malformed-ip6"
    )
    assert datagram(IP6, udp6(extensions=((0, PADDING[:7]),), udp=b"")).fault == "malformed-ip6"


def test_ip6_fragments_also_behind_other_headers() -> None:
    for begin in (b"\0\0\0\1", b"\0\0\0\x08"):
        fragment = (44, begin + bytes(4))
        for extensions in ((fragment,), ((0, PADDING), fragment)):
            got = datagram(IP6, udp6(extensions=extensions))
            assert (got.fault, got.source, got.protocol) == ("fragment", SOURCE6, 44)


@pytest.mark.parametrize("header", [bytes(8), b"\0\xff\0\6\0\0\0\7"])
def test_ip6_a_fragment_that_is_the_whole_packet_is_none(header: bytes) -> None:
    """RFC 8200 4.5; what is reserved is ignored."""
    for extensions in (((44, header),), ((0, PADDING), (44, header), (60, PADDING))):
        assert datagram(IP6, udp6(extensions=extensions)) == HELLO6


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("udp", [b"", b"\xc0\0\x0e", b"\xc0\0\x0e\xc8", b"\xc0\0\x0e\xc8\0\x08\0"])
def test_a_udp_header_that_the_ip_length_cuts(family: int, udp: bytes) -> None:
    got = datagram(IP4, udp4(udp=udp)) if family == 4 else datagram(IP6, udp6(udp=udp))
    assert got.fault == "malformed-udp"
    assert got.ports == ((49152, 3784) if len(udp) >= 4 else (0, 0))


@pytest.mark.parametrize("length", [0, 7, 33, 65535])
def test_udp_length_that_disagrees_with_the_ip_length(length: int) -> None:
    for family, build in ((4, udp4), (6, udp6)):
        inner = udp_datagram(HELLO, (49152, 3784), ADDRESSES[family])
        got = datagram(IP4 if family == 4 else IP6, build(udp=inner[:4] + word(length) + inner[6:]))
        assert (got.fault, got.ports) == ("malformed-udp", (49152, 3784))


@pytest.mark.parametrize(("family", "build"), [(4, udp4), (6, udp6)])
def test_udp_checksums(family: int, build: object) -> None:
    assert callable(build)
    type_ = IP4 if family == 4 else IP6
    addresses = ADDRESSES[family]
    pseudo = folded(addresses + word(17) + word(32))

    def fault(checksum: int, port: int = 3784) -> str:
        inner = udp_datagram(HELLO, (49152, port), addresses, checksum)
        return datagram(type_, build(udp=inner)).fault

    right = int.from_bytes(udp_datagram(HELLO, (49152, 3784), addresses)[6:8])
    assert fault(right) == "ok"
    assert fault(right ^ 1) == "checksum-udp"
    assert fault(pseudo) == "ok", "left to the NIC, which adds the rest to the pseudo-header's sum"
    assert fault(0) == ("ok" if family == 4 else "checksum-udp")
    assert fault(0x1234, port=53) == "ok", "nobody listens"
    for port in (3785, 4784, 6784, 7784):
        assert fault(0x1234, port=port) == "checksum-udp"


def test_udp_checksum_of_a_reply_from_the_reflector() -> None:
    inner = udp_datagram(HELLO, (7784, 49152), ADDRESSES[4], 0x1234)
    assert datagram(IP4, udp4(udp=inner)).fault == "checksum-udp"


def test_udp_checksum_that_sums_to_zero_is_written_as_ones() -> None:
    free = next(
        n
        for n in range(65536)
        if folded(ADDRESSES[4] + word(17) + word(32) * 2 + word(49152) + word(3784) + HELLO[:22] + word(n))
        == 0xFFFF
    )
    got = datagram(IP4, udp4(HELLO[:22] + word(free)))
    assert got.fault == "ok"


def test_a_routing_header_that_is_not_done_has_another_destination_in_the_checksum() -> None:
    inner = udp_datagram(HELLO, (49152, 3784), SOURCE6 + SOURCE6)
    for left, fault in ((1, "ok"), (0, "checksum-udp")):
        routing = b"\0\0\0" + bytes([left]) + bytes(4)
        assert datagram(IP6, udp6(udp=inner, extensions=((43, routing),))).fault == fault
