# SPDX-License-Identifier: Apache-2.0
"""First packets from where there is no session (RFC 9468): told by an event of their own, once a second each, and no more of
them than the rate, of which a MAC address has a share. 192.0.2.1 and 2001:db8::1 are ours; the packets are scapy's."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import numpy
import pytest
from scapy.contrib.bfd import BFD
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q, Ether

import pydp
from pydp import EventType

pytestmark = pytest.mark.eal


class Scene:
    #: Of a record's fields.
    FAMILY = pydp.UNSOLICITED_DTYPE.names.index("family")

    def __init__(self, name: str, pool: pydp.Mempool) -> None:
        self.pool = pool
        self.ours, self.theirs = pydp.link(name, capacity=8192)
        self.engine = pydp.Engine(name, seed=1, event_capacity=256)
        self.engine.attach(self.ours)
        for address in ("192.0.2.1/24", "2001:db8::1/64"):
            self.engine.address_add(0, address)
        self.engine.address_add(0, "192.0.2.1/24", vlan=7)
        self.now_ns = 1_000_000_000
        self.engine.step(self.now_ns)
        self.engine.unsolicited_tell(100)

    def say(
        self,
        source: str = "192.0.2.9",
        *,
        mac: int = 9,
        ttl: int = 255,
        vlan: int = 0,
        dport: int = 3784,
        **fields: Any,
    ) -> None:
        address = ip_address(source)
        ip: Any = IP(src=source, dst="192.0.2.1", ttl=ttl) if address.version == 4 else None
        ip = ip or IPv6(src=source, dst="2001:db8::1", hlim=ttl)
        ether = Ether(dst=self.ours.info().mac, src=f"02:00:00:00:00:{mac:02x}")
        bfd = {"my_discriminator": 5, "your_discriminator": 0, "sta": 1} | fields
        frame = (
            (ether / Dot1Q(vlan=vlan) if vlan else ether) / ip / UDP(sport=50000, dport=dport) / BFD(**bfd)
        )
        burst = pydp.Burst(1)
        burst.append(self.pool, bytes(frame))
        assert burst.transmit(self.theirs) == 1
        self.run(1)

    def run(self, milliseconds: int) -> None:
        self.now_ns += milliseconds * 1_000_000
        self.engine.step(self.now_ns)

    def told(self) -> Any:
        batch = self.engine.events.drain()
        assert (batch["session"][batch["type"] == EventType.UNSOLICITED] == 0).all()
        return batch[batch["type"] == EventType.UNSOLICITED].copy().view(pydp.UNSOLICITED_DTYPE)

    def count(self, name: str) -> int:
        return self.engine.stats.port(0)[name]

    def close(self) -> None:
        self.engine.close()
        self.ours.close()
        self.theirs.close()


@pytest.fixture
def scene(eal: None, pool: pydp.Mempool, name: str) -> Iterator[Scene]:
    made = Scene(name, pool)
    yield made
    made.close()


@pytest.mark.parametrize(("source", "vlan"), [("192.0.2.9", 0), ("192.0.2.9", 7), ("2001:db8::9", 0)])
def test_a_stranger_is_told_of_with_addresses_port_vlan_and_discriminator(scene, source, vlan):
    scene.say(source, vlan=vlan)
    (record,) = scene.told()
    address = ip_address(source)
    octets = 4 if address.version == 4 else 16
    assert record["source"][:octets].tobytes() == address.packed
    assert (
        record["destination"][:octets].tobytes()
        == ip_address("192.0.2.1" if octets == 4 else "2001:db8::1").packed
    )
    assert (record["port"], record["vlan"], record["family"], record["my_discriminator"]) == (
        0,
        vlan,
        address.version,
        5,
    )
    assert record["time_ns"] == scene.now_ns
    assert scene.count("drop-bfd-no-session") == scene.count("unsolicited-told") == 1


def test_one_stranger_is_told_of_once_a_second(scene):
    for _ in range(10):
        scene.say()
    assert len(scene.told()) == 1
    assert scene.count("unsolicited-untold") == 9
    scene.run(1000)
    scene.say()
    assert len(scene.told()) == 1


def test_a_flood_of_strangers_is_told_of_no_faster_than_the_rate(scene):
    scene.engine.unsolicited_tell(10)
    scene.run(10_000)
    for number in range(500):
        scene.say(f"192.0.2.{number % 250 + 2}", mac=number % 250, my_discriminator=number + 1)
    told = len(scene.told())
    # 64 at once, and ten in each second after that; half a second passes.
    assert 64 <= told <= 64 + 6
    assert scene.count("unsolicited-told") == told
    assert scene.count("unsolicited-untold") == 500 - told


def test_forged_addresses_behind_one_mac_address_leave_the_rate_to_the_others(scene):
    scene.run(10_000)
    told = []
    for number in range(1000):
        scene.say(f"2001:db8::666:{number:x}")
        if number % 100 == 99:
            # A member's first packet in the midst of the flood.
            scene.say(f"192.0.2.{number // 100 + 20}", mac=number // 100 + 20)
            told += scene.told().tolist()
    families = [record[scene.FAMILY] for record in told]
    assert families.count(4) == 10
    # 8 at once, an eighth of the hundred in the second that passes.
    assert 8 <= families.count(6) <= 8 + 13


def test_who_is_no_neighbour_is_not_told_and_uses_up_nothing(scene):
    for number in range(100):
        scene.say(f"198.51.100.{number}")
        scene.say(f"2001:db8:1::{number:x}")
        scene.say(f"2001:db8::{number:x}", vlan=7)
    assert len(scene.told()) == scene.count("unsolicited-untold") == 0
    scene.say()
    assert len(scene.told()) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"ttl": 254},
        {"sta": 0},
        {"sta": 2},
        {"sta": 3},
        {"your_discriminator": 7},
        {"my_discriminator": 0},
        {"detect_mult": 0},
        {"version": 2},
        {"flags": "M"},
        {"dport": 4784},
        {"dport": 6784},
        {"dport": 3785},
    ],
    ids=str,
)
def test_what_may_begin_no_session_is_not_told(scene, fields):
    scene.say(**fields)
    assert len(scene.told()) == 0
    assert scene.count("unsolicited-told") == scene.count("unsolicited-untold") == 0


def test_nothing_is_told_unless_it_is_wanted(scene):
    scene.engine.unsolicited_tell(0)
    scene.say()
    assert len(scene.told()) == 0
    assert scene.count("drop-bfd-no-session") == 1


def test_a_peer_with_a_session_is_no_stranger(scene):
    scene.engine.sessions.upsert(
        pydp.SessionConfig(source_addr=ip_address("192.0.2.1"), dest_addr=ip_address("192.0.2.9"))
    )
    scene.say()
    assert len(scene.told()) == 0


def test_a_full_ring_loses_strangers_and_no_session_s_state(scene):
    wanted = pydp.SessionConfig(source_addr=ip_address("192.0.2.1"), dest_addr=ip_address("192.0.2.200"))
    session = scene.engine.sessions.upsert(wanted)
    scene.engine.unsolicited_tell(1_000_000)
    for number in range(600):
        scene.run(1000)
        scene.say(f"192.0.2.{number % 150 + 2}", mac=number % 150)
    scene.say("192.0.2.200")
    kinds: list[int] = []
    while len(batch := scene.engine.events.drain()):
        kinds += numpy.asarray(batch["type"]).tolist()
    assert scene.count("unsolicited-untold") > 0
    assert EventType.UNSOLICITED in kinds
    assert EventType.STATE in kinds
    assert scene.engine.sessions.read(session).local_state is pydp.State.INIT


def test_a_rate_beyond_reason_is_refused(scene):
    with pytest.raises(pydp.InvalidArgumentError):
        scene.engine.unsolicited_tell(1_000_001)
