# SPDX-License-Identifier: Apache-2.0
"""What the watch tells of S-BFD, echo, ICMP, cut-off and malformed packets, and how it counts what is no BFD."""

import itertools
import struct
from ipaddress import ip_address

import pytest

from tests.replay.crafting import (
    AUTH,
    DEMAND,
    DOWN,
    MS,
    MULTIPOINT,
    RAW,
    SLL2,
    UP,
    A,
    B,
    Capture,
    bfd,
    checksum,
    datagram,
    ethernet,
    icmp_unreachable,
    ip,
    sll2,
)
from tests.replay.watching import NONE, address, reason, watch

A6, B6 = "2001:db8::1", "2001:db8::2"


def request(capture: Capture, port: int = 50000, state: int = UP, after_us: int = 50 * MS) -> int:
    packet = bfd(1, 99, state, flags=DEMAND, rx=0)
    return capture.say(A, B, packet, sport=port, dport=7784, after_us=after_us)


def reply(capture: Capture, port: int = 50000, after_us: int = MS) -> int:
    return capture.say(B, A, bfd(99, 1, UP, rx=10 * MS), sport=7784, dport=port, after_us=after_us)


def test_sbfd_in_both_directions_is_one_session_a_port() -> None:
    capture = Capture()
    for port in (50000, 50001):
        request(capture, port, DOWN)
        reply(capture, port)
        request(capture, port)
        reply(capture, port)
    seen = watch(capture.pcap())
    assert [[end.packets for end in s.ends] for s in seen.sessions] == [[2, 2], [2, 2]]
    assert (seen.totals.sbfd, seen.totals.malformed) == (8, 0)
    initiator, reflector = seen.sessions[0].ends
    assert (address(initiator.address, 4), address(reflector.address, 4)) == (A, B)
    assert (initiator.detection_us, reflector.detection_us) == (150 * MS, 0)
    assert (initiator.interval_us, reflector.interval_us) == (50 * MS, 50 * MS)


def test_the_initiator_is_the_first_end_though_its_reply_was_heard_first() -> None:
    capture = Capture()
    reply(capture)
    request(capture)
    seen = watch(capture.pcap())
    assert [address(end.address, 4) for end in seen.sessions[0].ends] == [A, B]
    assert [(e.number, e.end) for e in seen.told("first")] == [(1, 1), (2, 0)]


def test_a_reflector_that_stops_answering_is_late_and_the_initiator_never_is() -> None:
    capture = Capture()
    request(capture), reply(capture)
    for _ in range(4):
        request(capture)
    reply(capture)
    request(capture, after_us=900 * MS)
    assert [(e.number, e.end) for e in watch(capture.pcap()).told("late")] == [(7, 1)]


def test_two_initiators_towards_each_other_from_one_port_are_two_sessions() -> None:
    capture = Capture()
    request(capture)
    capture.say(B, A, bfd(5, 6, UP, flags=DEMAND, rx=0), sport=50000, dport=7784)
    assert watch(capture.pcap()).totals.sessions == 2


def test_echoes_are_streams_and_count_for_the_end_that_sent_them() -> None:
    capture = Capture()
    capture.say(A, B, bfd(1, 2, UP))
    capture.say(B, A, bfd(2, 1, UP))
    for _ in range(5):
        capture.say(A, A, b"anything", dport=3785, sport=3785, after_us=20 * MS)
        capture.say(A, A, b"anything", dport=3785, sport=3785, ttl=254, after_us=MS)
    capture.say(B, A, b"x", dport=3785)
    seen = watch(capture.pcap())
    own, other = seen.echoes
    assert (address(own.source, 4), own.packets, own.ttl_255, own.ttl_lower) == (A, 10, 5, 5)
    assert (own.gaps.count, own.gaps.max_ns) == (4, 21_000_000)
    assert (address(other.source, 4), other.packets) == (B, 1)
    assert [end.echoes for end in seen.sessions[0].ends] == [10, 1]
    assert (seen.totals.echo, seen.totals.single_hop, seen.totals.echo_streams) == (11, 2, 2)
    assert [p.kind for p in seen.packets][2:] == [6] * 11


