# SPDX-License-Identifier: Apache-2.0
"""Packets in and out, header fields as columns, views of one packet, and what is void when a burst is
gone.
"""

from ipaddress import ip_address

import numpy
import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1Q, Ether

import pydp

pytestmark = pytest.mark.eal

ETHER = Ether(dst="02:00:00:00:00:02", src="02:00:00:00:00:01")
PACKETS = [
    bytes(ETHER / IP(src="192.0.2.1", dst="192.0.2.2", ttl=255) / UDP(sport=49152, dport=3784) / bytes(24)),
    bytes(ETHER / Dot1Q(vlan=7) / IPv6(src="2001:db8::1", dst="2001:db8::2", hlim=9) / UDP(sport=5, dport=6)),
    bytes(ETHER / ARP(psrc="192.0.2.1", pdst="192.0.2.2")),
]


@pytest.fixture
def carried(cable, pool):
    """A burst with PACKETS in it, received from a link."""
    with pydp.Burst(8) as burst:
        for packet in PACKETS:
            burst.append(pool, packet)
        assert burst.transmit(cable[0]) == 3
        assert burst.receive(cable[1]) == 3
        yield burst


def address(octets: numpy.ndarray, version: int) -> str:
    return str(ip_address(octets[: 4 if version == 4 else 16].tobytes()))


def test_packets_arrive_as_they_were_sent(carried):
    assert [bytes(carried.view(i)) for i in range(len(carried))] == PACKETS


def test_columns_hold_the_header_fields_of_every_packet(carried):
    columns = carried.gather()
    assert len(columns) == 3
    assert columns["length"].tolist() == [len(packet) for packet in PACKETS]
    assert columns["ether_type"].tolist() == [0x0800, 0x86DD, 0x0806]
    assert columns["vlan"].tolist() == [0, 7, 0]
    assert columns["ip_version"].tolist() == [4, 6, 0]
    assert columns["ip_protocol"].tolist() == [17, 17, 0]
    assert columns["ttl"].tolist() == [255, 9, 0]
    assert [address(columns["source"][i], v) for i, v in ((0, 4), (1, 6))] == ["192.0.2.1", "2001:db8::1"]
    assert [address(columns["destination"][i], v) for i, v in ((0, 4), (1, 6))] == [
        "192.0.2.2",
        "2001:db8::2",
    ]
    assert columns["source_port"].tolist() == [49152, 5, 0]
    assert columns["destination_port"].tolist() == [3784, 6, 0]
    assert (columns["timestamp_ns"] <= pydp.clock_ns()).all()
    assert (columns["timestamp_ns"] > 0).all()


def test_only_the_columns_asked_for_are_filled_and_reused(carried):
    columns = pydp.Columns(8, fields=["ttl", "length"])
    assert carried.gather(columns) is columns
    assert columns.fields == ("ttl", "length")
    first = columns["ttl"]
    assert first.tolist() == [255, 9, 0]
    with pytest.raises(KeyError):
        columns["vlan"]
    carried.view(0)[22] = 64
    carried.gather(columns)
    assert first[0] == 64


def test_columns_that_are_too_small_or_unknown_are_refused(carried):
    with pytest.raises(ValueError, match="room for 2 packets"):
        carried.gather(pydp.Columns(2))
    with pytest.raises(ValueError, match="no column 'colour'"):
        pydp.Columns(2, fields=["colour"])
    with pytest.raises(ValueError):
        pydp.Columns(0)


def test_records_are_the_columns_side_by_side(carried):
    records = carried.gather().records()
    assert records["ttl"].tolist() == [255, 9, 0]
    assert records.dtype.names == pydp.Columns(1).fields
    carried.clear()
    assert records[0]["destination_port"] == 3784


def test_a_view_reads_and_writes_the_packet_itself(carried, cable):
    view = carried.view(0)
    assert len(view) == len(PACKETS[0])
    assert view[0:6] == PACKETS[0][0:6]
    assert view[-1] == PACKETS[0][-1]
    assert view[10:2:-2] == PACKETS[0][10:2:-2]
    view[0] = 0xFF
    assert bytes(carried.view(0))[0] == 0xFF
    with pytest.raises(IndexError):
        view[len(view)]


