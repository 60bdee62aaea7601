# SPDX-License-Identifier: Apache-2.0
"""The embedded route server's configuration: what it becomes, every fault at once, and the page that documents
it."""

from ipaddress import IPv4Address, ip_address, ip_network
from pathlib import Path

import pytest

from bfd_fastpath.config import ConfigError
from bfd_fastpath.config.reference import reference
from bfd_fastpath.lab.routeserver.keys import SECTIONS
from bfd_fastpath.lab.routeserver.load import load
from bfd_fastpath.wire.bgp import BGP_LS, IPV4_UNICAST, IPV6_UNICAST, nh_reach
from bfd_fastpath.wire.bgpls import Flag

DOCS = Path(__file__).parents[3] / "docs"
HEAD = """
[route-server]
asn = 64510
router-id = "192.0.2.254"
listen = ["198.51.100.254"]
lan = ["198.51.100.0/24"]
"""


def written(directory, text):
    file = directory / "rs.toml"
    file.write_text(text)
    return file


def faults(directory, text):
    with pytest.raises(ConfigError) as caught:
        load(written(directory, text))
    return {fault.key: fault.wrong for fault in caught.value.faults}


def test_the_example_of_the_docs():
    settings = load(DOCS / "examples" / "route-server.toml")
    server = settings.server
    assert (server.asn, server.identifier) == (64510, IPv4Address("198.51.100.254"))
    assert server.lan == (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64"))
    assert server.families == (IPV4_UNICAST, IPV6_UNICAST, BGP_LS, nh_reach(4), nh_reach(6))
    assert server.enforce_first_as
    assert [one.flag for one in server.clients] == [None, Flag.NO_BFD, None]
    assert server.clients[2].prefix_limit_ipv4 == 1000
    assert [one.remote for one in settings.sessions[:2]] == [
        ip_address("198.51.100.1"),
        ip_address("2001:db8::1"),
    ]
    assert (settings.port, settings.control.mode) == (179, 0o600)


def test_the_page_holds_the_reference_as_the_schema_gives_it():
    assert reference(SECTIONS) in (DOCS / "route-server.md").read_text("utf-8")


def test_defaults_written_out_change_nothing(tmp_path):
    text = HEAD.strip() + "\n"
    text += '[[client]]\nname = "a"\nasn = 64500\naddresses = ["198.51.100.1"]\n'
    bare = load(written(tmp_path, text))
    for section in SECTIONS:
        keys = [f"{key.name} = {key.default}\n" for key in section.keys if key.default]
        head = f"[[{section.name}]]" if section.many else f"[{section.name}]"
        if head in text:
            text = text.replace(f"{head}\n", f"{head}\n{''.join(keys)}")
        else:
            text += f"{head}\n{''.join(keys)}"
    assert load(written(tmp_path, text)) == bare


def test_values_arrive_where_they_are_used(tmp_path):
    (tmp_path / "secret").write_text("s3cret\n")
    (tmp_path / "secret").chmod(0o600)
    settings = load(
        written(
            tmp_path,
            HEAD
            + """
bgp-ls = false
nh-reach-safi = 250
prefer-reached = true
as-path-limit = 3
enforce-first-as = false
prefix-limit = 10
port = 1179
[[client]]
name = "a"
asn = 64500
addresses = ["198.51.100.1"]
session-addresses = ["198.51.100.9"]
password-file = "secret"
ttl-security = true
bfd = "yes"
ask = ["198.51.100.77"]
apart = ["b"]
[[client]]
name = "b"
asn = 64501
addresses = ["198.51.100.2"]
[control]
path = "rs.sock"
""",
        )
    )
    server, (a, b) = settings.server, settings.server.clients
    assert server.families == (IPV4_UNICAST, IPV6_UNICAST, nh_reach(4, 250), nh_reach(6, 250))
    assert (server.prefer_reached, server.as_path_limit, server.prefix_limit) == (True, 3, 10)
    assert not server.enforce_first_as
    assert (a.flag, a.ask, a.apart, b.flag) == (Flag.TAKES_PART, (ip_address("198.51.100.77"),), ("b",), None)
    first = settings.sessions[0]
    assert (first.remote, first.password, first.gtsm) == (ip_address("198.51.100.9"), b"s3cret", True)
    assert "s3cret" not in repr(settings)
    assert (settings.port, settings.control.path) == (1179, tmp_path / "rs.sock")
    none = load(written(tmp_path, HEAD + "nh-reach-safi = 0\n"))
    assert none.server.nh_reach_safi is None


def test_every_fault_is_told_at_once(tmp_path):
    found = faults(
        tmp_path,
        """
[route-server]
asn = 0
router-id = "0.0.0.0"
listen = ["198.51.100.254", "198.51.100.254", "fe80::1"]
lan = ["198.51.100.0/24"]
nh-reach-safi = 71
prefer-reachd = true
[[client]]
name = "a"
asn = 64500
addresses = ["198.51.100.1", "203.0.113.1"]
router-id = "192.0.2.1"
password-env = "NO_SUCH_VARIABLE_HERE"
ask = ["203.0.113.2"]
[[client]]
name = "a"
asn = 64500
addresses = ["198.51.100.1"]
router-id = "192.0.2.1"
apart = ["z"]
[[client]]
name = "c"
asn = 64502
addresses = []
[[client]]
name = "d"
asn = 64503
addresses = ["198.51.100.4"]
password-file = "x"
password-env = "y"
[router]
""",
    )
    assert set(found) == {
        "router",
        "route-server.asn",
        "route-server.router-id",
        "route-server.listen",
        "route-server.listen[2]",
        "route-server.nh-reach-safi",
        "route-server.prefer-reachd",
        "client[0].addresses[1]",
        "client[0].ask[0]",
        "client[0].password-env",
        "client[1].name",
        "client[1].router-id",
        "client[1].addresses",
        "client[1].apart[0]",
        "client[2].addresses",
        "client[3].password-env",
    }


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[", ""),
        (HEAD.replace('"198.51.100.254"', ""), "route-server.listen"),
        (HEAD.replace('"198.51.100.0/24"', ""), "route-server.lan"),
        ("", "route-server.asn"),
        (HEAD + '[[client]]\nname = "a"\nasn = 1\naddresses = ["2001:db8::1"]\n', "client[0].addresses"),
    ],
)
def test_a_fault_names_its_key(tmp_path, text, key):
    assert key in faults(tmp_path, text)


def test_a_file_that_is_not_there_or_not_text_is_a_fault(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.toml")
    (tmp_path / "rs.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(tmp_path / "rs.toml")