def test_echo_streams_are_bounded_and_their_packets_are_not() -> None:
    capture = Capture()
    for n in range(1100):
        source = str(ip_address("10.0.0.0") + n)
        capture.say(source, A, b"", dport=3785)
    seen = watch(capture.pcap(), packets=0)
    assert (len(seen.echoes), seen.totals.echo_streams, seen.totals.echo) == (1024, 1024, 1100)
    assert (seen.totals.echo_unfollowed, seen.totals.unmeasured) == (76, 0)


def test_gaps_beyond_the_memory_for_their_quantiles_are_counted() -> None:
    """1,024 streams whose gaps double each time: each needs another octave of its histogram."""
    capture = Capture(start_us=0)
    frames = [
        ethernet(datagram(str(ip_address("10.0.0.0") + n), A, b"", dport=3785, sport=3785))
        for n in range(1024)
    ]
    for octave in range(34):
        for number, frame in enumerate(frames):
            capture.add(frame, after_us=1 << octave if number == 0 else 0)
    seen = watch(capture.pcap(), packets=0, sessions=1)
    measured = 32768 + 8 - 1
    assert seen.totals.unmeasured == 33 * 1024 - measured
    assert sum(one.gaps.count for one in seen.echoes) == 33 * 1024
    assert {one.gaps.max_ns for one in seen.echoes} == {1000 << 33}


@pytest.mark.parametrize("version", [4, 6])
def test_an_unreachable_port_is_told_of_the_end_that_was_written_to(version: int) -> None:
    a, b = (A, B) if version == 4 else (A6, B6)
    capture = Capture()
    packet = datagram(a, b, bfd(1, 0, DOWN))
    capture.add(ethernet(packet))
    capture.add(ethernet(icmp_unreachable(b, a, packet)))
    capture.add(
        ethernet(icmp_unreachable(b, a, packet[: 20 if version == 4 else 40] + packet[-32:-24], code=1))
    )
    capture.add(ethernet(icmp_unreachable(b, a, datagram(a, b, b"", dport=53))))
    seen = watch(capture.pcap())
    told = [(e.number, e.session, e.end, e.reason, e.destination_port) for e in seen.told("unreachable")]
    assert told == [(2, 0, 1, 1, 3784), (3, 0, 1, 0, 3784)]
    assert (seen.totals.icmp, seen.totals.icmp6) == ((3, 0) if version == 4 else (0, 3))


def test_a_cut_off_packet_is_judged_as_far_as_it_goes() -> None:
    section = bytes([1, 9, 3]) + b"secret"
    capture = Capture(snap=42 + 24)
    capture.say(A, B, bfd(1, 0, DOWN, flags=AUTH, tail=section), ttl=64)
    capture.say(A, B, bfd(0, 0, DOWN))
    seen = watch(capture.pcap())
    assert [reason(e) for e in seen.told("fault")] == ["my-discriminator"]
    assert (seen.totals.single_hop, seen.totals.snapped, seen.totals.sessions) == (1, 0, 1)
    for snap in (42 + 23, 42, 40, 30, 13):
        capture.snap = snap
        totals = watch(capture.pcap()).totals
        assert (totals.snapped, totals.single_hop, totals.malformed) == (2, 0, 0), snap


