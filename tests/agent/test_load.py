# SPDX-License-Identifier: Apache-2.0
"""The agent's configuration: what stands in it is taken, and each fault is told with its key, all at once."""

import json
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from bfd_fastpath.agent.keys import SECTIONS
from bfd_fastpath.agent.load import load
from bfd_fastpath.agent.settings import Kind, Method
from bfd_fastpath.config.fault import ConfigError
from bfd_fastpath.config.reference import reference
from bfd_fastpath.wire.bgpls import Flag

GOOD = """
[agent]
asn = 64500
router-id = "192.0.2.251"
listen = ["192.0.2.251", "2001:db8::251"]
lan = ["192.0.2.0/24", "2001:db8::/64"]

[route-server]
type = "bird"
filter-file = "rs-bfd.conf"
min-interval = "2s"
"""
MEMBER = """
[[member]]
name = "one"
asn = 65001
addresses = ["192.0.2.1", "2001:db8::1"]
"""


def loaded(tmp_path, text):
    (tmp_path / "agent.toml").write_text(text)
    return load(tmp_path / "agent.toml")


def faults(tmp_path, text):
    with pytest.raises(ConfigError) as error:
        loaded(tmp_path, text)
    return {fault.key: fault.wrong for fault in error.value.faults}


def test_a_good_file(tmp_path):
    (tmp_path / "key").write_text("s3cret\n")
    (tmp_path / "key").chmod(0o600)
    more = 'password-file = "key"\nttl-security = true\nbfd = "no"\nsession-addresses = ["192.0.2.101"]\n'
    settings = loaded(tmp_path, GOOD + MEMBER + more)
    assert (settings.asn, settings.port, settings.fail_open_after_us) == (64500, 179, 60_000_000)
    assert settings.lan == (ip_network("192.0.2.0/24"), ip_network("2001:db8::/64"))
    server = settings.route_server
    assert (server.kind, server.method, server.filter_file, server.min_interval_us) == (
        Kind.BIRD,
        Method.RTR,
        tmp_path / "rs-bfd.conf",
        2_000_000,
    )
    (member,) = settings.members
    assert (member.password, member.ttl_security, member.flag) == (b"s3cret", True, Flag.NO_BFD)
    assert member.session_addresses == (ip_address("192.0.2.101"),)
    assert b"s3cret".decode() not in repr(settings)


def test_all_faults_at_once(tmp_path):
    text = GOOD.replace("64500", "0").replace('"bird"', '"quagga"').replace("min-interval", "min-intervall")
    text += MEMBER + MEMBER.replace("192.0.2.1", "198.51.100.1")
    found = faults(tmp_path, text + "[log]\nlevel = 'loud'\n[agnet]\n")
    assert found.keys() == {
        "agent.asn",
        "route-server.type",
        "route-server.min-intervall",
        "log.level",
        "agnet",
        "member[1].name",
        "member[1].addresses[0]",
        "member[1].addresses[1]",
    }
    assert "one" in found["member[1].name"]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("asn = 64500\n", "", "agent.asn"),
        ('["192.0.2.251", "2001:db8::251"]', "[]", "agent.listen"),
        ('"2001:db8::251"', '"fe80::1"', "agent.listen[1]"),
        ('"192.0.2.251", "2001:db8::251"', '"192.0.2.251", "192.0.2.251"', "agent.listen"),
        ('["192.0.2.0/24", "2001:db8::/64"]', "[]", "agent.lan"),
        ("asn = 64500\n", 'asn = 64500\nmembers-file = "none.json"\n', "agent.members-file"),
        ('min-interval = "2s"', 'retry-first = "2m"', "route-server.retry-first"),
        ('type = "bird"\n', "", "route-server.type"),
        ("asn = 64500\n", "asn = 64500\nnh-reach-safi = 1\n", "agent.nh-reach-safi"),
        ("asn = 64500\n", f"asn = 64500\nidentifier = {2**64 - 1}\n", "agent.identifier"),
        ('"rs-bfd.conf"', '""', "route-server.filter-file"),
        ('["192.0.2.1", "2001:db8::1"]', "[]", "member[0].addresses"),
        ('["192.0.2.1", "2001:db8::1"]', '["192.0.2.251"]', "member[0].addresses[0]"),
        (
            '["192.0.2.1", "2001:db8::1"]',
            '["192.0.2.1"]\npassword-env = "NOBODY_SETS_THIS"',
            "member[0].password-env",
        ),
        (
            '["192.0.2.1", "2001:db8::1"]',
            '["192.0.2.1"]\npassword-env = "A"\npassword-file = "b"',
            "member[0].password-env",
        ),
        (
            '["192.0.2.1", "2001:db8::1"]',
            '["192.0.2.1"]\nsession-addresses = ["192.0.2.1"]',
            "member[0].session-addresses[0]",
        ),
    ],
)
def test_each_fault_has_its_key(tmp_path, old, new, key):
    text = (GOOD + MEMBER).replace(old, new)
    assert text != GOOD + MEMBER
    assert list(faults(tmp_path, text)) == [key]


