# SPDX-License-Identifier: Apache-2.0
"""[forwarding] and [[route]]: where next hops are, what cannot be, and the steps of a reload."""

from ipaddress import ip_address, ip_network

import pytest

from bfd_fastpath.config import plan, render_plan
from bfd_fastpath.config.advice import advice
from bfd_fastpath.config.model import Rpf, SpecialNextHop, StaticRoute, Via
from bfd_fastpath.config.steps import AddAddress, AddRoute, ChangeRoute, RemoveRoute, SetForwarding
from tests.config.texts import fault, faults, good

PORTS = """
[[port]]
name = "lan0"
devargs = "net_null0"
addresses = ["198.51.100.1/24", "2001:db8::1/64"]

[[port]]
name = "lan1"
devargs = "net_null1"
addresses = ["203.0.113.1/24", { address = "192.0.2.1/25", vlan = 7 }]
"""
FORWARDING = PORTS + "[forwarding]\nenabled = true\n"


def route(text, prefix="10.0.0.0/8", before=FORWARDING):
    return f'{before}[[route]]\nprefix = "{prefix}"\n{text}\n'


def read(text, prefix="10.0.0.0/8"):
    (found,) = good(route(text, prefix)).routes
    return found


def test_forwarding_is_off_unless_written_and_reads_what_is():
    assert not good(PORTS).forwarding.enabled
    wanted = good(FORWARDING + 'rpf = "strict"\nicmp-error-rate = 5\nmax-next-hops = 100\n').forwarding
    assert (wanted.enabled, wanted.rpf, wanted.icmp_error_rate, wanted.max_next_hops) == (
        True,
        Rpf.STRICT,
        5,
        100,
    )


def test_a_next_hop_is_at_the_port_and_vlan_whose_prefix_it_is_in():
    assert read('via = "198.51.100.9"').via == (Via("lan0", 0, ip_address("198.51.100.9")),)
    assert read('via = "192.0.2.9"').via == (Via("lan1", 7, ip_address("192.0.2.9")),)


def test_several_next_hops_have_weights_and_backups_an_order():
    found = read(
        'via = ["198.51.100.9", { address = "203.0.113.9", weight = 3 }]\n'
        'backup = ["203.0.113.8", "198.51.100.8"]\nroute-preference = 200'
    )
    assert [(one.interface, one.weight) for one in found.via] == [("lan0", 1), ("lan1", 3)]
    assert [str(one.address) for one in found.backup] == ["203.0.113.8", "198.51.100.8"]
    assert found.route_preference == 200


def test_ipv4_goes_by_an_ipv6_neighbour_also_a_link_local_one():
    assert read('via = "2001:db8::9"').via[0].interface == "lan0"
    found = read('via = { address = "fe80::9", interface = "lan0" }', prefix="2001:db8:5::/48")
    assert found.via == (Via("lan0", 0, ip_address("fe80::9")),)


def test_a_next_hop_on_no_link_is_reached_by_another_route():
    to_it = route('via = "198.51.100.9"', prefix="192.168.0.0/16")
    found = good(route('via = "192.168.7.7"\nbackup = "192.168.7.8"', before=to_it)).routes[1]
    assert (found.via, found.backup) == (
        (Via(None, 0, ip_address("192.168.7.7")),),
        (Via(None, 0, ip_address("192.168.7.8")),),
    )
    assert str(found) == "via 192.168.7.7, backup 192.168.7.8"


@pytest.mark.parametrize(
    ("prefix", "why"),
    [
        ("0.0.0.0/0", "no route but a default one leads to it"),
        ("10.9.0.0/16", "this route alone leads to it"),
    ],
)
def test_a_default_route_and_the_route_itself_do_not_lead_to_its_next_hop(prefix, why):
    before = route('via = "198.51.100.9"', prefix="0.0.0.0/0" if prefix != "0.0.0.0/0" else "10.1.0.0/16")
    found = fault(route('via = "10.9.9.9"', prefix, before=before))
    assert (found.key, why in found.wrong) == ("route[1].via", True)


def test_a_route_to_it_may_be_learned():
    text = FORWARDING.replace('devargs = "net_null0"', 'devargs = "net_null0"\nhost = "tap"')
    text += 'routes = ["kernel"]\n'
    assert good(route('via = "10.9.9.9"', before=text)).routes[0].via[0].interface is None


def test_a_route_may_lead_nowhere_on_purpose():
    assert read('special-next-hop = "prohibit"') == StaticRoute(
        ip_network("10.0.0.0/8"), special_next_hop=SpecialNextHop.PROHIBIT
    )


