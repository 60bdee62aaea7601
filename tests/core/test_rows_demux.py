# SPDX-License-Identifier: Apache-2.0
"""Rows 103-106 of the RFC 5880 checklist where the table of sessions decides: frames into a whole engine with two sessions,
stepped by hand."""

import itertools
import struct
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from bfd_fastpath.wire.bfd import Packet, State, encode

pytestmark = pytest.mark.eal

OURS = IPv4Address("192.0.2.1")
PEERS = [IPv4Address("192.0.2.2"), IPv4Address("192.0.2.3")]
_numbers = itertools.count()
PEER_MAC = bytes.fromhex("020000000002")


def checksum(octets: bytes) -> int:
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


class Bench:
    """An engine with a session to each peer, and the far end of its cable."""

    def __init__(self, name: str) -> None:
        import pydp

        self.near, self.far = pydp.link(f"{name}.link")
        self.engine = pydp.Engine(name, seed=1)
        self.pool = pydp.Mempool(f"{name}.pool", 255)
        self.burst = pydp.Burst(32)
        self.engine.attach(self.near)
        self.engine.address_add(0, f"{OURS}/24")
        self.now = 1_000_000_000
        self.engine.step(self.now)
        for peer in PEERS:
            self.engine.neighbour_set(0, peer, PEER_MAC)
        self.ids = [
            self.engine.sessions.upsert(pydp.SessionConfig(source_addr=OURS, dest_addr=peer))
            for peer in PEERS
        ]

    def close(self) -> None:
        self.burst.close()
        self.engine.close()
        self.near.close()
        self.far.close()
        self.pool.close()

    def send(self, source: IPv4Address, packet: Packet) -> dict[str, int]:
        """The counters that it moved, those of what we sent apart."""
        payload = encode(packet)
        udp = struct.pack("!HHHH", 49152, 3784, 8 + len(payload), 0) + payload
        head = (
            struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 255, 17, 0) + source.packed + OURS.packed
        )
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
        mac = bytes.fromhex(self.near.info().mac.replace(":", ""))
        before = self.engine.stats.port(0)
        self.burst.append(self.pool, mac + PEER_MAC + b"\x08\x00" + head + udp)
        assert self.burst.transmit(self.far) == 1
        self.now += 1_000_000
        assert self.engine.step(self.now) == 1
        after = self.engine.stats.port(0)
        return {
            name: after[name] - before[name]
            for name in after
            if after[name] != before[name] and name[:2] != "tx"
        }

    def session(self, which: int) -> Any:
        return self.engine.sessions.read(self.ids[which])

    @property
    def states(self) -> list[int]:
        return [int(self.session(which).local_state) for which in (0, 1)]


@pytest.fixture
def bench(eal: object) -> Iterator[Bench]:
    made = Bench(f"demux{next(_numbers)}")
    yield made
    made.close()


HELLO = Packet(
    state=State.INIT,
    my_discriminator=0x22222222,
    your_discriminator=0,
    desired_min_tx_us=1_000_000,
    required_min_rx_us=1_000_000,
)


def test_row_103_your_discriminator_selects_the_session(bench: Bench) -> None:
    for which in (1, 0):
        mine = bench.session(which).local_discriminator
        moved = bench.send(PEERS[which], replace(HELLO, your_discriminator=mine))
        assert moved == {"rx-bfd": 1}
        assert bench.session(which).local_state == State.UP
    assert bench.states == [State.UP, State.UP]


def test_row_103_but_not_from_another_address_than_its_peers(bench: Bench) -> None:
    mine = bench.session(0).local_discriminator
    moved = bench.send(PEERS[1], replace(HELLO, your_discriminator=mine))
    assert moved == {"drop-source": 1}
    assert bench.states == [State.DOWN, State.DOWN]


def test_row_104_a_discriminator_of_no_session_is_discarded(bench: Bench) -> None:
    mine = bench.session(0).local_discriminator
    for wrong in (mine ^ 1 << 31, mine ^ 1 << 20, mine + 2, 1, 2**32 - 1):
        moved = bench.send(PEERS[0], replace(HELLO, your_discriminator=wrong))
        assert moved == {"drop-bfd-your-discriminator": 1}
    assert bench.states == [State.DOWN, State.DOWN]


def test_row_105_zero_in_init_or_up_is_discarded(bench: Bench) -> None:
    for state in (State.INIT, State.UP):
        assert bench.send(PEERS[0], replace(HELLO, state=state)) == {"drop-bfd-zero-your-state": 1}
    assert bench.states == [State.DOWN, State.DOWN]


def test_row_106_zero_selects_by_the_addresses_or_nothing(bench: Bench) -> None:
    down = replace(HELLO, state=State.DOWN)
    assert bench.send(PEERS[1], down) == {"rx-bfd": 1}
    assert bench.states == [State.DOWN, State.INIT]
    assert bench.send(IPv4Address("192.0.2.99"), down) == {"drop-bfd-no-session": 1}
    assert bench.states == [State.DOWN, State.INIT]
