# SPDX-License-Identifier: Apache-2.0
"""Flows over a loop that loses, doubles, reorders and delays what it is told to: the report is that, exactly."""

from ipaddress import IPv4Address, ip_address

import pytest

import pydp
from pydp.generate import IMIX, Generator
from tests.pydp.generate.loop import STEP_NS, config, sent

pytestmark = pytest.mark.eal


def test_what_is_sent_comes_whole_in_order_and_in_time(loop):
    state = sent(loop)
    assert (state.sent, state.received, state.unique, state.lost) == (2000, 2000, 2000, 0)
    assert (state.duplicated, state.reordered, state.corrupt, state.stale, state.ahead) == (0,) * 5
    assert (state.due, state.skipped, state.sending) == (2000, 0, False)
    # Carried after the turn in which they were sent, so heard in the next.
    assert state.latency_min_ns == state.latency_max_ns == STEP_NS
    assert state.latency_ns(0.5) == pytest.approx(STEP_NS, rel=0.04)
    # First and last packet are 1,999 microseconds apart, seen through turns of ten.
    assert state.tx_pps == pytest.approx(1_000_000, rel=0.01)
    assert state.rx_pps == pytest.approx(1_000_000, rel=0.01)


def test_a_known_loss_is_reported_exactly(loop):
    lost: list[bytes] = []

    def lossy(frames: list[bytes]) -> list[bytes]:
        kept = []
        for frame in frames:
            number = int.from_bytes(frame[42 + 6 : 42 + 10])
            (lost if number % 7 == 3 else kept).append(frame)
        return kept

    loop.road = lossy
    state = sent(loop)
    assert state.lost == len(lost) == len([n for n in range(2000) if n % 7 == 3])
    assert state.received == 2000 - len(lost)


def test_the_last_packets_lost_are_lost_too(loop):
    loop.road = lambda frames: [f for f in frames if int.from_bytes(f[48:52]) < 1900]
    state = sent(loop)
    assert (state.expected, state.lost) == (1900, 100)


def test_copies_are_duplicates_and_not_gains(loop):
    loop.road = lambda frames: [
        f for f in frames for _ in range(2 if int.from_bytes(f[48:52]) % 10 == 0 else 1)
    ]
    state = sent(loop)
    assert (state.duplicated, state.lost, state.reordered) == (200, 0, 0)
    assert (state.received, state.unique) == (2200, 2000)