def test_a_view_gives_its_memory_without_a_copy(carried):
    view = carried.view(0)
    array = view.array()
    memory = memoryview(view)
    array[5] = 0xAA
    assert (memory[5], view[5]) == (0xAA, 0xAA)
    assert array.dtype == numpy.uint8
    del array, memory


@pytest.mark.parametrize("use", [bytes, len, memoryview, lambda view: view[0], lambda view: view[0:2]])
def test_a_view_of_a_cleared_burst_raises(carried, use):
    view = carried.view(1)
    assert view.alive
    carried.clear()
    assert not view.alive
    with pytest.raises(pydp.StaleViewError):
        use(view)


def test_a_view_of_a_transmitted_or_closed_burst_raises(carried, cable):
    view = carried.view(0)
    carried.transmit(cable[0])
    with pytest.raises(pydp.StaleViewError):
        view[0]
    carried.receive(cable[1])
    view = carried.view(0)
    carried.close()
    with pytest.raises(pydp.StaleViewError):
        view[0] = 1


def test_memory_that_somebody_holds_is_never_freed(carried, cable):
    array = carried.view(0).array()
    for leave in (carried.clear, carried.close, lambda: carried.transmit(cable[0])):
        with pytest.raises(pydp.BusyError, match="alive"):
            leave()
    assert bytes(array) == PACKETS[0]
    del array
    carried.clear()
    assert len(carried) == 0


def test_a_burst_that_is_not_empty_does_not_receive(carried, cable):
    with pytest.raises(pydp.StateError):
        carried.receive(cable[1])


def test_a_burst_takes_its_capacity_and_no_more(eal, pool):
    with pydp.Burst(2) as burst:
        assert burst.capacity == 2
        burst.append(pool, PACKETS[0])
        burst.append(pool, PACKETS[0])
        with pytest.raises(pydp.PydpError):
            burst.append(pool, PACKETS[0])
        assert len(burst) == 2
    with pytest.raises(pydp.InvalidArgumentError):
        pydp.Burst(100_000)


def test_what_a_full_port_does_not_take_stays_in_the_burst(eal, name, pool):
    first, second = pydp.link(name, capacity=4, ethdev=True)
    with first, second, pydp.Burst(8) as burst:
        for i in range(8):
            burst.append(pool, PACKETS[0] + bytes([i]))
        sent = burst.transmit(first)
        assert 0 < sent < 8
        assert [bytes(burst.view(i))[-1] for i in range(len(burst))] == list(range(sent, 8))


def test_a_full_in_memory_link_loses_packets_and_counts_them(eal, name, pool):
    first, second = pydp.link(name, capacity=4)
    with first, second, pydp.Burst(8) as burst:
        for _ in range(8):
            burst.append(pool, PACKETS[0])
        assert burst.transmit(first) == 8
        arrived = burst.receive(second)
        assert 0 < arrived < 8
        assert second.stats().rx_missed == 8 - arrived


def test_a_packet_outlives_the_port_that_it_came_from(eal):
    with pydp.Burst(4) as burst:
        with pydp.Port("net_null3") as port:
            assert burst.receive(port) == 4
        assert len(bytes(burst.view(0))) == 64


def test_a_pool_counts_its_buffers_and_stays_while_some_are_out(eal, name):
    pool = pydp.Mempool(name, 255)
    with pydp.Burst(8) as burst:
        burst.append(pool, PACKETS[0])
        usage = pool.usage()
        assert (usage.available, usage.in_use) == (254, 1)
        with pytest.raises(pydp.BusyError):
            pool.close()
        burst.clear()
    pool.close()
    assert not pool.alive


def test_a_packet_larger_than_a_buffer_is_refused(eal, name):
    with pydp.Mempool(name, 63) as pool, pydp.Burst(4) as burst:
        with pytest.raises((pydp.InvalidArgumentError, ValueError)):
            burst.append(pool, bytes(9000))
        assert len(burst) == 0


def test_handles_of_another_kind_are_refused(cable, pool):
    with pydp.Burst(4) as burst:
        with pytest.raises(TypeError):
            burst.receive(pool)
        with pytest.raises(TypeError):
            burst.append(cable[0], PACKETS[0])


def test_a_closed_burst_says_so(eal):
    burst = pydp.Burst(4)
    burst.close()
    burst.close()
    with pytest.raises(pydp.StateError, match="this Burst is closed"):
        len(burst)