SECTION = bytes([1, 9, 3]) + b"secret"
FRAMES = {
    "version": datagram(A, B, bfd(version=2)),
    "length": datagram(A, B, bfd(length=23)),
    "truncated": datagram(A, B, bfd(length=40)),
    "detect-mult": datagram(A, B, bfd(multiplier=0)),
    "multipoint": datagram(A, B, bfd(flags=MULTIPOINT)),
    "my-discriminator": datagram(A, B, bfd(0)),
    "zero-your-state": datagram(A, B, bfd(1, 0, UP)),
    "ttl": datagram(A, B, bfd(), ttl=254),
    "s-bfd-ports": datagram(A, B, bfd(1, 2, UP, flags=DEMAND), sport=7784, dport=7784),
    "s-bfd-demand": datagram(A, B, bfd(1, 2, UP), dport=7784),
    "s-bfd-state": datagram(A, B, bfd(1, 2, DOWN), sport=7784, dport=50000),
    "s-bfd-your-discriminator": datagram(A, B, bfd(1, 0, DOWN, flags=DEMAND), dport=7784),
    "auth-type": datagram(A, B, bfd(flags=AUTH, tail=b"\x09" + SECTION[1:])),
    "auth-length": datagram(A, B, bfd(flags=AUTH, tail=SECTION + b"x")),
    "checksum-udp": datagram(A, B, bfd())[:-1] + b"\x01",
    "checksum-ip4": datagram(A, B, bfd())[:4] + b"\x01" + datagram(A, B, bfd())[5:],
    "malformed-udp": ip(ip_address(A), ip_address(B), 17, struct.pack(">HHHH", 49152, 3784, 99, 0) + bfd()),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_malformed_packet_is_told_with_its_reason_and_changes_nothing(name: str) -> None:
    capture = Capture(link_type=RAW)
    capture.add(datagram(A, B, bfd(7, 0, DOWN)))
    capture.add(FRAMES[name])
    seen = watch(capture.pcap())
    (fault,) = seen.told("fault")
    assert reason(fault) == name
    assert (fault.number, address(fault.source, 4), address(fault.destination, 4)) == (2, A, B)
    assert (seen.totals.malformed, seen.totals.single_hop, seen.totals.packets) == (1, 1, 2)
    end = seen.sessions[0].ends[0]
    assert (end.packets, end.discriminator) == (1, 7)
    single_hop = not name.startswith("s-bfd")
    assert (end.malformed, fault.session) == ((1, 0) if single_hop else (0, NONE))
    assert [(p.fault != 0, p.session) for p in seen.packets] == [(False, 0), (True, NONE)]


def test_authentication_is_shown_by_type_key_and_sequence() -> None:
    capture = Capture()
    section = bytes([5, 28, 7, 0]) + struct.pack(">I", 4711) + bytes(20)
    capture.say(A, B, bfd(1, 0, DOWN, flags=AUTH, tail=section), ttl=200)
    seen = watch(capture.pcap())
    end = seen.sessions[0].ends[0]
    assert (end.auth_type, end.auth_key_id, end.ttl) == (5, 7, 200)
    assert seen.packets[0].auth_sequence == 4711


def arp() -> bytes:
    return bytes(12) + b"\x08\x06" + bytes(28)


def other(protocol: int, version: int = 4) -> bytes:
    a, b = (A, B) if version == 4 else (A6, B6)
    return ethernet(ip(ip_address(a), ip_address(b), protocol, bytes(40)))


def fragment() -> bytes:
    whole = bytearray(datagram(A, B, bfd()))
    whole[6] = 0x20
    whole[10:12] = bytes(2)
    whole[10:12] = struct.pack(">H", checksum(bytes(whole[:20])))
    return ethernet(bytes(whole))


OTHERS = {
    "arp": arp(),
    "icmp": other(1),
    "icmp6": other(58, 6),
    "tcp": other(6),
    "udp": ethernet(datagram(A, B, b"query", dport=53)),
    "other_ip": other(89),
    "fragments": fragment(),
    "malformed_ip": ethernet(b"\x44" + bytes(40)),
    "other_ethertype": bytes(12) + b"\x88\xcc" + bytes(50),
}


def test_everything_else_is_counted_once_by_what_it_is() -> None:
    capture = Capture()
    for number, frame in enumerate(OTHERS.values(), 1):
        for _ in range(number):
            capture.add(frame)
    seen = watch(capture.pcap())
    assert {name: getattr(seen.totals, name) for name in OTHERS} == {n: i for i, n in enumerate(OTHERS, 1)}
    assert seen.totals.packets == sum(range(1, len(OTHERS) + 1))
    assert (seen.totals.snapped, seen.totals.malformed, seen.totals.sessions, seen.events) == (0, 0, 0, [])


def test_an_unknown_link_type_is_counted() -> None:
    capture = Capture(link_type=147)
    capture.add(bytes(60))
    assert watch(capture.pcap()).totals.unknown_link == 1


def test_cooked_captures_tell_the_machines_interfaces_apart() -> None:
    capture = Capture(link_type=SLL2)
    for index in (3, 4, 3):
        capture.add(sll2(datagram(A, B, bfd()), index))
    seen = watch(capture.pcap())
    assert [(s.link_index, s.ends[0].packets) for s in seen.sessions] == [(3, 2), (4, 1)]


def busy() -> Capture:
    """Sessions that come and go, faults, and a silence: each makes several events."""
    capture = Capture()
    for n in range(40):
        b = f"192.0.2.{n + 10}"
        for state, your in ((DOWN, 0), (UP, 9), (DOWN, 0)):
            capture.say(A, b, bfd(n + 1, your, state, multiplier=1 + state), after_us=60 * MS)
            capture.say(b, A, bfd(9, n + 1, state, tx=MS), after_us=MS)
        capture.say(A, b, bfd(multiplier=0))
        capture.say(A, b, b"", dport=53)
    return capture


def test_nothing_is_lost_where_only_one_event_or_one_packet_may_wait() -> None:
    data = busy().pcap()
    whole = watch(data)
    for rooms in ({"events": 1}, {"packets": 1}, {"events": 1, "packets": 1}, {"events": 5, "packets": 3}):
        small = watch(data, **rooms)
        assert small.story == whole.story
        assert [p.number for p in small.packets] == [p.number for p in whole.packets]
        assert small.most_waiting <= rooms.get("events", 4096) + 7


@pytest.mark.parametrize("piece", [1, 7, 100, 1000])
def test_pieces_of_any_size_tell_the_same(piece: int) -> None:
    data = busy().pcap()[: 24 + 16 * 100 + 66 * 100]
    assert watch(data, piece=piece).story == watch(data).story


def test_sessions_beyond_the_cap_are_counted_and_not_followed() -> None:
    seen = watch(busy().pcap(), sessions=10)
    assert seen.totals.sessions == 10 == len(seen.sessions)
    assert seen.totals.unfollowed == 30 * 6
    assert seen.totals.single_hop == 40 * 6
    assert sum(p.session == NONE and p.fault == 0 for p in seen.packets) == 30 * 6


def test_each_packet_is_counted_once() -> None:
    capture = busy()
    for frame in [*OTHERS.values(), *(ethernet(f) for f in FRAMES.values())]:
        capture.add(frame)
    capture.say(A, B, b"", dport=3785)
    totals = watch(capture.pcap()).totals
    kinds = "single_hop multihop micro sbfd echo malformed snapped arp icmp icmp6 tcp udp other_ip fragments"
    kinds += " malformed_ip other_ethertype unknown_link"
    assert sum(getattr(totals, kind) for kind in kinds.split()) == totals.packets == len(capture.records)


def test_a_file_that_breaks_off_tells_what_came_before() -> None:
    data = busy().pcap()
    seen = watch(data[:-5])
    assert seen.fault.reason != 0
    assert seen.totals.packets == seen.fault.packet == len(busy().records) - 1
    assert seen.fault.offset == len(data) - len(busy().records[-1][2]) - 16


@pytest.mark.parametrize("quantile", ["p50_ns", "p99_ns"])
def test_quantiles_are_right_within_one_per_cent(quantile: str) -> None:
    capture = Capture()
    gaps = [1 + n * n for n in range(1500)]
    order = sorted(gaps, key=lambda gap: gap * 2654435761 % 2**32)
    capture.say(A, B, bfd(1, 0, DOWN))
    for gap in order:
        capture.say(A, B, bfd(1, 0, DOWN), after_us=gap)
    rest = watch(capture.pcap()).sessions[0].ends[0].rest
    rank = {"p50_ns": 0.5, "p99_ns": 0.99}[quantile]
    expected = sorted(gaps)[int(rank * len(gaps)) - 1] * 1000
    assert abs(getattr(rest, quantile) / expected - 1) < 0.01
    assert (rest.count, rest.max_ns) == (1500, max(gaps) * 1000)
    steps = [abs(b - a) for a, b in itertools.pairwise(order)]
    assert rest.jitter_ns == sum(steps) * 1000 // len(steps)
