# SPDX-License-Identifier: Apache-2.0
"""Data that comes to a memory link's end by the clock: one queue with what the other end sends, first come,
first served, and lost where that is full."""

import time

import pytest

import pydp
from tests.pydp.test_ports import FRAME, send

pytestmark = pytest.mark.eal

CAPACITY = 256
#: So fast that each look finds more than the queue holds: it fills in a third of a microsecond.
FLOOD = 900e6
DATA = [bytes([2, 0, 0, 0, 0, 1]) + bytes(53) + bytes([number]) for number in range(3)]


def taken(port: pydp.Port, most: int = 10_000) -> list[bytes]:
    """What waits, until a burst comes back short."""
    found: list[bytes] = []
    with pydp.Burst(32) as burst:
        while len(found) < most and (count := burst.receive(port)):
            found += [bytes(burst.view(i)) for i in range(count)]
            burst.clear()
            if count < 32:
                break
    return found


def test_frames_come_one_after_the_other_at_their_rate(cable):
    near, _ = cable
    near.load(DATA, CAPACITY)
    assert taken(near) == []
    near.load_rate(20_000)
    taken(near)
    start = time.monotonic()
    found: list[bytes] = []
    while len(found) < 500:
        found += taken(near)
    took = time.monotonic() - start
    first = DATA.index(found[0])
    assert found == [DATA[(first + i) % 3] for i in range(len(found))]
    stats = near.load_stats()
    assert stats.offered == stats.delivered + stats.missed
    assert 20_000 * took * 0.9 <= len(found) + stats.missed <= 20_000 * took * 1.1 + 2
    near.load_rate(0)
    taken(near), taken(near)
    assert taken(near) == []


def test_what_finds_the_queue_full_is_lost_the_other_ends_frames_alike(cable, pool):
    near, far = cable
    near.load(DATA, CAPACITY)
    near.load_rate(FLOOD)
    taken(near, 1)
    send(far, pool, 32)
    found = taken(near, CAPACITY)
    stats = near.load_stats()
    # Of a flood in which it is one in thousands hardly a frame of the other end finds room.
    assert stats.far_missed + found.count(FRAME) == 32
    assert stats.far_missed >= 30
    assert stats.missed > 0
    assert (stats.away_missed, stats.away_far_missed) == (stats.missed, stats.far_missed)
    assert near.stats().rx_missed == stats.missed + stats.far_missed


def test_a_frame_of_the_other_end_waits_for_the_data_before_it(cable, pool):
    near, far = cable
    near.load(DATA, CAPACITY)
    near.load_rate(FLOOD)
    taken(near, 1)
    with pydp.Burst(1) as burst:
        burst.receive(near)
    near.load_rate(0)
    with pydp.Burst(1) as burst:
        burst.receive(near)
    send(far, pool, 1)
    found = taken(near)
    assert found[-1] == FRAME
    assert (len(found), found.count(FRAME)) == (CAPACITY, 1)


def test_only_an_end_of_a_link_takes_a_load_and_only_before_it_is_attached(eal, name, cable):
    near, _ = cable
    with pytest.raises(pydp.StateError, match="has no load"):
        near.load_rate(1)
    with pytest.raises(pydp.InvalidArgumentError, match="one length"):
        near.load([b"a" * 60, b"b" * 61], CAPACITY)
    with pytest.raises(pydp.InvalidArgumentError, match="14 to 1514 octets, not 13"):
        near.load([b"a" * 13], CAPACITY)
    with pytest.raises(pydp.InvalidArgumentError, match="2 to 16777216 packets, not 1"):
        near.load(DATA, 1)
    with pydp.Port("net_null_load") as port, pytest.raises(pydp.UnsupportedError, match="in-memory link"):
        port.load(DATA, CAPACITY)
    with pydp.Engine(name) as engine:
        engine.attach(near)
        with pytest.raises(pydp.BusyError, match="attached to an engine"):
            near.load(DATA, CAPACITY)


def test_an_engine_sheds_what_is_more_than_half_of_the_queue(eal, name, cable):
    near, _ = cable
    with pydp.Engine(name, max_nexthops=4) as engine:
        mac = near.info().mac
        header = bytes.fromhex(mac.replace(":", "")) + bytes.fromhex("0200000000020800")
        ip = bytearray.fromhex("4500002e00000000401100000a000002c6120001")
        words = sum(int.from_bytes(ip[i : i + 2], "big") for i in range(0, 20, 2))
        ip[10:12] = (~((words & 0xFFFF) + (words >> 16)) & 0xFFFF).to_bytes(2, "big")
        near.load([header + bytes(ip) + bytes(26)], CAPACITY)
        engine.attach(near)
        engine.address_add(0, "10.0.0.1/8")
        engine.neighbour_set(0, "10.0.0.2", "02:00:00:00:00:02")
        engine.nexthops.set(1, pydp.NextHopConfig.adjacent("10.0.0.2", 0))
        engine.routes.set("198.18.0.0/15", 1)
        engine.forwarding_set(pydp.ForwardingConfig())
        engine.step(1)
        near.load_rate(FLOOD)
        engine.step(2)
        engine.step(3)
        near.load_rate(0)
        counted = engine.stats.port(0)
        assert counted["drop-shed"] > 0
        assert counted["drop-shed"] + counted["rx-forward-ip4"] == near.load_stats().delivered