def test_packets_that_others_overtook_are_reordered(loop):
    loop.road = lambda frames: frames[1:] + frames[:1]
    state = sent(loop)
    turns = -(-2000 // 10)
    assert state.lost == state.duplicated == 0
    assert turns - 1 <= state.reordered <= turns + 1
    assert state.extent == 10


def test_a_delay_is_seen_in_the_latency(loop):
    held: list[bytes] = []

    def late(frames: list[bytes]) -> list[bytes]:
        held.extend(frames)
        ready, held[:] = held[:-50], held[-50:]
        return ready

    loop.road = late
    flow = loop.generator.flow(0, config())
    flow.start(1_000_000, 2000)
    loop.run(250)
    state = flow.read()
    assert state.lost == 50
    assert state.latency_ns(0.5) == pytest.approx(6 * STEP_NS, rel=0.04)
    assert state.latency_min_ns == 6 * STEP_NS


def test_damage_is_corrupt_and_not_received(loop):
    def damage(frames: list[bytes]) -> list[bytes]:
        return [f[:-1] + b"\x01" if int.from_bytes(f[48:52]) % 4 == 0 else f for f in frames]

    loop.road = damage
    state = sent(loop, sizes=(100,))
    assert (state.corrupt, state.received, state.lost) == (500, 1500, 500)


def test_packets_of_an_earlier_start_are_stale(loop):
    flow = loop.generator.flow(0, config())
    kept: list[bytes] = []

    def keep(frames: list[bytes]) -> list[bytes]:
        kept.extend(frames)
        return []

    loop.road = keep
    flow.start(1_000_000, 100)
    loop.run(30)
    loop.road = lambda frames: kept + frames if frames else []
    flow.start(1_000_000, 1)
    loop.run(10)
    state = flow.read()
    assert (state.received, state.stale, state.lost) == (1, 100, 0)


def test_a_router_may_change_ttl_and_mac_addresses(loop):
    def route(frames: list[bytes]) -> list[bytes]:
        out = []
        for frame in frames:
            changed = bytearray(frame)
            changed[:12] = bytes(12)
            changed[22] -= 1
            # RFC 1624: one less in the TTL is 0x100 more in the checksum.
            total = int.from_bytes(changed[24:26]) + 0x100
            changed[24:26] = ((total & 0xFFFF) + (total >> 16)).to_bytes(2)
            out.append(bytes(changed))
        return out

    loop.road = route
    state = sent(loop)
    assert (state.received, state.corrupt) == (2000, 0)


@pytest.mark.parametrize("family", [4, 6])
def test_frames_have_the_size_asked_for(loop, family):
    addresses = {4: ("192.0.2.1", "203.0.113.1"), 6: ("2001:db8::1", "2001:db8:1::1")}[family]
    sizes = (64 if family == 4 else 84, 512, 1518)
    source, destination = map(ip_address, addresses)
    state = sent(loop, 300, source=source, destinations=[destination], sizes=sizes)
    assert [len(frame) + 4 for frame in loop.frames[:6]] == [*sizes, *sizes]
    assert state.sent_bytes == state.received_bytes == 100 * sum(sizes)
    assert state.corrupt == 0


def test_the_mix_has_its_shares(loop):
    sent(loop, 1200, sizes=IMIX)
    sizes = [len(frame) + 4 for frame in loop.frames]
    assert [sizes.count(size) for size in (64, 594, 1518)] == [700, 400, 100]


def test_destinations_sources_and_ports_go_round(loop):
    destinations = [IPv4Address("203.0.113.1") + i for i in range(5)]
    sent(loop, 300, destinations=destinations, sources=3, source_ports=4, source_port=50000)
    for i, frame in enumerate(loop.frames):
        assert frame[26:30] == (IPv4Address("192.0.2.1") + i % 3).packed
        assert frame[30:34] == destinations[i % 5].packed
        assert int.from_bytes(frame[34:36]) == 50000 + i % 4


def test_the_gateway_is_asked_for_and_hosts_answer(eal, name):
    ends = pydp.link(name, capacity=4096)
    with Generator(name, seed=1) as generator:
        for end in ends:
            generator.attach(end)
        generator.hosts_add(1, "2001:db8::fe", 2)
        flow = generator.flow(
            3,
            config(
                source=ip_address("2001:db8::1"),
                destinations=[ip_address("2001:db8:1::1")],
                gateway=ip_address("2001:db8::ff"),
                mac=None,
                sizes=(100,),
            ),
        )
        flow.start(1000, 10)
        for turn in range(1, 1000):
            generator.step(10**9 + turn * 100_000)
        state = flow.read()
        assert (state.sent, state.received, state.resolved) == (10, 10, True)
        assert generator.counters(0)["tx-nd"] == generator.counters(1)["tx-nd"] == 1
    for end in ends:
        end.close()


def test_who_only_receives_counts_by_the_numbers_that_came(eal, name):
    ends = pydp.link(name, capacity=4096)
    with Generator(f"{name}a", seed=1, tag=7) as sender, Generator(f"{name}b", seed=2, tag=7) as receiver:
        sender.attach(ends[0])
        receiver.attach(ends[1])
        flow = sender.flow(5, config())
        now = 10**9
        for start, packets in enumerate((100, 50)):
            flow.start(1_000_000, packets)
            for turn in range(40):
                now += 10_000
                ends[0].cut(start == 1 and turn == 2)
                sender.step(now)
                receiver.step(now)
            heard = receiver.flow(5).read()
            # The next start is followed, and begins anew.
            assert heard.received == packets - (10 if start else 0)
            assert heard.lost == (10 if start else 0)
            assert heard.sent == 0
        assert receiver.flow(4).read().received == 0
    for end in ends:
        end.close()


def test_other_tags_are_not_ours(eal, name):
    ends = pydp.link(name)
    with Generator(f"{name}a", tag=1) as sender, Generator(f"{name}b", tag=2) as receiver:
        sender.attach(ends[0])
        receiver.attach(ends[1])
        sender.flow(0, config()).start(None, 10)
        for turn in range(1, 4):
            sender.step(turn)
            receiver.step(turn)
        assert receiver.flow(0).read().received == 0
        assert receiver.counters(0)["rx-other"] == 10
    for end in ends:
        end.close()
