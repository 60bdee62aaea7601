# SPDX-License-Identifier: Apache-2.0
"""Each kind of fault, with its key path and what to write instead; and all of a file's faults at once."""

import pytest

from tests.config.texts import GOOD, changed, fault, faults

PORT = '[[port]]\nname = "lan0"\ndevargs = "net_null0"\n'


@pytest.mark.parametrize(
    ("text", "key", "wrong", "instead"),
    [
        # what TOML or the schema sees
        ("[router\n", "", "not TOML", "line 1"),
        ("[ruter]\n", "ruter", "no such section", "write router"),
        ("[[zebra]]\n", "zebra", "no such section", "the sections here are router"),
        ("[bfd]\ndesired-min-tx = 1\n", "bfd.desired-min-tx", "no such key", "write desired-min-tx-interval"),
        ("[bfd]\nlocal_multiplier = 1\n", "bfd.local_multiplier", "no such key", "write local-multiplier"),
        ("[log]\nqqq = 1\n", "log.qqq", "no such key", "the keys here are level, format"),
        ("router = 5\n", "router", "an integer, not a table", "write [router]"),
        ("[[router]]\n", "router", "a list, not a table", "write [router], once"),
        ("[port]\nname = 'x'\n", "port", "not a list of tables", "write [[port]]"),
        # single values
        ("[router]\nname = 5\n", "router.name", "an integer, not a text", 'write it in quotes: "5"'),
        ("[router]\nname = 'a b'\n", "router.name", "not a name", "letters, digits"),
        ("[router]\nasn = '5'\n", "router.asn", "a text, not an integer", "without quotes"),
        ("[router]\nasn = true\n", "router.asn", "a boolean, not an integer", "without quotes"),
        ("[router]\nasn = 4294967296\n", "router.asn", "out of range", "from 1 to 4294967295"),
        ("[router]\nrouter-id = '0.0.0.0'\n", "router.router-id", "not a BGP identifier", "RFC 6286"),
        ("[router]\nrouter-id = 'x'\n", "router.router-id", "not a BGP identifier", "192.0.2.1"),
        ("[bfd]\nenabled = 'yes'\n", "bfd.enabled", "a text, not a boolean", "true or false"),
        ("[bfd]\nlocal-multiplier = 0\n", "bfd.local-multiplier", "0 is out of range", "from 1 to 255"),
        ("[bfd]\nmin-interval = '300'\n", "bfd.min-interval", '"300" is not a time', '"300ms"'),
        ("[bfd]\nmin-interval = 1.5\n", "bfd.min-interval", "a float is not a time", "microseconds"),
        ("[bfd]\nmin-interval = 0\n", "bfd.min-interval", "0 is out of range", "from 1us"),
        ("[bfd]\nmin-interval = '0.5us'\n", "bfd.min-interval", "whole number of microseconds", '"300ms"'),
        ("[bfd]\nmin-interval = '2h'\n", "bfd.min-interval", "out of range", "to 4294967295us"),
        ("[nhib]\nlinger = 'soon'\n", "nhib.linger", '"soon" is not a time', "seconds"),
        ("[report]\ncoalesce = 'soon'\n", "report.coalesce", '"soon" is not a time', "milliseconds"),
        ("[engine]\nidle = 'spin'\n", "engine.idle", '"spin" is not one of the choices', '"sleep", "poll"'),
        (
            "[report]\ntransport = 'l7'\n",
            "report.transport",
            '"l7" is not one of the choices',
            '"auto", "bgp-ls", "bgp-ls-l7", "nh-reach"',
        ),
        ("[report]\nnode-name = 'é'\n", "report.node-name", "not 1 to 255 ASCII", "plain name"),
        ("[control]\nmode = 660\n", "control.mode", "not a file mode", '"0660"'),
        ("[eal]\narguments = '-l 0'\n", "eal.arguments", "a text, not a list", "square brackets"),
        ("[eal]\narguments = ['-l', 0]\n", "eal.arguments[1]", "an integer, not a text", "quotes"),
        (
            "[nhib]\nallowed-prefixes = ['10.0.0.1/8']\n",
            "nhib.allowed-prefixes[0]",
            "not a prefix",
            '"10.0.0.0/8"',
        ),
        ("[nhib]\nallowed-prefixes = ['x']\n", "nhib.allowed-prefixes[0]", "not a prefix", "192.0.2.0/24"),
        ("[nhib]\nallowed-prefixes = []\n", "nhib.allowed-prefixes", "empty", "enabled = false"),
        # ports
        (PORT + "addresses = '10.0.0.1/8'\n", "port[0].addresses", "a text, not a list", "square brackets"),
        (
            PORT + "addresses = ['10.0.0.1/8']\nmtu = 1279\n",
            "port[0].mtu",
            "1279 is out of range",
            "from 1280",
        ),
        ("[engine]\nmax-neighbours = 7\n", "engine.max-neighbours", "7 is out of range", "from 8 to 1048576"),
        (PORT + "addresses = []\n", "port[0].addresses", "empty", "source address"),
        (PORT + "addresses = ['10.0.0.1']\n", "port[0].addresses[0]", "no prefix length", '"10.0.0.1/24"'),
        (
            PORT + "addresses = ['10.0.0.0/8']\n",
            "port[0].addresses[0]",
            "not a host in 10.0.0.0/8",
            "address of this router",
        ),
        (
            PORT + "addresses = ['ff02::1/64']\n",
            "port[0].addresses[0]",
            "not the address of one host",
            "unicast",
        ),
        (PORT + "addresses = [{ vlan = 5 }]\n", "port[0].addresses[0]", "no address in it", "{ address ="),
        (
            PORT + "addresses = [{ address = '10.0.0.1/8', vlam = 5 }]\n",
            "port[0].addresses[0].vlam",
            "no such key",
            "write vlan",
        ),
        (
            PORT + "addresses = ['10.0.0.1/8', '10.0.0.1/8']\n",
            "port[0].addresses[1]",
            "stands there already",
            "remove",
        ),
        (
            PORT + "addresses = [{ address = '10.0.0.1/8', vlan = 4095 }]\n",
            "port[0].addresses[0]",
            "out of range",
            "4094",
        ),
        (
            PORT + "addresses = ['10.0.0.1/8']\nneighbours = 'kernel'\n",
            "port[0].kernel-interface",
            "devargs names none",
            'kernel-interface = "eth1"',
        ),
        (
            PORT + "addresses = ['10.0.0.1/8']\nxdp-redirect = 'bfd'\n",
            "port[0].xdp-redirect",
            "net_af_xdp only",
            "net_af_xdp0",
        ),
        (
            PORT.replace("net_null0", "net_af_xdp0,iface=e,xdp_prog=x")
            + "addresses = ['10.0.0.1/8']\nxdp-redirect = 'bfd'\n",
            "port[0].xdp-redirect",
            "program of its own",
            "remove xdp_prog=",
        ),
        (
            PORT + "addresses = ['10.0.0.1/8']\nlan = ['192.0.2.0/24']\n",
            "port[0].lan",
            "none of it is reached",
            "prefix",
        ),
        (
            "[bfd]\nport = 'lan1'\n" + PORT + "addresses = ['10.0.0.1/8']\n",
            "bfd.port",
            'no port "lan1"',
            "lan0",
        ),
        (
            "[bfd]\nmin-interval = 5\nrequired-min-rx-interval = 5\n",
            "bfd.min-interval",
            "beside required-min-rx",
            "alone",
        ),
    ],
)
def test_a_fault_says_where_what_and_what_instead(text, key, wrong, instead):
    found = fault(text)
    assert found.key == key
    assert wrong in found.wrong
    assert instead in found.instead or (key == "" and instead in found.wrong)