def test_the_member_list_names_who_is_not_written(tmp_path):
    connection = {"vlan_list": [{"ipv4": {"address": "192.0.2.7"}, "ipv6": [{"address": "2001:db8::7"}]}]}
    second = {"vlan_list": [{"ipv4": {"address": "192.0.2.8"}}, {"ipv4": {"address": "198.51.100.8"}}]}
    off = {"vlan_list": [{"ipv4": {"address": "192.0.2.9", "routeserver": False}}]}
    written = {"vlan_list": [{"ipv4": {"address": "192.0.2.1"}}]}
    members = [
        {"asnum": 65007, "connection_list": [connection, second]},
        {"asnum": 65009, "connection_list": [off]},
        {"asnum": 65001, "connection_list": [written]},
        {"asnum": 65010},
    ]
    (tmp_path / "members.json").write_text(json.dumps({"version": "1.0", "member_list": members}))
    text = GOOD.replace("[agent]", '[agent]\nmembers-file = "members.json"') + MEMBER
    found = {one.name: (one.asn, *map(str, one.addresses)) for one in loaded(tmp_path, text).members}
    assert found == {
        "one": (65001, "192.0.2.1", "2001:db8::1"),
        "as65007": (65007, "192.0.2.7", "2001:db8::7"),
        "as65007-2": (65007, "192.0.2.8"),
    }


def listed(tmp_path, *routers):
    """The settings with a member list of these: AS and address."""
    members = [
        {"asnum": asn, "connection_list": [{"vlan_list": [{"ipv4": {"address": address}}]}]}
        for asn, address in routers
    ]
    (tmp_path / "members.json").write_text(json.dumps({"member_list": members}))
    return GOOD.replace("[agent]", '[agent]\nmembers-file = "members.json"')


def test_a_router_is_listed_once_and_the_agent_is_no_member(tmp_path):
    text = listed(tmp_path, (65001, "192.0.2.1"), (64500, "192.0.2.251"), (65001, "192.0.2.1"))
    assert [(one.name, *map(str, one.addresses)) for one in loaded(tmp_path, text).members] == [
        ("as65001", "192.0.2.1")
    ]


@pytest.mark.parametrize(
    "routers",
    [
        [(65001, "192.0.2.1"), (65002, "192.0.2.1")],
        [(0, "192.0.2.1")],
        [(1 << 32, "192.0.2.1")],
        [(65001, 3221225985)],
        [(65001, "2001:db8::1%eth0")],
    ],
)
def test_whose_an_address_is_must_be_clear(tmp_path, routers):
    assert list(faults(tmp_path, listed(tmp_path, *routers))) == ["agent.members-file"]


def test_a_routers_families_may_be_two_entries_of_one_vlan(tmp_path):
    four = [
        {"vlan_id": 7, "ipv4": {"address": f"192.0.2.{number}", "routeserver": True}} for number in (1, 2)
    ]
    six = [
        {"vlan_id": 7, "ipv6": {"address": f"2001:db8::{number}", "routeserver": True}} for number in (1, 2)
    ]
    elsewhere = {"vlan_id": 8, "ipv6": {"address": "2001:db8::3"}}

    def routers(*vlans):
        members = [{"asnum": 65001, "connection_list": [{"vlan_list": vlans}]}]
        (tmp_path / "members.json").write_text(json.dumps({"member_list": members}))
        settings = loaded(tmp_path, GOOD.replace("[agent]", '[agent]\nmembers-file = "members.json"'))
        return [tuple(map(str, one.addresses)) for one in settings.members]

    assert routers(four[0], six[0], four[1], six[1]) == [
        ("192.0.2.1", "2001:db8::1"),
        ("192.0.2.2", "2001:db8::2"),
    ]
    assert routers(six[0], four[0]) == [("2001:db8::1",), ("192.0.2.1",)]
    assert routers(four[0], elsewhere) == [("192.0.2.1",), ("2001:db8::3",)]
    assert routers(four[0], four[1], six[1], six[0]) == [
        ("192.0.2.1",),
        ("192.0.2.2", "2001:db8::2"),
        ("2001:db8::1",),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[" * 100_000,
        "[]",
        '{"member_list": [{}]}',
        '{"member_list": [{"asnum": 1, "connection_list": 5}]}',
    ],
)
def test_what_is_no_member_list(tmp_path, text):
    (tmp_path / "members.json").write_text(text)
    found = faults(tmp_path, GOOD.replace("[agent]", '[agent]\nmembers-file = "members.json"'))
    assert list(found) == ["agent.members-file"]


def test_the_page_has_every_key_and_the_example_is_read(tmp_path):
    docs = Path(__file__).parents[2] / "docs"
    assert reference(SECTIONS) in (docs / "rs-agent.md").read_text("utf-8")
    example = (docs / "examples" / "rs-agent.toml").read_text("utf-8")
    settings = loaded(tmp_path, example)
    assert [member.name for member in settings.members] == ["mail-house"]
    assert settings.route_server.filter_file.is_relative_to("/run"), (
        "filters that outlived a reboot had no agent"
    )


def test_the_defaults_of_the_reference_are_those_of_the_settings(tmp_path):
    written = "".join(
        f"[{section.name}]\n"
        + "".join(f"{key.name} = {key.default}\n" for key in section.keys if key.default)
        for section in SECTIONS
        if not section.many
    )
    for name in ("agent", "route-server"):
        given = GOOD.split(f"[{name}]\n")[1].split("\n[")[0].replace('min-interval = "2s"\n', "")
        written = written.replace(f"[{name}]\n", f"[{name}]\n{given}\n")
    assert loaded(tmp_path, written) == loaded(tmp_path, GOOD.replace('min-interval = "2s"\n', ""))


def test_openbgpd_has_one_method_and_bird_the_one_that_asks_for_no_reload(tmp_path):
    assert loaded(tmp_path, GOOD).route_server.method is Method.RTR
    reloads = GOOD + 'method = "reload"\n'
    assert loaded(tmp_path, reloads).route_server.method is Method.RELOAD
    assert loaded(tmp_path, GOOD.replace('"bird"', '"openbgpd"')).route_server.method is Method.RELOAD
