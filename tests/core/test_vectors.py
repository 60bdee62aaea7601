# SPDX-License-Identifier: Apache-2.0
"""Whole packets, octet for octet: what sessions send, and packets with authentication sections."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bfd_fastpath.wire.bfd import Diagnostic, State, decode, encode
from tests.core.binding import ffi, lib
from tests.core.conftest import New
from tests.core.scene import MS, Pair, config

A, B = 0x11111111, 0x22222222

PLAIN = {
    "A Down": "204003181111111100000000000f4240000f424000000000",
    "B Init": "208003182222222211111111000f4240000f424000000000",
    "A Up Poll": "20e003181111111122222222000493e0000493e000000000",
    "B Up Final": "20d003182222222211111111000f4240000f424000000000",
    "A AdminDown": "270003181111111122222222000f4240000f424000000000",
}
SIGNED = {
    "simple": "20c403211111111122222222000f4240000f424000000000010901736563726574",
    "meticulous MD5": "20c403301111111122222222000f4240000f424000000000"
    "03180100000000018fb47e16773f910fdaf2b15fb232d427",
    "meticulous SHA1": "20c403341111111122222222000f4240000f424000000000"
    "051c01000000000111c3f8ae7bec5e802bcf78c99c4de012eca9aa8e",
}


@pytest.mark.parametrize("name", [*PLAIN, *SIGNED])
def test_the_codec_reads_and_writes_each(name: str) -> None:
    octets = bytes.fromhex({**PLAIN, **SIGNED}[name])
    assert encode(decode(octets)) == octets


@pytest.mark.parametrize("name", PLAIN)
def test_the_core_reads_and_writes_each(name: str) -> None:
    octets = bytes.fromhex(PLAIN[name])
    packet, built = ffi.new("struct bfd_packet *"), ffi.new("uint8_t[24]")
    assert lib.bfd_packet_parse(octets, len(octets), packet) == 0
    lib.bfd_packet_build(packet, built)
    assert bytes(built) == octets


@given(st.binary(min_size=28, max_size=28))
@example(b"\xff" * 28)
@example(b"\0" * 28)
def test_the_sum_from_the_values_is_that_of_the_octets(noise: bytes) -> None:
    packet, built = ffi.new("struct bfd_packet *"), ffi.new("uint8_t[24]")
    ffi.buffer(packet)[:] = noise
    lib.bfd_packet_build(packet, built)
    assert lib.bfd_packet_sum(packet) == lib.checksum_sum(built, 24)


def test_fields_of_the_signed_ones() -> None:
    packet = decode(bytes.fromhex(SIGNED["simple"]))
    assert (packet.state, packet.my_discriminator, packet.your_discriminator) == (State.UP, A, B)
    assert packet.authentication == b"\x01\x09\x01secret"


def test_a_handshake_sends_exactly_these(new: New) -> None:
    a, b = new(discriminator=A), new(discriminator=B)
    down = a.timer(0).send
    assert down is not None
    assert bytes(down).hex() == PLAIN["A Down"]
    init = b.receive(down, MS).send
    assert init is not None
    assert bytes(init).hex() == PLAIN["B Init"]
    up = a.receive(init, 2 * MS).send
    assert up is not None
    b.receive(up, 3 * MS)
    a.configure(config(desired_min_tx_us=300_000, required_min_rx_us=300_000), 4 * MS)
    poll = a.timer(a.next_tx).send
    assert poll is not None
    assert bytes(poll).hex() == PLAIN["A Up Poll"]
    final = b.receive(poll, 2_000 * MS).final
    assert final is not None
    assert bytes(final).hex() == PLAIN["B Up Final"]


def test_admin_down_sends_exactly_this(new: New) -> None:
    pair = Pair(new(discriminator=A), new(discriminator=B))
    pair.run(5_000 * MS)
    away = pair.ends[0].admin_down(Diagnostic.ADMIN_DOWN, pair.now).send
    assert away is not None
    assert bytes(away).hex() == PLAIN["A AdminDown"]
