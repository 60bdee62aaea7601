# SPDX-License-Identifier: Apache-2.0
"""Multihop sessions (RFC 5883): through a gateway, to UDP 4784, heard on any port, no nearer than their rx-ttl.

192.0.2.1 is ours on port 0, 198.51.100.1 on port 1; the peer is 203.0.113.9, behind 192.0.2.254. Its packets are scapy's.
"""

import dataclasses
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from scapy.contrib.bfd import BFD
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

import pydp
from pydp import PathType, State

pytestmark = pytest.mark.eal
MS = 1_000_000
ROUTER = "02:00:00:00:00:fe"
OURS, PEER, GATEWAY = (ip_address(a) for a in ("192.0.2.1", "203.0.113.9", "192.0.2.254"))
OURS6, PEER6, GATEWAY6 = (ip_address(a) for a in ("2001:db8::1", "2001:db8:9::9", "fe80::fe"))
WANTED = pydp.SessionConfig(
    source_addr=OURS, dest_addr=PEER, path_type=PathType.IP_MH, gateway=GATEWAY, rx_ttl=250, tx_ttl=64
)
WANTED6 = dataclasses.replace(WANTED, source_addr=OURS6, dest_addr=PEER6, gateway=GATEWAY6)
SAYS = {
    "my_discriminator": 9,
    "your_discriminator": 0,
    "sta": 1,
    "min_tx_interval": 50_000,
    "min_rx_interval": 50_000,
}
families = pytest.mark.parametrize("wanted", [WANTED, WANTED6], ids=["v4", "v6"])


class Scene:
    """An engine with two ports; what it sends is read at the other ends of their cables."""

    def __init__(self, name: str, pool: pydp.Mempool) -> None:
        self.pool = pool
        self.cables = [pydp.link(f"{name}-{i}") for i in range(2)]
        self.engine = pydp.Engine(name, seed=1)
        for ours, _ in self.cables:
            self.engine.attach(ours)
        self.engine.address_add(0, "192.0.2.1/24")
        self.engine.address_add(0, "2001:db8::1/64")
        self.engine.address_add(1, "198.51.100.1/24")
        self.engine.address_add(1, "2001:db8:1::1/64")
        for address in (GATEWAY, GATEWAY6):
            self.engine.neighbour_set(0, address, ROUTER)
        self.now_ns = 1_000_000_000
        self.engine.step(self.now_ns)

    def run(self, milliseconds: int) -> None:
        for _ in range(milliseconds):
            self.now_ns += MS
            self.engine.step(self.now_ns)

    def upsert(self, wanted: pydp.SessionConfig) -> int:
        return self.engine.sessions.upsert(wanted)

    def sent(self, port: int = 0) -> list[Any]:
        """What the engine has sent since the last look, ARP and ND apart."""
        burst = pydp.Burst(32)
        found = []
        while burst.receive(self.cables[port][1]):
            found += [Ether(bytes(burst.view(i))) for i in range(len(burst))]
            burst.clear()
        return [one for one in found if UDP in one]

    def say(self, wanted: pydp.SessionConfig, *, port: int = 0, ttl: int = 250, **fields: Any) -> None:
        """The peer's packet of a session, brought by a router to one of our ports."""
        udp = {"sport": 49999, "dport": 4784} | {k: fields.pop(k) for k in ("sport", "dport") if k in fields}
        source = fields.pop("source", wanted.dest_addr)
        ends = {"src": str(source), "dst": str(wanted.source_addr)}
        ip = IP(**ends, ttl=ttl) if wanted.dest_addr.version == 4 else IPv6(**ends, hlim=ttl)
        bfd = BFD(**(SAYS | fields))
        frame = Ether(dst=self.cables[port][0].info().mac, src="02:00:00:00:00:fd") / ip / UDP(**udp) / bfd
        burst = pydp.Burst(1)
        burst.append(self.pool, bytes(frame))
        assert burst.transmit(self.cables[port][1]) == 1
        self.run(1)

    def up(self, wanted: pydp.SessionConfig, **how: Any) -> int:
        """A session whose peer says Down and then Up."""
        session = self.upsert(wanted)
        self.say(wanted, **how)
        self.say(wanted, sta=3, your_discriminator=self.read(session).local_discriminator, **how)
        assert self.read(session).local_state is State.UP, [self.engine.stats.drops(i) for i in range(2)]
        return session

    def read(self, session: int) -> pydp.SessionState:
        return self.engine.sessions.read(session)

    def close(self) -> None:
        self.engine.close()
        for ends in self.cables:
            for end in ends:
                end.close()