@pytest.mark.parametrize(
    ("text", "key", "wrong", "instead"),
    [
        ("", "route[0].via", "leads nowhere", "special-next-hop"),
        ('via = "198.51.100.9"\nspecial-next-hop = "blackhole"', "route[0].via", "beside", "one of the two"),
        ('special-next-hop = "blackhol"', "route[0].special-next-hop", "not one of", '"blackhole"'),
        (
            'special-next-hop = "blackhole"\nbackup = "198.51.100.9"',
            "route[0].backup",
            "beside",
            "one of the two",
        ),
        ("via = []", "route[0].via", "empty", "1 to 64"),
        ('via = "8.8.8.8"', "route[0].via", "8.8.8.8 is in no connected prefix", "198.51.100.1/24 on lan0"),
        ('via = ["198.51.100.9", "8.8.8.8"]', "route[0].via", "in no connected prefix", "lan0"),
        ('via = "198.51.100.1"', "route[0].via", "our own address", "neighbour's"),
        ('via = "198.51.100.255"', "route[0].via", "not a host in 198.51.100.0/24", "neighbour's"),
        ('via = "x"', "route[0].via", "not an IP address", "198.51.100.2"),
        ("via = 5", "route[0].via", "an integer, not a text", "quotes"),
        ('via = { address = "x" }', "route[0].via.address", "not an IP address", "198.51.100.2"),
        ('via = { interface = "lan0" }', "route[0].via", "no address in it", "{ address ="),
        ('via = { address = "198.51.100.9", port = "lan0" }', "route[0].via.port", "no such key", "the keys"),
        (
            'via = { address = "198.51.100.9", interface = "lan7" }',
            "route[0].via.interface",
            'no port "lan7"',
            "lan0, lan1",
        ),
        (
            'via = { address = "198.51.100.9", interface = "lan1" }',
            "route[0].via",
            "in no connected prefix",
            "203.0.113.1/24 on lan1",
        ),
        ('via = { address = "192.0.2.9", vlan = 8 }', "route[0].via", "no connected prefix", "none there"),
        ('via = { address = "198.51.100.9", weight = 0 }', "route[0].via.weight", "out of range", "65535"),
        (
            'via = "198.51.100.9"\nbackup = { address = "198.51.100.8", weight = 2 }',
            "route[0].backup.weight",
            "",
            "",
        ),
        (
            'via = "198.51.100.9"\nbackup = "198.51.100.9"',
            "route[0].backup",
            "is route[0].via too",
            "once",
        ),
        ('via = "fe80::9"', "route[0].via", "ambiguous without an interface", "interface ="),
        ('via = { address = "fe80::9", interface = "lan1" }', "route[0].via", "no IPv6 address", "add one"),
        (
            'via = "198.51.100.9"\nroute-preference = 0',
            "route[0].route-preference",
            "out of range",
            "from 1 to 255",
        ),
    ],
)
def test_a_route_that_cannot_be_says_where_and_what_instead(text, key, wrong, instead):
    found = fault(route(text))
    assert found.key == key
    assert wrong in found.wrong
    assert instead in found.instead


@pytest.mark.parametrize(
    ("prefix", "via", "wrong"),
    [
        ("10.0.0.1/8", "198.51.100.9", "not a prefix"),
        ("224.0.0.0/8", "198.51.100.9", "no packet to an address in 224.0.0.0/4"),
        ("127.0.0.0/8", "198.51.100.9", "127.0.0.0/8"),
        ("fe80::/64", "2001:db8::9", "fe80::/10"),
        ("198.51.100.0/24", "203.0.113.9", "connected at port[0]"),
    ],
)
def test_prefixes_that_a_route_cannot_have(prefix, via, wrong):
    found = fault(route(f'via = "{via}"', prefix))
    assert found.key == "route[0].prefix"
    assert wrong in found.wrong


def test_ipv6_does_not_go_by_an_ipv4_neighbour():
    assert (
        "IPv4, and 2001:db8:5::/48 is IPv6" in fault(route('via = "198.51.100.9"', "2001:db8:5::/48")).wrong
    )


def test_a_prefix_stands_once_for_each_preference():
    once = route('via = "198.51.100.9"')
    assert "route[0] already" in fault(route('via = "198.51.100.8"', before=once)).wrong
    floating = good(route('via = "198.51.100.8"\nroute-preference = 9', before=once))
    assert [one.route_preference for one in floating.routes] == [1, 9]


def test_a_port_with_faults_is_not_the_fault_of_its_routes():
    text = route('via = "198.51.100.9"').replace('"198.51.100.1/24", ', '"198.51.100.1", ')
    assert [one.key for one in faults(text)] == ["port[0].addresses[0]"]