@pytest.mark.parametrize(
    ("replacement", "key", "wrong"),
    [
        (('name = "lan0"', 'name = "lan0"\npromiscuous = true'), "port[0].promiscuous", "no such key"),
        (
            (
                'interface = "lan0"\ndest-addr = "198.51.100.2"',
                'interface = "lan1"\ndest-addr = "198.51.100.2"',
            ),
            "session[0].interface",
            'no port "lan1"',
        ),
        (('"198.51.100.2"', '"203.0.113.9"'), "session[0].dest-addr", "in no subnet"),
        (('"198.51.100.2"', '"198.51.100.1"'), "session[0].dest-addr", "our own address"),
        (('"198.51.100.2"', '"224.0.0.1"'), "session[0].dest-addr", "not the address of one host"),
        (('"2001:db8::2"', '"fe80::2%eth1"'), "session[1].dest-addr", "names a zone"),
        (('"2001:db8::2"', '"198.51.100.2"'), "session[1].dest-addr", "has session[0] already"),
        (
            ('min-interval = "50ms"', 'source-addr = "198.51.100.3"'),
            "session[0].source-addr",
            "not an address of lan0",
        ),
        (('min-interval = "50ms"', 'source-addr = "2001:db8::1"'), "session[0].dest-addr", "in no subnet"),
        (('min-interval = "50ms"', "vlan = 5"), "session[0].vlan", "no address in vlan 5"),
        (
            ("remote-as = 64999", "remote-as = 64999\npassword = 'hunter2'"),
            "neighbor[0].password",
            "must not stand",
        ),
        (
            ("remote-as = 64999", "remote-as = 64999\npassword-file = 'a'\npassword-env = 'B'"),
            "neighbor[0].password-env",
            "beside",
        ),
        (
            ("remote-as = 64999", f"remote-as = 64999\nshutdown-text = '{'ü' * 128}'"),
            "neighbor[0].shutdown-text",
            "256 octets",
        ),
        (
            ("remote-as = 64999", 'remote-as = 64999\nshutdown-text = "two\\nlines"'),
            "neighbor[0].shutdown-text",
            "cannot be printed",
        ),
        (("remote-as = 64999", "remote-as = 64999\nhold-time = 2"), "neighbor[0].hold-time", "RFC 4271"),
        (
            ("remote-as = 64999", "remote-as = 64999\nhold-time = '3500ms'"),
            "neighbor[0].hold-time",
            "whole number of seconds",
        ),
        (
            ("remote-as = 64999", "remote-as = 64999\nlocal-address = '::1'"),
            "neighbor[0].local-address",
            "another family",
        ),
        (
            ("remote-as = 64999", "remote-as = 64999\nfamilies = ['bgpls']"),
            "neighbor[0].families[0]",
            "not one of the choices",
        ),
        (("remote-as = 64999\n", ""), "neighbor[0].remote-as", "missing"),
        (
            ('"192.0.2.0/24", ', '"192.0.2.0/24", "192.0.2.0/24", '),
            "neighbor[0].announce[1]",
            "stands there already",
        ),
        (('"192.0.2.0/24", ', '"192.0.2.1/24", '), "neighbor[0].announce[0]", "not a prefix"),
        (('"192.0.2.0/24", ', "{ next-hop = '1.1.1.1' }, "), "neighbor[0].announce[0]", "no prefix in it"),
        (
            ('"192.0.2.0/24", ', "{ prefix = '192.0.2.0/24', next-hop = '::2' }, "),
            "neighbor[0].announce[0].next-hop",
            "another family",
        ),
        (("asn = 64500\n", ""), "router.asn", "needed for a [[neighbor]]"),
        (('router-id = "192.0.2.1"\n', ""), "router.router-id", "needed for a [[neighbor]]"),
    ],
)
def test_a_fault_in_an_otherwise_good_file_is_the_only_one(replacement, key, wrong):
    found = fault(changed(replacement))
    assert found.key == key
    assert wrong in found.wrong


