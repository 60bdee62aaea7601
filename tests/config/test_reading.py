# SPDX-License-Identifier: Apache-2.0
"""What a good configuration means, defaults included."""

from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from bfd_fastpath.config import ConfigError, load, parse
from bfd_fastpath.config.model import (
    Announcement,
    Bfd,
    Config,
    Family,
    Idle,
    InterfaceAddress,
    Neighbours,
    Role,
    Timers,
    XdpRedirect,
)
from tests.config.texts import GOOD, changed, good


def test_an_empty_file_is_a_configuration_with_defaults():
    assert good("") == Config()
    assert good("").bfd == Bfd(True, Timers(3, 1_000_000, 1_000_000, Role.ACTIVE), None)


def test_sessions_take_what_they_leave_out_from_bfd_and_their_port():
    config = good(GOOD + "[bfd]\nlocal-multiplier = 5\nmin-interval = 300000\n")
    first, second = config.sessions
    assert first.timers == Timers(5, 50_000, 50_000)
    assert second.timers == Timers(5, 300_000, 300_000)
    assert first.source_addr == ip_address("198.51.100.1")
    assert second.source_addr == ip_address("2001:db8::1")


def test_an_explicit_session_value_wins_over_bfd():
    config = good(
        changed(('min-interval = "50ms"', 'local-multiplier = 2\nrole = "passive"'))
        + "[bfd]\nlocal-multiplier = 9\n"
    )
    assert config.sessions[0].timers == Timers(2, 1_000_000, 1_000_000, Role.PASSIVE)


@pytest.mark.parametrize(
    ("written", "microseconds"),
    [
        ('"300ms"', 300_000),
        ("300000", 300_000),
        ('"1s"', 1_000_000),
        ('"50us"', 50),
        ('"1.5ms"', 1_500),
        ('"1m"', 60_000_000),
    ],
)
def test_intervals_are_microseconds_or_text_with_a_unit(written, microseconds):
    assert good(f"[bfd]\nmin-interval = {written}\n").bfd.timers.desired_min_tx_us == microseconds


@pytest.mark.parametrize(
    ("written", "microseconds"), [("60", 60_000_000), ('"500ms"', 500_000), ('"24h"', 86_400_000_000)]
)
def test_waiting_times_are_seconds_or_text_with_a_unit(written, microseconds):
    assert good(f"[nhib]\nlinger = {written}\n").nhib.linger_us == microseconds


def test_a_port_says_its_kernel_interface_by_iface():
    port = good().ports[0]
    assert port.kernel_interface == "eth1"
    assert (port.neighbours, port.xdp_redirect) == (Neighbours.OWN, XdpRedirect.NONE)
    assert good(changed(("iface=eth1", "iface=eth1,queue=1"))).ports[0].kernel_interface == "eth1"
    assert good(changed(("iface=eth1", 'x=1"\nkernel-interface = "br0'))).ports[0].kernel_interface == "br0"
    assert good(changed((",iface=eth1", ""))).ports[0].kernel_interface is None


