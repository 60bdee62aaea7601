# SPDX-License-Identifier: Apache-2.0
"""Micro-BFD on the members of a LAG (RFC 7130): a session a member port, to the group and then to whom was heard; two
engines with two links each, and scapy for what does not belong."""

import dataclasses
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from scapy.contrib.bfd import BFD
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

import pydp
from pydp import PathType, State

pytestmark = pytest.mark.eal
MS = 1_000_000
GROUP = "01:00:5e:90:00:01"
PEER_MAC = "02:00:00:00:00:02"
OURS, PEER = ip_address("192.0.2.1"), ip_address("192.0.2.2")


def member(port: int, side: int = 0, **changes: Any) -> pydp.SessionConfig:
    wanted = pydp.SessionConfig(
        source_addr=(OURS, PEER)[side],
        dest_addr=(PEER, OURS)[side],
        port=port,
        path_type=PathType.LAG,
        desired_min_tx_interval_us=50_000,
        required_min_rx_interval_us=50_000,
    )
    return dataclasses.replace(wanted, **changes)


class Bundle:
    """Two engines and two links between them; both ports of an engine have the LAG's address."""

    def __init__(self, name: str) -> None:
        self.links = [pydp.link(f"{name}-{i}") for i in range(2)]
        self.engines = [pydp.Engine(f"{name}-{i}", seed=i + 1) for i in range(2)]
        self.now_ns = 1_000_000_000
        for side, engine in enumerate(self.engines):
            for port, ends in enumerate(self.links):
                assert engine.attach(ends[side]) == port
                engine.address_add(port, f"192.0.2.{side + 1}/24")
        self.ids = [
            [e.sessions.upsert(member(port, side)) for port in range(2)]
            for side, e in enumerate(self.engines)
        ]

    def run(self, milliseconds: int) -> None:
        for _ in range(milliseconds):
            self.now_ns += MS
            for engine in self.engines:
                engine.step(self.now_ns)

    def states(self) -> list[list[str]]:
        return [
            [e.sessions.read(i).local_state.name for i in ids]
            for e, ids in zip(self.engines, self.ids, strict=True)
        ]

    def close(self) -> None:
        for engine in self.engines:
            engine.close()
        for ends in self.links:
            for end in ends:
                end.close()


@pytest.fixture
def bundle(eal: None, name: str) -> Iterator[Bundle]:
    made = Bundle(name)
    yield made
    made.close()


def test_each_member_comes_up_by_itself_without_asking_for_a_mac(bundle):
    bundle.run(3000)
    assert bundle.states() == [["UP", "UP"], ["UP", "UP"]]
    state = bundle.engines[0].sessions.read(bundle.ids[0][1])
    assert (state.config, state.dest_port) == (member(1), 6784)
    assert state.neighbour_state is pydp.NeighbourState.STATIC
    assert bundle.engines[0].stats.port(0)["tx-arp"] == 0
    # Each of the four has a discriminator of its own, and hears its own member alone.
    ours = [bundle.engines[0].sessions.read(one) for one in bundle.ids[0]]
    assert len({one.local_discriminator for one in ours} | {one.remote_discriminator for one in ours}) == 4


def test_half_a_lag_that_breaks_is_seen_on_its_member_alone(bundle):
    bundle.run(3000)
    bundle.links[1][0].cut()
    bundle.links[1][1].cut()
    bundle.run(200)
    assert bundle.states() == [["UP", "DOWN"], ["UP", "DOWN"]]
    for ends in bundle.links:
        for end in ends:
            end.cut(False)
    bundle.run(3000)
    assert bundle.states() == [["UP", "UP"], ["UP", "UP"]]
    counts = [bundle.engines[0].sessions.read(one).down_count for one in bundle.ids[0]]
    assert counts == [0, 1]


def test_a_member_is_beside_a_single_hop_session_between_the_same_addresses(bundle):
    single = dataclasses.replace(member(0), path_type=PathType.IP_SH)
    assert bundle.engines[0].sessions.upsert(single) not in bundle.ids[0]
    assert bundle.engines[0].sessions.upsert(member(0)) == bundle.ids[0][0]


