# SPDX-License-Identifier: Apache-2.0
"""A [[session]] over a routed path: what it must say, and which address it is sent from."""

from ipaddress import ip_address

import pytest

from bfd_fastpath.config import plan, render_plan
from bfd_fastpath.config.model import PathType
from bfd_fastpath.config.plan import session_moves
from bfd_fastpath.config.steps import AddSession, ChangeSession, RemoveSession
from tests.config.texts import GOOD, fault, good

MULTIHOP = """
[[session]]
interface = "lan0"
path-type = "path-ip-mh"
dest-addr = "203.0.113.9"
gateway = "198.51.100.254"
rx-ttl = 250
"""


def changed(*replacements: tuple[str, str]) -> str:
    text = MULTIHOP
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return GOOD + text


def test_it_is_read_with_the_address_on_the_gateway_s_link():
    session = good(GOOD + MULTIHOP).sessions[2]
    assert (session.path_type, session.gateway) == (PathType.IP_MH, ip_address("198.51.100.254"))
    assert (session.source_addr, session.tx_ttl, session.rx_ttl) == (ip_address("198.51.100.1"), 255, 250)


def test_a_peer_on_link_needs_no_gateway_and_may_have_a_single_hop_as_well():
    text = changed(('gateway = "198.51.100.254"\n', ""), ("203.0.113.9", "198.51.100.2"))
    sessions = good(text).sessions
    assert sessions[0].dest_addr == sessions[2].dest_addr
    assert sessions[2].gateway is None


def test_a_source_that_is_written_wins_and_a_link_local_gateway_will_do():
    text = changed(
        ("203.0.113.9", "2001:db8:9::9"), ('"198.51.100.254"', '"fe80::1"\nsource-addr = "2001:db8::1"')
    )
    session = good(text).sessions[2]
    assert (session.source_addr, session.gateway) == (ip_address("2001:db8::1"), ip_address("fe80::1"))


@pytest.mark.parametrize(
    ("replacement", "key", "wrong"),
    [
        (("rx-ttl = 250\n", ""), "session[2].rx-ttl", "multihop needs it"),
        (("rx-ttl = 250", "rx-ttl = 256"), "session[2].rx-ttl", "out of range"),
        (("rx-ttl = 250", "rx-ttl = 250\ntx-ttl = 0"), "session[2].tx-ttl", "out of range"),
        (
            ('gateway = "198.51.100.254"\n', ""),
            "session[2].gateway",
            "it is missing, and 203.0.113.9 is in no subnet of lan0",
        ),
        (("198.51.100.254", "203.0.113.1"), "session[2].gateway", "203.0.113.1 is in no subnet of lan0"),
        (('"198.51.100.254"', '"2001:db8::fe"'), "session[2].gateway", "is IPv6, and dest-addr is IPv4"),
        (("203.0.113.9", "198.51.100.1"), "session[2].dest-addr", "our own address"),
        (('"path-ip-mh"', '"path-mh"'), "session[2].path-type", "not one of the choices"),
        (("rx-ttl = 250", 'rx-ttl = 250\nsource-addr = "198.51.100.9"'), "session[2].source-addr", "lan0"),
    ],
)
def test_a_fault_says_where_and_what(replacement, key, wrong):
    found = fault(changed(replacement))
    assert found.key == key
    assert wrong in found.wrong


@pytest.mark.parametrize("line", ['gateway = "198.51.100.254"', "tx-ttl = 64", "rx-ttl = 254"])
def test_a_single_hop_has_none_of_its_keys(line):
    found = fault(GOOD.replace('min-interval = "50ms"', line))
    assert found.key == f"session[0].{line.split()[0]}"
    assert "RFC 5881" in found.wrong


def test_two_of_them_to_one_destination_are_a_fault():
    assert fault(GOOD + MULTIHOP + MULTIHOP).key == "session[3].dest-addr"


def test_where_xdp_leaves_its_packets_to_the_kernel_is_said():
    text = GOOD.replace(
        '"net_af_packet0,iface=eth1"', '"net_af_xdp0,iface=eth1"\nneighbours = "kernel"\nxdp-redirect = "bfd"'
    )
    assert fault(text + MULTIHOP).key == "session[2].path-type"


def test_what_a_reload_does_about_it():
    before, after = good(GOOD + MULTIHOP), good(changed(("rx-ttl = 250", "rx-ttl = 240\ntx-ttl = 64")))
    (step,) = plan(before, after)
    assert isinstance(step, ChangeSession)
    assert not session_moves(step)
    assert render_plan([step]) == "~ session 203.0.113.9: tx-ttl 255 -> 64, rx-ttl 250 -> 240\n"
    (added,) = plan(good(), before)
    assert isinstance(added, AddSession)
    assert "path-ip-mh on lan0 from 198.51.100.1" in render_plan([added])
    (gone,) = plan(before, good())
    assert isinstance(gone, RemoveSession)
