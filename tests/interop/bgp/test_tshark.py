# SPDX-License-Identifier: Apache-2.0
"""tshark dissects each message we build, and finds nothing malformed in it."""

import json
import subprocess
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from scapy.utils import wrpcap

from bfd_fastpath.wire.bgp import (
    BGP_LS,
    IPV4_UNICAST,
    IPV6_UNICAST,
    AsPath,
    Attributes,
    LargeCommunity,
    MpReach,
    MpUnreach,
    Notification,
    Origin,
    SessionSettings,
    Update,
    end_of_rib,
)
from bfd_fastpath.wire.bgp.message import KEEPALIVE, MessageType, frame
from bfd_fastpath.wire.bgp.refresh import RouteRefresh
from bfd_fastpath.wire.bgpls import Flag, LinkPerformance, LinkState, Participation
from bfd_fastpath.wire.bgpls import profile_l7 as l7
from bfd_fastpath.wire.bgpls.profile_l5 import link, node

pytestmark = pytest.mark.interop("tshark")

A4, X4 = IPv4Address("198.51.100.1"), IPv4Address("198.51.100.2")
A6, X6 = IPv6Address("2001:db8::1"), IPv6Address("2001:db8::2")
A, X = l7.RouterName(64500, A4), l7.RouterName(4_200_000_001, X4)
PATH = AsPath.sequence(64500, 4_200_000_000)
MEMBER = LinkState.make(node_name="edge", participation=Participation(Flag.TAKES_PART, 64501, X4))
FULL = Attributes(
    Origin.IGP, PATH, A4, med=7, communities=(0xFFFF029A,), large_communities=(LargeCommunity(64500, 1, 2),)
)


def pair(local, remote, attributes=None):
    attributes = attributes or Attributes(Origin.IGP, PATH)
    return Update(attributes=attributes, mp_reach=MpReach(BGP_LS, (A4,), (link(local, remote), node(remote))))


QUALITY = LinkState.of_link(LinkPerformance(1500, (900, 2100), 70, 333_333, loss_anomalous=True))
MESSAGES = {
    "open": SessionSettings(4_200_000_000, A4, (IPV4_UNICAST, BGP_LS), role=2).open().encode(),
    "keepalive": KEEPALIVE,
    "notification": frame(MessageType.NOTIFICATION, Notification.shutdown("upgrade").encode()),
    "route refresh": RouteRefresh(BGP_LS).encode(),
    "end of rib": end_of_rib(BGP_LS).encode(),
    "ipv4 routes": Update((IPv4Network("10.0.0.0/8"),), FULL, (IPv4Network("203.0.113.0/24"),)).encode(),
    "ipv6 route": Update(
        attributes=Attributes(Origin.IGP, PATH),
        mp_reach=MpReach(IPV6_UNICAST, (A6,), (IPv6Network("2001:db8:1::/48"),)),
    ).encode(),
    "pair v4": pair(A4, X4).encode(),
    "pair v6": pair(A6, X6).encode(),
    "l7 pair v4": Update(
        attributes=Attributes(Origin.IGP, PATH),
        mp_reach=MpReach(BGP_LS, (A4,), (l7.link(A, X, A4, X4), l7.node(X, 4))),
    ).encode(),
    "l7 pair v6": Update(
        attributes=Attributes(Origin.IGP, PATH),
        mp_reach=MpReach(BGP_LS, (A4,), (l7.link(A, X, A6, X6), l7.node(X, 6))),
    ).encode(),
    "withdrawn pair": Update(mp_unreach=MpUnreach(BGP_LS, (node(X4), link(A4, X4)))).encode(),
    "member": Update(
        attributes=Attributes(Origin.IGP, PATH, link_state=MEMBER),
        mp_reach=MpReach(BGP_LS, (A4,), (node(X4),)),
    ).encode(),
    "link quality": Update(
        attributes=Attributes(Origin.IGP, PATH, link_state=QUALITY),
        mp_reach=MpReach(BGP_LS, (A4,), (link(A4, X4),)),
    ).encode(),
}


def dissected(octets: bytes, file) -> dict:
    ethernet = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
    wrpcap(
        str(file),
        [
            ethernet
            / IP(src=str(A4), dst=str(X4))
            / TCP(sport=40000, dport=179, flags="PA", seq=1)
            / Raw(octets)
        ],
    )
    done = subprocess.run(
        ["tshark", "-r", file, "-T", "json", "--no-duplicate-keys"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    (packet,) = json.loads(done.stdout)
    return packet["_source"]["layers"]


def remarks(layers: dict) -> list[str]:
    """What tshark's experts say about the message."""
    found = []

    def walk(part):
        if isinstance(part, dict):
            found.extend(value for key, value in part.items() if key == "_ws.expert.message")
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(layers)
    return found


@pytest.mark.parametrize("name", MESSAGES)
def test_nothing_is_malformed(name, tmp_path):
    layers = dissected(MESSAGES[name], tmp_path / "message.pcap")
    assert layers["bgp"]["bgp.length"] == str(len(MESSAGES[name]))
    assert "_ws.malformed" not in json.dumps(layers)
    private = ["Unknown BGP-LS Attribute TLV Code (65001)!"] if name == "member" else []
    assert remarks(layers["bgp"]) == private


@pytest.mark.parametrize(
    ("name", "ends"),
    [("pair v4", (A4, X4)), ("pair v6", (A6, X6)), ("l7 pair v4", (A4, X4)), ("l7 pair v6", (A6, X6))],
)
def test_a_links_addresses_are_where_tshark_looks_for_them(name, ends, tmp_path):
    text = json.dumps(dissected(MESSAGES[name], tmp_path / "message.pcap")["bgp"])
    version = ends[0].version
    for key, address in zip(("interface_address", "neighbor_address"), ends, strict=True):
        assert f'"bgp.ls.nlri_ipv{version}_{key}": "{address}"' in text
    assert text.count('"bgp.ls.nlri_type": "2"') == text.count('"bgp.ls.nlri_type": "1"') == 1


def test_tshark_reads_the_same_link_quality(tmp_path):
    layers = dissected(MESSAGES["link quality"], tmp_path / "message.pcap")
    text = json.dumps(layers["bgp"])
    for field, value in {
        "delay_value": 1500,
        "delay_min": 900,
        "delay_max": 2100,
        "delay_variation_value": 70,
        "link_loss_value": 333_333,
    }.items():
        assert text.count(f'"bgp.ls.igp_te_metric.{field}": "{value}"') == 1
    assert [flag for flag in ("0", "1") if f'"bgp.ls.igp_te_metric.flags.a": "{flag}"' in text] == ["0", "1"]
    assert text.count('"bgp.ls.igp_te_metric.flags.a": "1"') == 1, "the loss is marked, no delay is"