@pytest.fixture
def scene(eal: None, pool: pydp.Mempool, name: str) -> Iterator[Scene]:
    made = Scene(name, pool)
    yield made
    made.close()


@families
def test_what_is_sent_goes_to_the_gateway_with_the_wanted_ttl_and_port(scene, wanted):
    session = scene.upsert(wanted)
    scene.run(1)
    (packet,) = scene.sent()
    assert packet.dst == ROUTER
    network = packet[IP] if wanted is WANTED else packet[IPv6]
    assert (network.src, network.dst) == (str(wanted.source_addr), str(wanted.dest_addr))
    assert (network.ttl if wanted is WANTED else network.hlim) == 64
    # CS6, network control (RFC 4594 3.1).
    assert (network.tos if wanted is WANTED else network.tc) == 0xC0
    assert packet[UDP].dport == scene.read(session).dest_port == 4784
    assert 49152 <= packet[UDP].sport == scene.read(session).source_port
    # RFC 5883: no echo.
    assert packet[BFD].echo_rx_interval == 0
    checked = type(packet)(bytes(packet))
    del checked[UDP].chksum
    assert Ether(bytes(checked))[UDP].chksum == packet[UDP].chksum


@families
@pytest.mark.parametrize("port", [0, 1])
def test_the_first_packet_finds_its_session_by_both_addresses_on_any_port(scene, wanted, port):
    session = scene.up(wanted, port=port)
    scene.say(wanted, port=1 - port, sta=3, your_discriminator=scene.read(session).local_discriminator)
    assert scene.read(session).receive_packet_count == 3
    assert scene.read(session).neighbour_state is pydp.NeighbourState.STATIC


@families
def test_a_packet_from_farther_away_than_rx_ttl_is_refused_with_its_own_reason(scene, wanted):
    session = scene.upsert(wanted)
    scene.say(wanted, ttl=249)
    assert scene.engine.sessions.refused(session) == {"drop-bfd-rx-ttl": 1}
    assert scene.read(session).local_state is State.DOWN
    scene.up(wanted)
    yours = scene.read(session).local_discriminator
    heard = scene.read(session).receive_packet_count
    # A hello like the last one goes the short way, and that is no way round the check.
    for ttl in (250, 249, 1):
        scene.say(wanted, sta=3, your_discriminator=yours, ttl=ttl)
    assert scene.read(session).receive_packet_count == heard + 1
    assert scene.engine.sessions.refused(session) == {"drop-bfd-rx-ttl": 3}
    assert scene.engine.stats.drops(0)["drop-bfd-rx-ttl"] == 3


def test_any_distance_will_do_where_no_rx_ttl_is_wanted(scene):
    wanted = dataclasses.replace(WANTED, rx_ttl=0)
    session = scene.up(wanted, ttl=1)
    assert scene.engine.sessions.refused(session) == {}


def test_single_hop_and_multihop_between_the_same_addresses_are_two_sessions(scene):
    near = ip_address("192.0.2.9")
    multihop = dataclasses.replace(WANTED, dest_addr=near, gateway=None)
    single = pydp.SessionConfig(source_addr=OURS, dest_addr=near)
    first, second = scene.upsert(multihop), scene.upsert(single)
    assert first != second
    scene.say(multihop)
    assert scene.read(first).remote_discriminator == 9
    assert scene.read(second).remote_discriminator == 0
    # Its packets must not be taken for the other's, whatever discriminator they say.
    scene.say(multihop, your_discriminator=scene.read(second).local_discriminator)
    assert scene.read(second).remote_discriminator == 0
    assert scene.engine.stats.drops(0)["drop-source"] == 1