def test_a_password_is_never_repeated_in_a_fault():
    found = fault(changed(("remote-as = 64999", "remote-as = 64999\npassword = 'hunter2'")))
    assert "hunter2" not in str(found)
    assert "password-file" in found.instead


def test_an_announcement_needs_its_family_and_a_next_hop():
    text = changed(("remote-as = 64999", "remote-as = 64999\nfamilies = ['ipv4-unicast']"))
    assert fault(text).key == "neighbor[0].announce[1]"
    assert 'add "ipv6-unicast" to families' in fault(text).instead
    text = changed(
        (', "2001:db8::1/64"', ""), ('[[session]]\ninterface = "lan0"\ndest-addr = "2001:db8::2"\n', "")
    )
    assert "no port has a global IPv6 address" in fault(text).wrong


def test_what_stands_twice_is_a_fault():
    twice = GOOD + GOOD[GOOD.index("[[port]]") : GOOD.index("[[session]]")]
    assert [one.key for one in faults(twice)] == [
        "port[1].name",
        "port[1].devargs",
        "port[1].addresses[0]",
        "port[1].addresses[1]",
    ]
    twice = GOOD + GOOD[GOOD.index("[[neighbor]]") :]
    assert (fault(twice).key, fault(twice).wrong) == (
        "neighbor[1]",
        "198.51.100.254 port 179 is neighbor[0] already",
    )
    assert fault(twice + "port = 179\n").key == "neighbor[1]"