def test_tables_have_room_for_what_is_written():
    text = FORWARDING + "max-ipv4-routes = 6\n"
    assert faults(route('via = "198.51.100.9"', before=text)) == [
        fault(route('via = "198.51.100.9"', before=text)),
    ]
    found = fault(route('via = "198.51.100.9"', before=text))
    assert found.key == "forwarding.max-ipv4-routes"
    assert "6 places for 7 routes" in found.wrong
    assert "at least 7" in found.instead


def test_the_kernel_does_not_forward_beside_us():
    text = FORWARDING.replace('"net_null1"', '"net_af_packet0,iface=eth1"\nneighbours = "kernel"')
    assert fault(text).key == "port[1].neighbours"
    assert faults(text.replace("enabled = true", "enabled = false")) == []


def test_icmp_errors_come_from_an_address_of_ours():
    found = fault(FORWARDING + 'icmp-source-ipv4 = "8.8.8.8"\n')
    assert found.key == "forwarding.icmp-source-ipv4"
    assert "no address of ours" in found.wrong


def test_routes_of_the_kernel_need_its_interface():
    text = FORWARDING + 'routes = ["bgp", "kernel"]\n'
    found = fault(text)
    assert found.key == "forwarding.routes"
    assert 'host = "tap"' in found.instead
    hosted = text.replace('"net_null0"', '"net_null0"\nhost = "tap"')
    assert [one.value for one in good(hosted).forwarding.routes] == ["bgp", "kernel"]


def test_routes_that_nothing_goes_by_are_advised_against():
    assert "enabled = true under [forwarding]" in advice(good(route('via = "198.51.100.9"', before=PORTS)))[0]
    assert advice(good(route('via = "198.51.100.9"'))) == []


def test_to_forward_by_af_packet_is_advised_against():
    by_packet = PORTS.replace("net_null0", "net_af_packet0,iface=eth0")
    forwarding = "[forwarding]\nenabled = true\n"
    (said,) = advice(good(by_packet + forwarding))
    assert said.startswith("port[0].devargs: ")
    assert "net_af_xdp" in said
    assert advice(good(by_packet)) == []


def test_a_start_has_the_routes_before_the_first_packet():
    kinds = [type(step) for step in plan(None, good(route('via = "198.51.100.9"')))]
    assert kinds.index(AddAddress) < kinds.index(AddRoute) < kinds.index(SetForwarding)
    assert AddRoute not in [
        type(step) for step in plan(None, good(route('via = "198.51.100.9"', before=PORTS)))
    ]


def test_a_reload_touches_the_routes_that_differ_alone():
    kept = route('via = "198.51.100.9"')
    old = good(
        route('via = "198.51.100.7"', "10.2.0.0/16", route('via = "198.51.100.8"', "10.1.0.0/16", kept))
    )
    new = good(
        route(
            'special-next-hop = "blackhole"', "10.3.0.0/16", route('via = "203.0.113.8"', "10.1.0.0/16", kept)
        )
    )
    steps = plan(old, new)
    assert [type(one) for one in steps] == [ChangeRoute, AddRoute, RemoveRoute]
    assert render_plan(steps) == (
        "~ route 10.1.0.0/16 via 198.51.100.8 on lan0 -> via 203.0.113.8 on lan1\n"
        "+ route 10.3.0.0/16 blackhole\n"
        "- route 10.2.0.0/16 via 198.51.100.7 on lan0\n"
    )


def test_forwarding_is_switched_with_its_routes():
    on = good(route('via = "198.51.100.9"'))
    off = good(route('via = "198.51.100.9"', before=FORWARDING.replace("true", "false")))
    assert [type(one) for one in plan(off, on)] == [AddRoute, SetForwarding]
    assert [type(one) for one in plan(on, off)] == [SetForwarding, RemoveRoute]
    assert "~ forwarding: enabled true -> false" in render_plan(plan(on, off))


def test_the_size_of_the_tables_needs_a_restart():
    steps = plan(good(FORWARDING), good(FORWARDING + "max-ipv6-routes = 5000\n"))
    assert render_plan(steps).startswith("! forwarding.max-ipv6-routes: 2097152 -> 5000 needs a restart")
    assert len(steps) == 1


def test_errors_may_come_from_an_address_of_choice():
    said = good(
        FORWARDING + 'icmp-source-ipv4 = "203.0.113.1"\nicmp-source-ipv6 = "2001:db8::1"\n'
    ).forwarding
    assert [str(said.icmp_source_ipv4), str(said.icmp_source_ipv6)] == ["203.0.113.1", "2001:db8::1"]
    (found,) = faults(FORWARDING + 'icmp-source-ipv4 = "2001:db8::1"\n')
    assert (found.key, "no IPv4 address" in found.wrong) == ("forwarding.icmp-source-ipv4", True)
