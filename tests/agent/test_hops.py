# SPDX-License-Identifier: Apache-2.0
"""Next hops as numbers in ROAs, and that BIRD's own filter counts to the same numbers."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.agent.driver import Wanted
from bfd_fastpath.agent.hops import changed, clients, mark, number, roas, weight
from bfd_fastpath.bench.daemons.daemon import Daemon
from tests.interop.support.poll import until

A, B, C = map(ip_address, ("192.0.2.1", "192.0.2.2", "2001:db8::3"))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_its_own_number(address):
    assert number(address) == int(address)


def test_each_bit_of_an_ipv6_address_counts():
    weights = {weight(6, bit) for bit in range(128)}
    assert len(weights) == 128
    assert number(IPv6Address("::")) == 0
    assert number(IPv6Address("::3")) == (weight(6, 126) + weight(6, 127)) % 2**32


def test_records_say_who_lost_what():
    records, unsaid = roas(Wanted((A, B, C), {A: (B, C), C: (B,)}))
    assert not unsaid
    assert records == {
        ip_network("192.0.2.1/32"): {number(B), number(C)},
        ip_network("2001:db8::3/128"): {number(B)},
    }
    assert clients(records) == {A, C}


def test_whose_records_are_others_is_owed_its_routes():
    before, after = (
        roas(Wanted((A, B, C), lost))[0] for lost in ({A: (B, C), C: (B,)}, {A: (C, B), B: (A,), C: (A,)})
    )
    assert changed(before, after) == {B, C}
    assert changed(after, {}) == {A, B, C}
    assert changed(after, after) == set()


def test_of_two_addresses_with_one_number_neither_is_left_out():
    twin = IPv4Address(number(C))
    records, unsaid = roas(Wanted((A, B, C), {A: (B, twin)}))
    assert list(records.values()) == [{number(B)}]
    assert unsaid == {twin}
    assert roas(Wanted((A, B), {A: (twin,)}))[1] == frozenset(), "alone it has the number for itself"


HOPS = ("192.0.2.77", "192.0.3.255", "198.51.100.9", "2001:db8::7", "2001:db8:0:0:a5:fe01:1:2", "2001:db9::7")
LAN = ("192.0.2.0/23", "2001:db8::/64")


@pytest.mark.interop("bird")
def test_birds_filter_counts_alike(tmp_path):
    routes = ""
    for index, hop in enumerate(HOPS):
        six = ":" in hop
        net = f"2001:db8:{index}::/48" if six else f"198.18.{index}.0/24"
        table = "six" if six else "four"
        expected = number(ip_address(hop)) if any(ip_address(hop) in ip_network(lan) for lan in LAN) else None
        check = f"rs_bfd_hop = {expected}" if expected is not None else "!defined(rs_bfd_hop)"
        routes += (
            f"protocol static r{index} {{ ipv{6 if six else 4} {{ table {table}; import filter {{"
            f" bgp_next_hop = {hop}; rs_bfd_mark(); if {check} then accept; reject; }}; }};"
            f" route {net} blackhole; }}\n"
        )
    (tmp_path / "bird.conf").write_text(
        "router id 10.0.0.1;\nattribute int rs_bfd_hop;\nipv4 table four;\nipv6 table six;\n"
        + "".join(mark([ip_network(one) for one in LAN]))
        + routes
    )
    socket = tmp_path / "ctl"
    folder = tmp_path / "bird"
    folder.mkdir()
    with Daemon(
        folder, "bird", "-f", "-c", tmp_path / "bird.conf", "-s", socket, "-P", folder / "pid"
    ) as bird:
        until(socket.exists, what=f"BIRD's control socket\n{bird.log()}")
        for table in ("four", "six"):
            said = Daemon.ask("birdc", "-s", socket, f"show route table {table} count")
            assert "3 of 3 routes" in said, said