def test_what_stands_twice_is_told_beside_other_faults_of_the_same_tables():
    twice = GOOD + GOOD[GOOD.index("[[port]]") :]
    for old, new in (("addresses = [", "addresses = ['x', "), ("remote-as = 64999", "remote-as = 0")):
        twice = twice.replace(old, new)
    found = {one.key for one in faults(twice.replace('interface = "lan0"', 'interface = "lan0"\nvlan = -1'))}
    assert {"port[0].addresses[0]", "session[0].vlan", "neighbor[0].remote-as"} <= found
    assert {"port[1].name", "port[1].devargs", "session[2].dest-addr", "neighbor[1]"} <= found


@pytest.mark.parametrize("destination", ["198.51.100.0", "198.51.100.255"])
def test_a_session_is_to_a_host(destination):
    found = fault(changed(('dest-addr = "198.51.100.2"', f'dest-addr = "{destination}"')))
    assert (found.key, found.wrong) == (
        "session[0].dest-addr",
        f"{destination} is not a host in 198.51.100.0/24",
    )


@pytest.mark.parametrize("key", ["address", "local-address"])
def test_a_bgp_address_is_not_link_local(key):
    lines = {"address": "2001:db8::9", "local-address": "2001:db8::1"} | {key: "fe80::9"}
    text = "".join(f'{name} = "{value}"\n' for name, value in lines.items())
    found = fault(changed(('address = "198.51.100.254"\n', text)))
    assert (found.key, "link-local" in found.wrong) == (f"neighbor[0].{key}", True)


def test_devargs_name_a_device():
    found = fault(changed(('devargs = "net_af_packet0,iface=eth1"', 'devargs = " "')))
    assert (found.key, found.wrong) == ("port[0].devargs", "empty")


def test_two_neighbors_may_share_an_address_on_different_tcp_ports():
    twice = GOOD + GOOD[GOOD.index("[[neighbor]]") :].replace("64999", "64999\nport = 1179")
    assert faults(twice) == []


def test_more_sessions_than_places_is_a_fault():
    assert fault(GOOD + "[engine]\nmax-sessions = 1\n").key == "engine.max-sessions"


def test_a_missing_key_is_named_with_its_type_and_meaning():
    found = {one.key: one for one in faults("[[port]]\n[[session]]\n[[neighbor]]\n")}
    assert {"port[0].name", "port[0].devargs", "port[0].addresses"} <= found.keys()
    assert {"session[0].interface", "session[0].dest-addr"} <= found.keys()
    assert {"neighbor[0].address", "neighbor[0].remote-as"} <= found.keys()
    assert "add devargs = ... (text)" in found["port[0].devargs"].instead


def test_a_port_with_faults_causes_no_faults_in_what_names_it():
    text = changed(('devargs = "net_af_packet0,iface=eth1"', "devargs = 5"))
    assert fault(text).key == "port[0].devargs"


def test_all_faults_of_a_file_are_told_at_once():
    text = changed(
        ("asn = 64500", "asn = 0"),
        ("iface=eth1", 'iface=eth1"\nxdp-redirect = "bfd'),
        ('min-interval = "50ms"', 'min-interval = "fast"'),
        ("remote-as = 64999", "remote-as = 64999\npassword = 'x'\nhold-time = 1"),
    )
    keys = [one.key for one in faults(text + "[log]\nlevel = 'loud'\n[nhibb]\n")]
    assert sorted(keys) == sorted(
        [
            "nhibb",
            "router.asn",
            "port[0].xdp-redirect",
            "session[0].min-interval",
            "neighbor[0].password",
            "neighbor[0].hold-time",
            "log.level",
        ]
    )


def test_a_fault_reads_as_one_line():
    assert str(fault("[router]\nasn = 0\n")) == (
        "a.toml: router.asn: 0 is out of range; write a number from 1 to 4294967295"
    )