def test_the_peering_lan_is_the_connected_prefixes_unless_written():
    lans = (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64"))
    assert good().ports[0].lan == lans
    assert good().nhib.allowed_prefixes == lans
    config = good(changed(('"2001:db8::1/64"]', '"2001:db8::1/64"]\nlan = ["198.51.100.0/25"]')))
    assert config.nhib.allowed_prefixes == config.ports[0].lan == (ip_network("198.51.100.0/25"),)


def test_addresses_may_say_their_vlan_and_the_port_a_common_one():
    text = changed(
        (
            '["198.51.100.1/24", "2001:db8::1/64"]',
            '[{ address = "198.51.100.1/24", vlan = 7 }, "2001:db8::1/64"]\nvlan = 9',
        )
    )
    v4, v6 = good(text).ports[0].addresses
    assert v4 == InterfaceAddress(ip_address("198.51.100.1"), 24, 7)
    assert v6.vlan == 9
    assert [one.vlan for one in good(text).sessions] == [7, 9]


def test_a_session_may_name_its_source_among_several():
    text = changed(('"198.51.100.1/24"', '"198.51.100.1/24", "198.51.100.9/24"'))
    assert good(text).sessions[0].source_addr == ip_address("198.51.100.1")
    text = text.replace(
        'dest-addr = "198.51.100.2"', 'dest-addr = "198.51.100.2"\nsource-addr = "198.51.100.9"'
    )
    assert good(text).sessions[0].source_addr == ip_address("198.51.100.9")


def test_announcements_have_our_lan_address_as_next_hop_unless_written():
    assert good().neighbors[0].announce == (
        Announcement(ip_network("192.0.2.0/24"), ip_address("198.51.100.1")),
        Announcement(ip_network("2001:db8:2::/48"), ip_address("2001:db8::1")),
    )
    text = changed(('["192.0.2.0/24"', '[{ prefix = "192.0.2.0/24", next-hop = "198.51.100.77" }'))
    assert good(text).neighbors[0].announce[0].next_hop == ip_address("198.51.100.77")


def test_a_neighbor_has_sensible_defaults():
    neighbor = good().neighbors[0]
    assert (neighbor.port, neighbor.hold_time_s, neighbor.connect_retry_us) == (179, 90, 5_000_000)
    assert neighbor.families == tuple(Family)
    assert neighbor.learn_next_hops
    assert not neighbor.passive
    assert not neighbor.ttl_security


def test_every_section_can_be_written():
    config = good(
        GOOD
        + """
[eal]
arguments = ["--log-level=8"]
hugepages = "never"
memory-mib = 512
[engine]
idle = "poll"
cpu = 1
max-sleep = "1ms"
[report]
identifier = 7
ipv6-node-id = "full"
announce-unverified = true
node-name = "client-a"
[nhib]
down-retry = "1h"
max-sessions = 10
allowed-prefixes = ["198.51.100.0/26"]
[control]
path = "control.sock"
mode = "0660"
group = "bfd"
[log]
level = "debug"
format = "json"
"""
    )
    assert config.eal.arguments == ("--log-level=8",)
    assert (config.engine.idle, config.engine.cpu, config.engine.max_sleep_us) == (Idle.POLL, 1, 1_000)
    assert (config.report.identifier, config.report.node_name) == (7, "client-a")
    assert config.nhib.down_retry_us == 3_600_000_000
    assert (config.control.mode, config.control.group) == (0o660, "bfd")
    assert config.log.level == "debug"


def test_paths_are_relative_to_the_file(tmp_path):
    file = tmp_path / "a.toml"
    file.write_text(
        changed(("remote-as = 64999", 'remote-as = 64999\npassword-file = "secret"'))
        + '[control]\npath = "s/c"\n'
    )
    config = load(file)
    assert config.neighbors[0].password_file == tmp_path / "secret"
    assert config.control.path == tmp_path / "s" / "c"
    absolute = parse('[control]\npath = "/run/c"\n', "x", tmp_path).config
    assert absolute is not None
    assert absolute.control.path == Path("/run/c")


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path):
    with pytest.raises(ConfigError, match="No such file") as missing:
        load(tmp_path / "none.toml")
    assert missing.value.faults[0].file == str(tmp_path / "none.toml")
    file = tmp_path / "latin.toml"
    file.write_bytes(b'[router]\nname = "\xe9"\n')
    with pytest.raises(ConfigError, match="UTF-8"):
        load(file)


def test_load_raises_every_fault(tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text("[router]\nasn = 0\n[engine]\ncpu = -1\n")
    with pytest.raises(ConfigError) as bad:
        load(file)
    assert [one.key for one in bad.value.faults] == ["router.asn", "engine.cpu"]
    assert str(bad.value).count("\n") == 1
