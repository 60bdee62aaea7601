# SPDX-License-Identifier: Apache-2.0
"""A neighbor's speaker settings, and passwords that cannot be had."""

from ipaddress import ip_address

import pytest

from bfd_fastpath.config import ConfigError
from bfd_fastpath.config.model import Config, Family, Neighbor, Router
from bfd_fastpath.router.speaking import speaker_settings
from bfd_fastpath.wire.bgp import BGP_LS, IPV4_UNICAST, IPV6_UNICAST, nh_reach

CONFIG = Config(router=Router(asn=64500, router_id=ip_address("192.0.2.1")))
SERVER = ip_address("198.51.100.254")


def test_a_neighbor_becomes_a_speaker():
    settings = speaker_settings(Neighbor(SERVER, 64499, port=1179, ttl_security=True, passive=True), CONFIG)
    assert (settings.remote, settings.remote_port, settings.gtsm, settings.connect) == (
        SERVER,
        1179,
        True,
        False,
    )
    session = settings.session
    assert (session.local_asn, session.peer_asn, session.families) == (
        64500,
        64499,
        (IPV4_UNICAST, IPV6_UNICAST, BGP_LS, nh_reach(4), nh_reach(6)),
    )
    assert settings.reconnect_most_s == 5.0


def test_the_safi_of_nh_reach_is_the_neighbors():
    neighbor = Neighbor(SERVER, 64499, families=(Family.IPV6_NH_REACH,), nh_reach_safi=250)
    session = speaker_settings(neighbor, CONFIG).session
    assert (session.families, session.nh_reach_safi) == ((nh_reach(6, 250),), 250)


def test_a_retry_below_a_second_is_kept():
    settings = speaker_settings(Neighbor(SERVER, 64499, connect_retry_us=50_000), CONFIG)
    assert (settings.reconnect_first_s, settings.reconnect_most_s) == (0.05, 0.05)


def test_the_password_is_the_first_line_of_its_file(tmp_path):
    file = tmp_path / "password"
    file.write_bytes(b"s3cret \nsecond line\n")
    file.chmod(0o600)
    assert speaker_settings(Neighbor(SERVER, 64499, password_file=file), CONFIG).password == b"s3cret "


def test_the_password_may_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("PEER_PASSWORD", "s3cret")
    neighbor = Neighbor(SERVER, 64499, password_env="PEER_PASSWORD")
    assert speaker_settings(neighbor, CONFIG).password == b"s3cret"


def test_a_password_that_cannot_be_had_is_a_fault_of_the_configuration(tmp_path):
    neighbor = Neighbor(SERVER, 64499, password_file=tmp_path / "none")
    with pytest.raises(ConfigError, match="none cannot be read"):
        speaker_settings(neighbor, CONFIG)