class One:
    """One member of one engine; scapy is at the other end."""

    def __init__(self, name: str, pool: pydp.Mempool) -> None:
        self.pool = pool
        self.ours, self.theirs = pydp.link(name)
        self.engine = pydp.Engine(name, seed=1)
        self.engine.attach(self.ours)
        self.engine.address_add(0, "192.0.2.1/24")
        self.session = self.engine.sessions.upsert(member(0))
        self.now_ns = 1_000_000_000

    def run(self, milliseconds: int) -> list[Any]:
        """What is sent in the meantime."""
        burst, found = pydp.Burst(32), []
        for _ in range(milliseconds):
            self.now_ns += MS
            self.engine.step(self.now_ns)
            while burst.receive(self.theirs):
                found += [Ether(bytes(burst.view(i))) for i in range(len(burst))]
                burst.clear()
        return found

    def say(
        self, *, to: str = GROUP, source: str = "192.0.2.2", dport: int = 6784, ttl: int = 255, **fields: Any
    ) -> list[Any]:
        yours = self.state().local_discriminator if fields.get("sta") == 3 else 0
        said = {"my_discriminator": 9, "your_discriminator": yours, "sta": 1}
        said |= {"min_tx_interval": 50_000, "min_rx_interval": 50_000}
        ip = IP(src=source, dst="192.0.2.1", ttl=ttl)
        frame = Ether(dst=to, src=PEER_MAC) / ip / UDP(sport=50000, dport=dport) / BFD(**(said | fields))
        burst = pydp.Burst(1)
        burst.append(self.pool, bytes(frame))
        assert burst.transmit(self.theirs) == 1
        return self.run(1)

    def state(self) -> pydp.SessionState:
        return self.engine.sessions.read(self.session)

    def close(self) -> None:
        self.engine.close()
        self.ours.close()
        self.theirs.close()


@pytest.fixture
def one(eal: None, pool: pydp.Mempool, name: str) -> Iterator[One]:
    made = One(name, pool)
    yield made
    made.close()


def test_it_sends_to_the_group_until_detect_mult_packets_in_up_and_then_to_whom_it_heard(one):
    sent = one.run(1500)
    assert {(packet.dst, packet[UDP].dport, packet[IP].ttl) for packet in sent} == {(GROUP, 6784, 255)}
    one.say()
    assert one.state().local_state is State.INIT
    up = one.say(sta=3)
    assert one.state().local_state is State.UP
    for _ in range(20):
        up += one.run(20) + one.say(sta=3)
    assert [packet.dst for packet in up][:3] == [GROUP] * 3
    assert {packet.dst for packet in up[3:]} == {PEER_MAC}
    assert len(up) > 6
    down = one.run(1500)
    assert one.state().local_state is State.DOWN
    assert down[-1].dst == GROUP


def test_packets_to_the_group_and_to_our_own_address_are_taken_alike(one):
    one.say(to=one.ours.info().mac)
    assert one.state().local_state is State.INIT
    one.say(sta=3, to=one.ours.info().mac)
    one.say(sta=3)
    assert (one.state().local_state, one.state().receive_packet_count) == (State.UP, 3)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"dport": 3784}, "drop-mac"),
        ({"dport": 4784}, "drop-mac"),
        ({"to": "01:00:5e:90:00:02"}, "drop-mac"),
        ({"ttl": 254}, "drop-ttl"),
        ({"source": "192.0.2.3"}, "drop-source"),
        ({"detect_mult": 0}, "drop-bfd-detect-mult"),
    ],
    ids=str,
)
def test_what_is_no_micro_bfd_of_the_peer_is_refused(one, fields, reason):
    one.say(**fields)
    assert one.state().remote_discriminator == 0
    assert one.engine.stats.drops(0) == {reason: 1}


def test_a_frame_for_the_group_that_ends_early_is_dropped(one):
    whole = bytes(
        Ether(dst=GROUP, src=PEER_MAC)
        / IP(src="192.0.2.2", dst="192.0.2.1", ttl=255)
        / UDP(dport=6784)
        / BFD()
    )
    for length in range(14, len(whole)):
        burst = pydp.Burst(1)
        burst.append(one.pool, whole[:length])
        assert burst.transmit(one.theirs) == 1
        one.run(1)
    assert sum(one.engine.stats.drops(0).values()) == len(whole) - 14
    assert one.state().remote_discriminator == 0


@pytest.mark.parametrize(
    "wrong",
    [{"role": pydp.Role.PASSIVE}, {"demand_enabled": True}, {"gateway": PEER}, {"rx_ttl": 5}, {"tx_ttl": 5}],
    ids=str,
)
def test_micro_bfd_is_active_asynchronous_and_of_one_hop(one, wrong):
    with pytest.raises(pydp.InvalidArgumentError, match="RFC 7130"):
        one.engine.sessions.upsert(member(0, **wrong))


def test_a_member_with_other_addresses_is_not_changed_into(one):
    with pytest.raises(pydp.ExistsError):
        one.engine.sessions.upsert(member(0, dest_addr=ip_address("192.0.2.9")))
    assert one.state().config == member(0)


def test_a_removed_member_leaves_nothing_behind(one):
    one.engine.sessions.remove(one.session, now=True)
    one.engine.events.drain()
    assert one.engine.neighbours() == []
    one.say()
    assert one.engine.stats.drops(0) == {"drop-bfd-no-session": 1}
