# SPDX-License-Identifier: Apache-2.0
"""What a port's host gets and what it sends, without a kernel: an engine stepped by hand between two cables, the wire and the
host, with scapy at the far end of both."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from scapy.contrib.bfd import BFD
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (
    ICMPv6EchoRequest,
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptSrcLLAddr,
    IPv6,
)
from scapy.layers.l2 import ARP, Dot1Q, Ether

import pydp
from pydp import State

pytestmark = pytest.mark.eal
MS = 1_000_000
PEER_MAC = "02:00:00:00:00:02"
US, PEER = "192.0.2.1", "192.0.2.2"
US6, PEER6 = "2001:db8::1", "2001:db8::2"


class Port:
    """192.0.2.1 and 2001:db8::1, in VLAN 7 198.51.100.1, with a host unless told."""

    def __init__(self, name: str, pool: pydp.Mempool, *, rate: int | None = 10_000) -> None:
        self.pool = pool
        self.near, self.wire = pydp.link(f"{name}w")
        self.host_near, self.host = pydp.link(f"{name}h")
        self.engine = pydp.Engine(name, seed=1)
        self.engine.attach(self.near)
        for address in (f"{US}/24", f"{US6}/64"):
            self.engine.address_add(0, address)
        self.engine.address_add(0, "198.51.100.1/24", vlan=7)
        if rate is not None:
            self.engine.host_set(0, self.host_near, rate=rate)
        self.mac = self.near.info().mac
        self.now_ns = 1_000_000_000
        self.engine.step(self.now_ns)

    def run(self, milliseconds: int = 1) -> None:
        for _ in range(milliseconds):
            self.now_ns += MS
            self.engine.step(self.now_ns)

    def put(self, frames: list[Any], at: pydp.Port) -> None:
        burst = pydp.Burst(max(1, len(frames)))
        for frame in frames:
            burst.append(self.pool, bytes(frame))
        assert burst.transmit(at) == len(frames)

    def of(self, at: pydp.Port) -> list[bytes]:
        burst, found = pydp.Burst(32), []
        while burst.receive(at):
            found += [bytes(burst.view(i)) for i in range(len(burst))]
            burst.clear()
        return found

    def hears(self, *frames: Any) -> tuple[list[bytes], list[bytes]]:
        """What the host and the wire get after the engine has heard these frames from the wire."""
        self.put(list(frames), self.wire)
        self.run()
        return self.of(self.host), self.of(self.wire)

    def ether(self, target: str | None = None) -> Ether:
        return Ether(dst=target or self.mac, src=PEER_MAC)

    def counters(self) -> dict[str, int]:
        return {name: count for name, count in self.engine.stats.port(0).items() if count}

    def close(self) -> None:
        self.engine.close()
        for port in (self.near, self.wire, self.host_near, self.host):
            port.close()


@pytest.fixture
def port(eal, pool, name) -> Iterator[Port]:
    made = Port(name, pool)
    yield made
    made.close()


@pytest.fixture
def alone(eal, pool, name) -> Iterator[Port]:
    made = Port(name, pool, rate=None)
    yield made
    made.close()


FIRST_HELLO = BFD(sta=1, my_discriminator=7, your_discriminator=0, min_tx_interval=10_000, echo_rx_interval=0)
SYN = IP(src=PEER, dst=US) / TCP(sport=33000, dport=179, flags="S")
#: What is for an address of ours, or for every host on the link, and nothing that the engine does itself.
HOSTS = {
    "tcp": SYN,
    "ping": IP(src=PEER, dst=US) / ICMP(),
    "udp": IP(src=PEER, dst=US) / UDP(dport=33434) / b"?",
    "fragment": IP(src=PEER, dst=US, flags="MF") / UDP(dport=3784) / bytes(24),
    "options": IP(src=PEER, dst=US, options=b"\x94\x04\x00\x00") / TCP(dport=179),
    "tcp6": IPv6(src=PEER6, dst=US6) / TCP(dport=179),
    "ping6": IPv6(src=PEER6, dst=US6) / ICMPv6EchoRequest(),
    "hop-by-hop": IPv6(src=PEER6, dst=US6, nh=0) / bytes([6, 0, 1, 4, 0, 0, 0, 0]) / TCP(dport=179),
    "link-local": IPv6(src="fe80::2", dst="fe80::1") / TCP(dport=179),
    "ping-link-local": IPv6(src="fe80::2", dst="fe80::1") / ICMPv6EchoRequest(),
}


@pytest.mark.parametrize("kind", HOSTS)
def test_what_nothing_here_listens_to_is_the_hosts_as_it_came(port, kind):
    frame = bytes(port.ether() / HOSTS[kind])
    assert port.hears(frame) == ([frame], [])
    assert port.counters() == {"rx-host": 1}


@pytest.mark.parametrize("kind", HOSTS)
def test_without_a_host_it_is_dropped_with_a_reason(alone, kind):
    assert alone.hears(alone.ether() / HOSTS[kind]) == ([], [])
    ((name, count),) = alone.counters().items()
    assert name.startswith("drop-")
    assert count == 1


@pytest.mark.parametrize(
    ("group", "packet"),
    [
        ("01:00:5e:00:00:05", IP(src=PEER, dst="224.0.0.5", proto=89, ttl=1) / bytes(44)),
        ("33:33:00:00:00:05", IPv6(src="fe80::2", dst="ff02::5", nh=89) / bytes(36)),
        (
            "33:33:00:00:00:01",
            IPv6(src="fe80::2", dst="ff02::1", nh=0) / bytes([58, 0, 5, 2, 0, 0, 1, 0]) / bytes(24),
        ),
    ],
    ids=["ospf", "ospf6", "mld"],
)
def test_groups_of_the_link_are_the_hosts(port, group, packet):
    frame = bytes(port.ether(group) / packet)
    assert port.hears(frame) == ([frame], [])


@pytest.mark.parametrize(
    "frame",
    [
        Ether(dst="01:00:5e:01:02:03") / IP(src=PEER, dst="239.1.2.3") / UDP(),
        Ether(dst="01:00:5e:00:00:05") / IP(src=PEER, dst="224.128.0.5") / UDP(),
        Ether(dst="33:33:00:00:00:05") / IPv6(src=PEER6, dst="ff0e::5") / UDP(),
        Ether(dst="02:00:00:00:00:77") / SYN,
        Ether(dst="ff:ff:ff:ff:ff:ff") / SYN,
    ],
    ids=["group", "group-of-the-same-mac", "global-group", "another-mac", "broadcast"],
)
def test_what_is_for_others_is_not_the_hosts(port, frame):
    assert port.hears(frame) == ([], [])
    assert not port.counters().get("rx-host")


def test_a_packet_to_be_forwarded_and_a_broken_one_are_not_the_hosts(port):
    assert port.hears(port.ether() / IP(src=PEER, dst="203.0.113.1") / TCP()) == ([], [])
    assert port.hears(port.ether() / IP(src=PEER, dst=US, chksum=1) / TCP()) == ([], [])
    assert port.counters() == {"drop-not-for-us": 1, "drop-checksum-ip4": 1}


def test_an_address_of_another_port_is_the_hosts_as_well(port, pool, name):
    with_two, far = pydp.link(f"{name}2")
    try:
        port.engine.attach(with_two)
        port.engine.address_add(1, "203.0.113.1/24")
        frame = bytes(port.ether() / IP(src=PEER, dst="203.0.113.1") / TCP(dport=179))
        assert port.hears(frame) == ([frame], [])
        port.engine.close()
    finally:
        with_two.close()
        far.close()


def test_a_tagged_frame_keeps_its_tag(port):
    frame = bytes(port.ether() / Dot1Q(vlan=7) / IP(src="198.51.100.2", dst="198.51.100.1") / TCP(dport=179))
    assert port.hears(frame) == ([frame], [])
    assert port.hears(port.ether() / Dot1Q(vlan=8) / IP(src="198.51.100.2", dst="198.51.100.1") / TCP()) == (
        [],
        [],
    )


def test_what_the_host_sends_goes_out_as_it_is(port):
    frame = bytes(
        Ether(dst=PEER_MAC, src=port.mac) / IP(src=US, dst=PEER) / TCP(sport=179, dport=33000, flags="SA")
    )
    port.put([frame], port.host)
    port.run()
    assert (port.of(port.wire), port.of(port.host)) == ([frame], [])
    assert port.counters() == {"tx-host": 1}


def arp(port: Port, operation: str, target: str = US, *, sender: str = PEER, to: str | None = None) -> Any:
    return port.ether(to) / ARP(op=operation, hwsrc=PEER_MAC, psrc=sender, pdst=target)


def test_arp_for_our_addresses_is_answered_here_and_answers_are_the_hosts_too(port):
    host, wire = port.hears(arp(port, "who-has", to="ff:ff:ff:ff:ff:ff"))
    assert not host
    assert Ether(wire[0])[ARP].op == 2
    answer, gratuitous = arp(port, "is-at"), arp(port, "who-has", PEER, to="ff:ff:ff:ff:ff:ff")
    assert port.hears(answer, gratuitous) == ([bytes(answer), bytes(gratuitous)], [])
    assert port.hears(arp(port, "who-has", "192.0.2.77", to="ff:ff:ff:ff:ff:ff")) == ([], [])
    assert port.counters() == {"rx-arp": 3, "tx-arp": 1, "rx-host": 2, "drop-arp-not-for-us": 1}


def test_an_answer_serves_a_session_and_the_host_at_once(port):
    port.engine.sessions.upsert(pydp.SessionConfig(source_addr=ip_address(US), dest_addr=ip_address(PEER)))
    host, _ = port.hears(arp(port, "is-at"))
    (neighbour,) = port.engine.neighbours()
    assert neighbour.mac == PEER_MAC
    assert len(host) == 1


def solicitation(port: Port, target: str) -> Any:
    return (
        port.ether("33:33:ff:00:00:01")
        / IPv6(src=PEER6, dst="ff02::1:ff00:1", hlim=255)
        / ICMPv6ND_NS(tgt=target)
        / ICMPv6NDOptSrcLLAddr(lladdr=PEER_MAC)
    )


def test_solicitations_for_the_hosts_link_local_address_are_the_hosts_to_answer(port):
    host, wire = port.hears(solicitation(port, US6))
    assert not host
    assert ICMPv6ND_NA in Ether(wire[0])
    frame = bytes(solicitation(port, "fe80::1"))
    assert port.hears(frame) == ([frame], [])
    answer = (
        port.ether()
        / IPv6(src=PEER6, dst="fe80::1", hlim=255)
        / ICMPv6ND_NA(tgt=PEER6, S=1)
        / ICMPv6NDOptDstLLAddr(lladdr=PEER_MAC)
    )
    assert port.hears(answer) == ([bytes(answer)], [])
    broken = port.ether() / IPv6(src=PEER6, dst="fe80::1", hlim=64) / ICMPv6ND_NA(tgt=PEER6)
    assert port.hears(broken) == ([], [])
    assert port.counters() == {"rx-nd": 1, "tx-nd": 1, "rx-host": 2, "drop-nd-malformed": 1}


def test_bfd_stays_with_the_engine(port):
    hello = port.ether() / IP(src=PEER, dst=US, ttl=255) / UDP(sport=49152, dport=3784) / FIRST_HELLO
    assert port.hears(hello) == ([], [])
    assert port.counters() == {"drop-bfd-no-session": 1}


def test_the_host_gets_no_more_than_its_rate_and_a_tenth_of_it_at_once(eal, pool, name):
    port = Port(name, pool, rate=1000)
    flood = [port.ether() / IP(src=PEER, dst=US) / ICMP(seq=i) for i in range(200)]
    try:
        port.run(1000)
        first, _ = port.hears(*flood)
        port.run(1000)
        assert len(first) == 32, "a burst a turn"
        assert len(first + port.of(port.host)) == 50, "half of what may go at once is not theirs"
        port.put([port.ether() / SYN] * 60, port.wire)
        port.run(3)
        control = port.of(port.host)
        assert len(control) == 60, "control traffic has the rest"
        assert port.counters() == {"rx-host": 110, "drop-host-rate": 150}
        port.engine.host_rate(0, 1)
        port.run(1000)
        assert len(port.hears(*flood)[0]) <= 16
    finally:
        port.close()


def test_control_traffic_overtakes_the_rest(port):
    """Marked packets and BGP, behind as many pings as their queue holds."""
    pings = [bytes(port.ether() / IP(src=PEER, dst=US) / ICMP(seq=i)) for i in range(100)]
    marked = bytes(port.ether() / IP(src=PEER, dst=US, tos=0xC0) / UDP(dport=520))
    marked6 = bytes(port.ether() / IPv6(src=PEER6, dst=US6, tc=0xC0) / UDP(dport=521))
    bgp = bytes(port.ether() / SYN)
    port.run(1000)
    host, _ = port.hears(*pings, marked, marked6, bgp)
    assert host[:3] == [marked, marked6, bgp]
    port.run(10)
    assert host[3:] + port.of(port.host) == pings


def test_a_host_that_takes_nothing_costs_its_packets_and_no_more(port):
    """The cable to the host holds 1024, so its own queue is filled: 256 in one turn."""
    port.engine.host_rate(0, 1_000_000)
    port.run(1000)
    port.put([port.ether() / SYN] * 400, port.wire)
    port.run(10)
    assert port.counters() == {"rx-host": 256, "drop-host-full": 144}


def test_a_frame_too_large_for_the_host_costs_itself_alone(port):
    """A TAP refuses it, and would leave those behind it."""
    large = port.ether() / IP(src=PEER, dst=US) / ICMP() / bytes(1477)
    fits = port.ether() / Dot1Q(vlan=7) / IP(src=PEER, dst="198.51.100.1") / ICMP() / bytes(1472)
    to_host, _ = port.hears(large, fits, port.ether() / SYN)
    assert sorted(map(len, to_host)) == [54, 1518]
    assert port.counters() == {"rx-host": 2, "drop-too-big": 1}


def test_a_flood_for_the_host_delays_neither_bfd_nor_arp(port):
    """Every 10 ms half a queue of pings comes, behind it one hello of 10 ms x 3 and a question for our MAC address."""
    port.engine.neighbour_set(0, PEER, PEER_MAC)
    session = port.engine.sessions.upsert(
        pydp.SessionConfig(
            source_addr=ip_address(US),
            dest_addr=ip_address(PEER),
            desired_min_tx_interval_us=10_000,
            required_min_rx_interval_us=10_000,
        )
    )
    ping = bytes(port.ether() / IP(src=PEER, dst=US) / ICMP())
    question = arp(port, "who-has", to="ff:ff:ff:ff:ff:ff")
    hello = BFD(
        my_discriminator=7, detect_mult=3, min_tx_interval=10_000, min_rx_interval=10_000, echo_rx_interval=0
    )
    turns, said_ns = 300, 0
    for turn in range(turns):
        state = port.engine.sessions.read(session)
        hello.sta = 2 if state.local_state is State.DOWN else 3
        hello.your_discriminator = state.local_discriminator
        hellos = IP(src=PEER, dst=US, ttl=255) / UDP(sport=49152, dport=3784) / hello
        port.put([ping] * 500 + [port.ether() / hellos, question], port.wire)
        for step in range(10):
            port.run(1)
            counters = port.counters()
            assert (counters["rx-bfd"], counters["rx-arp"]) == (turn + 1, turn + 1)
            sent = [Ether(frame) for frame in port.of(port.wire)]
            assert sum(ARP in frame for frame in sent) == (step == 0)
            if any(UDP in frame and frame[UDP].dport == 3784 for frame in sent):
                said_ns = port.now_ns
            # Up since the second round, and told so by the third: the interval, a step and the timers' tick.
            assert turn < 3 or port.now_ns - said_ns <= 12 * MS
        port.of(port.host)
    state = port.engine.sessions.read(session)
    assert (state.local_state, state.down_count) == (State.UP, 0)
    counters = port.counters()
    assert counters["rx-host"] + counters["drop-host-rate"] + counters.get("drop-host-full", 0) == 500 * turns
    assert counters["rx-host"] <= 1000 + 100 * turns, "the burst, and 10,000 a second"


def test_a_hosts_port_is_given_once(port, name):
    other, far = pydp.link(f"{name}2")
    try:
        with pytest.raises(pydp.ExistsError, match="has the host"):
            port.engine.host_set(0, other)
        with pytest.raises(pydp.InvalidArgumentError, match="port 3 is not attached"):
            port.engine.host_set(3, other)
        with pytest.raises(pydp.InvalidArgumentError):
            port.engine.host_rate(0, 0)
        with pydp.Engine(f"{name}x") as second:
            with pytest.raises(pydp.BusyError):
                second.attach(port.host_near)
            second.attach(other)
            with pytest.raises(pydp.StateError, match="has no host"):
                second.host_rate(0, 5)
        with pytest.raises(pydp.BusyError):
            port.host_near.close()
        port.engine.start()
        with pytest.raises(pydp.StateError, match="stop engine"):
            port.engine.host_set(0, other)
    finally:
        port.engine.close()
        other.close()
        far.close()


def test_a_sleeping_worker_is_woken_by_the_host(port):
    frame = bytes(Ether(dst=PEER_MAC, src=port.mac) / IP(src=US, dst=PEER) / TCP())
    port.engine.start()
    try:
        for _ in range(20):
            port.put([frame], port.host)
        while (count := port.counters().get("tx-host", 0)) < 20:
            pass
        assert count == 20
    finally:
        port.engine.stop()
