# SPDX-License-Identifier: Apache-2.0
"""The BFD codec by itself: every packet it can say it can read, and faults name their check. The octets of real packets are
compared in tests/core, with the C core beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bfd import Diagnostic, Fault, Packet, PacketError, State, decode, encode

word = st.integers(0, 2**32 - 1)
packets = st.builds(
    Packet,
    state=st.sampled_from(State),
    my_discriminator=st.integers(1, 2**32 - 1),
    your_discriminator=st.integers(1, 2**32 - 1),
    desired_min_tx_us=word,
    required_min_rx_us=word,
    required_min_echo_rx_us=word,
    multiplier=st.integers(1, 255),
    diagnostic=st.integers(0, 31),
    poll=st.booleans(),
    final=st.booleans(),
    control_plane_independent=st.booleans(),
    demand=st.booleans(),
    authentication=st.none() | st.binary(min_size=2, max_size=28),
)


@given(packets, st.binary(max_size=8))
def test_reads_what_it_writes_and_ignores_what_follows(packet: Packet, rest: bytes) -> None:
    octets = encode(packet)
    assert bytes(packet) == octets
    assert len(octets) == octets[3] == 24 + len(packet.authentication or b"")
    assert decode(octets + rest) == packet


@given(packets, st.integers(0, 51))
def test_a_packet_cut_short_is_truncated(packet: Packet, at: int) -> None:
    octets = encode(packet)
    if at >= len(octets):
        return
    with pytest.raises(PacketError) as refused:
        decode(octets[:at])
    assert refused.value.fault is Fault.TRUNCATED


def test_an_error_is_a_sentence_with_its_fault() -> None:
    with pytest.raises(PacketError, match="BFD packet refused: version") as refused:
        decode(bytes(24))
    assert refused.value.fault is Fault.VERSION


def test_diagnostics_have_the_numbers_of_the_rfc() -> None:
    assert [diagnostic.value for diagnostic in Diagnostic] == list(range(9))
    assert Diagnostic(7) is Diagnostic.ADMIN_DOWN