def test_single_hop_still_is_heard_on_its_own_port_only(scene):
    near = ip_address("192.0.2.9")
    session = scene.upsert(pydp.SessionConfig(source_addr=OURS, dest_addr=near))
    scene.say(WANTED, source=near, port=1, ttl=255, dport=3784)
    assert scene.engine.stats.drops(1) == {"drop-not-for-us": 1}
    scene.say(WANTED, source=near, port=0, ttl=255, dport=3784)
    assert scene.read(session).remote_discriminator == 9


def test_what_is_no_session_s_and_what_is_nobody_s_are_told_apart(scene):
    scene.upsert(WANTED)
    scene.say(WANTED, source=ip_address("203.0.113.10"))
    scene.say(dataclasses.replace(WANTED, source_addr=ip_address("198.51.100.1")))
    assert scene.engine.stats.drops(0) == {"drop-bfd-no-session": 2}
    scene.say(dataclasses.replace(WANTED, source_addr=ip_address("198.51.100.77")))
    scene.say(WANTED, sta=3)
    scene.say(WANTED, your_discriminator=1)
    assert scene.engine.stats.drops(0) == {
        "drop-bfd-no-session": 2,
        "drop-not-for-us": 1,
        "drop-bfd-zero-your-state": 1,
        "drop-bfd-your-discriminator": 1,
    }


def test_a_snapshot_gives_back_what_was_wanted(scene):
    for wanted in (
        WANTED,
        WANTED6,
        dataclasses.replace(WANTED, dest_addr=ip_address("192.0.2.9"), gateway=None),
    ):
        assert scene.read(scene.upsert(wanted)).config == wanted


def test_another_gateway_port_or_ttl_changes_it_in_place_without_a_flap(scene):
    session = scene.up(WANTED)
    other = ip_address("198.51.100.254")
    scene.engine.neighbour_set(1, other, "02:00:00:00:00:fc")
    # The source goes along, or the session could not be another port's.
    scene.engine.address_add(1, "192.0.2.1/24")
    moved = dataclasses.replace(WANTED, port=1, gateway=other, tx_ttl=9, rx_ttl=3)
    assert scene.upsert(moved) == session
    scene.sent()
    scene.run(1100)
    assert scene.sent(0) == []
    packets = scene.sent(1)
    assert {(one.dst, one[IP].ttl) for one in packets} == {("02:00:00:00:00:fc", 9)}
    scene.say(moved, ttl=3, sta=3, your_discriminator=scene.read(session).local_discriminator)
    assert scene.read(session).config == moved
    assert (scene.read(session).down_count, scene.read(session).local_state) == (0, State.UP)
    scene.engine.address_remove(0, OURS)
    with pytest.raises(pydp.BusyError):
        scene.engine.address_remove(1, OURS)


def test_a_removed_session_leaves_nothing_behind(scene):
    session = scene.up(WANTED)
    scene.engine.sessions.remove(session, now=True)
    scene.engine.events.drain()
    scene.say(WANTED)
    assert scene.engine.stats.drops(0) == {"drop-bfd-no-session": 1}
    scene.engine.address_remove(0, OURS)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"gateway": None}, "give the gateway"),
        ({"gateway": ip_address("198.51.100.254")}, "gateway is in no prefix of port 0"),
        ({"gateway": GATEWAY6}, "source is IPv4 and gateway is IPv6"),
        ({"gateway": ip_address("224.0.0.1")}, "gateway"),
        ({"dest_addr": ip_address("198.51.100.1")}, "address of our own"),
        ({"rx_ttl": 256}, "out of range"),
        ({"path_type": PathType.IP_SH}, "a session of a single hop has no gateway"),
        ({"path_type": PathType.IP_SH, "gateway": None, "rx_ttl": 0}, "TTL is 255"),
        ({"path_type": 99}, "path_type 99 is unknown"),
    ],
)
def test_a_wrong_wish_is_refused_and_makes_none(scene, wrong, why):
    with pytest.raises(pydp.InvalidArgumentError, match=why):
        scene.upsert(dataclasses.replace(WANTED, **wrong))
    assert scene.engine.sessions.list() == []
