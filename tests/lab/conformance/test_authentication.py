# SPDX-License-Identifier: Apache-2.0
"""The far end's authentication against vectors, against the RFC's words spelled out again, and against BIRD's packets."""

import gzip
import hashlib
from pathlib import Path

import pytest
from scapy.utils import rdpcap

from bfd_fastpath.lab.conformance.authentication import AuthType, Key, genuine, seal, section
from bfd_fastpath.lab.conformance.frame import datagram
from bfd_fastpath.wire.bfd import Packet, PacketError, State, decode
from bfd_fastpath.wire.bfd.authentication import Algorithm, sign
from bfd_fastpath.wire.bfd.authentication import Key as OracleKey

CASES = Path(__file__).parents[2] / "replay" / "cases"
PACKET = Packet(
    state=State.UP,
    my_discriminator=0x11111111,
    your_discriminator=0x22222222,
    desired_min_tx_us=1_000_000,
    required_min_rx_us=1_000_000,
)
MANDATORY = "1111111122222222000f4240000f424000000000"
VECTORS = {
    AuthType.SIMPLE_PASSWORD: "20c40321" + MANDATORY + "010901736563726574",
    AuthType.METICULOUS_KEYED_MD5: (
        "20c40330" + MANDATORY + "03180100000000018fb47e16773f910fdaf2b15fb232d427"
    ),
    AuthType.METICULOUS_KEYED_SHA1: (
        "20c40334" + MANDATORY + "051c01000000000111c3f8ae7bec5e802bcf78c99c4de012eca9aa8e"
    ),
}


@pytest.mark.parametrize("kind", VECTORS, ids=lambda kind: kind.words)
def test_a_sealed_packet_is_the_vector(kind):
    octets = seal(PACKET, Key(kind, 1, b"secret"), 1)
    assert octets.hex() == VECTORS[kind]
    assert decode(octets).authentication == octets[24:]


@pytest.mark.parametrize(
    ("kind", "algorithm", "length"),
    [
        (AuthType.KEYED_MD5, hashlib.md5, 24),
        (AuthType.METICULOUS_KEYED_MD5, hashlib.md5, 24),
        (AuthType.KEYED_SHA1, hashlib.sha1, 28),
        (AuthType.METICULOUS_KEYED_SHA1, hashlib.sha1, 28),
    ],
)
@pytest.mark.parametrize("secret", [b"x", b"sixteen octets!!", bytes(range(10))])
def test_the_digest_is_of_the_packet_with_the_padded_key_in_its_place(kind, algorithm, length, secret):
    """RFC 5880 6.7.3 and 6.7.4: the key in the digest field, zeros behind it, then the hash over the whole packet."""
    octets = seal(PACKET, Key(kind, 9, secret), 0xFFFFFFFF)
    assert octets[3] == len(octets) == 24 + length
    assert octets[24:32] == bytes([kind, length, 9, 0, 255, 255, 255, 255])
    padded = octets[:32] + secret + bytes(length - 8 - len(secret))
    assert octets[32:] == algorithm(padded).digest()


@pytest.mark.parametrize("kind", list(AuthType), ids=lambda kind: kind.words)
def test_a_changed_bit_or_key_is_not_genuine(kind):
    key = Key(kind, 1, b"secret")
    octets = seal(PACKET, key, 7)
    assert genuine(octets, key)
    assert not genuine(octets, Key(kind, 2, b"secret"))
    assert not genuine(octets, Key(kind, 1, b"secrex"))
    assert not genuine(octets[:-1] + bytes([octets[-1] ^ 1]), key)
    assert not genuine(bytes(PACKET), key)


def test_a_key_does_not_show_itself():
    assert "secret" not in repr(Key(AuthType.KEYED_MD5, 1, b"secret"))


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("bird_bird_v4_simple_password", AuthType.SIMPLE_PASSWORD),
        ("bird_bird_v6_keyed_md5", AuthType.KEYED_MD5),
        ("bird_bird_v4_meticulous_md5", AuthType.METICULOUS_KEYED_MD5),
        ("bird_bird_v4_keyed_sha1", AuthType.KEYED_SHA1),
        ("bird_bird_v6_meticulous_sha1", AuthType.METICULOUS_KEYED_SHA1),
    ],
)
def test_every_packet_that_bird_sent_is_genuine_by_our_reading(case, kind, tmp_path):
    file = tmp_path / "capture.pcapng"
    file.write_bytes(gzip.decompress((CASES / case / "capture.pcapng.gz").read_bytes()))
    key = Key(kind, 7, b"example")
    seen = 0
    for frame in rdpcap(str(file)):
        found = datagram(bytes(frame))
        if found is None or found.destination_port != 3784:
            continue
        assert genuine(found.payload, key)
        parts = section(found.payload)
        # Made again from its own parts, the packet is the same, octet for octet.
        assert parts is not None
        assert seal(decode(found.payload), key, parts.sequence) == found.payload
        seen += 1
    assert seen > 20


def test_a_section_that_is_cut_short_is_none():
    octets = bytearray(seal(PACKET, Key(AuthType.KEYED_MD5, 1, b"secret"), 1))
    assert section(bytes(octets[:26])) is None
    with pytest.raises(PacketError):
        decode(bytes(octets[:26]))


@pytest.mark.parametrize("kind", list(AuthType), ids=lambda kind: kind.words)
def test_the_oracle_signs_the_same_packet(kind):
    """Two readings of 6.7, the far end's and the oracle's, written apart."""
    algorithm = {1: Algorithm.SIMPLE_PASSWORD, 2: Algorithm.MD5, 3: Algorithm.MD5}.get(kind, Algorithm.SHA_1)
    signed = sign(PACKET, OracleKey(9, algorithm, b"secret"), meticulous=kind.meticulous, sequence=0xFFFFFFFF)
    assert bytes(signed) == seal(PACKET, Key(kind, 9, b"secret"), 0xFFFFFFFF)
