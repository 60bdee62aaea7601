# SPDX-License-Identifier: Apache-2.0
"""What a session counts of the packets it refuses, by reason. The packets are scapy's."""

from collections.abc import Callable, Iterator
from ipaddress import ip_address

import pytest
from scapy.contrib.bfd import BFD
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

import pydp

pytestmark = pytest.mark.eal


@pytest.fixture
def engine(cable: tuple[pydp.Port, pydp.Port], name: str) -> Iterator[pydp.Engine]:
    """Stepped once, with room for one session, 192.0.2.1 on one end of the cable."""
    with pydp.Engine(name, seed=1, max_sessions=1) as made:
        made.attach(cable[0])
        made.address_add(0, "192.0.2.1/24")
        made.step(1_000_000_000)
        yield made


@pytest.fixture
def say(engine: pydp.Engine, cable: tuple[pydp.Port, pydp.Port], pool: pydp.Mempool) -> Callable[..., None]:
    """Let 192.0.2.2 say a BFD packet with these fields, and the engine hear it."""

    def send(**fields: int) -> None:
        header = Ether(dst=cable[0].info().mac, src="02:00:00:00:00:02") / IP(
            src="192.0.2.2", dst="192.0.2.1", ttl=255
        )
        frame = header / UDP(sport=49152, dport=3784) / BFD(my_discriminator=7, **fields)
        burst = pydp.Burst(1)
        burst.append(pool, bytes(frame))
        assert burst.transmit(cable[1]) == 1
        engine.step(1_000_000_001)

    return send


def upsert(engine: pydp.Engine) -> int:
    wanted = pydp.SessionConfig(source_addr=ip_address("192.0.2.1"), dest_addr=ip_address("192.0.2.2"))
    return engine.sessions.upsert(wanted)


def test_each_refused_packet_has_its_reason(engine, say):
    session = upsert(engine)
    ours = engine.sessions.read(session).local_discriminator
    assert engine.sessions.refused(session) == {}
    say(your_discriminator=ours, version=2)
    say(your_discriminator=ours, detect_mult=0)
    say(your_discriminator=ours, detect_mult=0)
    say(your_discriminator=ours ^ 1)
    assert engine.sessions.refused(session) == {"drop-bfd-version": 1, "drop-bfd-detect-mult": 2}
    assert engine.sessions.read(session).receive_invalid_packet_count == 3
    # Nobody knows whose the last one was.
    assert engine.stats.drops(0)["drop-bfd-your-discriminator"] == 1


def test_a_session_that_is_gone_refuses_nothing_any_more(engine, say):
    session = upsert(engine)
    say(your_discriminator=engine.sessions.read(session).local_discriminator, detect_mult=0)
    engine.sessions.remove(session, now=True)
    with pytest.raises(pydp.NotFoundError):
        engine.sessions.refused(session)


def test_a_slot_that_is_used_again_has_forgotten(engine, say):
    first = upsert(engine)
    say(your_discriminator=engine.sessions.read(first).local_discriminator, detect_mult=0)
    assert engine.sessions.refused(first)
    engine.sessions.remove(first, now=True)
    engine.events.drain()
    second = upsert(engine)
    assert second != first
    assert engine.sessions.refused(second) == {}
