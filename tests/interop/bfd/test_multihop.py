# SPDX-License-Identifier: Apache-2.0
"""Multihop BFD (RFC 5883) with FRR's bfdd and BIRD behind a router: Up, Down by a cut, and the least TTL both ways."""

from collections.abc import Iterator

import pytest

from tests.interop.bfd.routed import GATEWAY, OURS, THEIRS, FrrBehind, RoutedScene
from tests.interop.support.poll import stays, until

pytestmark = [pytest.mark.root, pytest.mark.interop("frr", "bird")]
families = pytest.mark.parametrize("family", ["v4", "v6"])


@pytest.fixture(scope="module", params=["frr", "bird"])
def scene(request: pytest.FixtureRequest) -> Iterator[RoutedScene]:
    with RoutedScene(request.param) as made:
        yield made


@families
def test_both_ends_come_up_through_the_router(scene: RoutedScene, family: str) -> None:
    scene.both_up(family)
    session = scene.session(family)
    assert (session["path-type"], session["dest-port"]) == ("path-ip-mh", 4784)
    assert (session["gateway"], session["tx-ttl"], session["rx-ttl"]) == (
        GATEWAY[family],
        255,
        scene.far.arriving_ttl,
    )
    assert session["session-running"]["remote-authenticated"] is scene.far.authenticates
    until(
        lambda: scene.session(family)["session-running"]["detection-time"],
        lambda us: us == 300_000,
        what="the negotiated detection time",
    )
    # It guards no next hop.
    assert THEIRS[family] not in scene.near.nexthops()


@families
def test_a_cut_behind_the_router_is_down_by_expiry(scene: RoutedScene, family: str) -> None:
    scene.both_up(family)
    before = scene.session(family)["session-statistics"]["down-count"]
    scene.lans[1].cut(only=f"ether type {'ip' if family == 'v4' else 'ip6'} udp dport 4784")
    try:
        until(lambda: scene.states(family), lambda seen: seen == ("down", False), bound=5)
        session = scene.session(family)
        assert session["session-running"]["local-diagnostic"] == "control-expiry"
        assert session["session-statistics"]["down-count"] == before + 1
    finally:
        scene.lans[1].restore()
    scene.both_up(family)


@families
def test_what_came_through_more_routers_than_rx_ttl_allows_is_refused(
    scene: RoutedScene, family: str
) -> None:
    scene.both_up(family)
    scene.near.write(scene.configuration(nearer=1))
    scene.near.reload()
    try:
        until(lambda: scene.session(family)["session-running"]["local-state"], lambda seen: seen == "down")
        answer = scene.near.ask("show-sessions", address=THEIRS[family])
        (session,) = answer["sessions"]
        assert [row["name"] for row in session["refused"]] == ["drop-bfd-rx-ttl"]
    finally:
        scene.near.write(scene.configuration())
        scene.near.reload()
    scene.both_up(family)


@families
def test_our_tx_ttl_is_what_the_far_end_judges(scene: RoutedScene, family: str) -> None:
    scene.both_up(family)
    scene.near.write(scene.configuration(tx_ttl=64))
    scene.near.reload()
    try:
        if isinstance(scene.far, FrrBehind):
            until(lambda: scene.far.up(family), lambda up: not up, bound=5)
        else:
            stays(lambda: scene.states(family), lambda seen: seen == ("up", True), seconds=1)
    finally:
        scene.near.write(scene.configuration())
        scene.near.reload()
    scene.both_up(family)


@families
def test_admin_down_and_back(scene: RoutedScene, family: str) -> None:
    scene.both_up(family)
    scene.near.ask("session-admin", address=THEIRS[family], down=True)
    until(lambda: scene.states(family), lambda seen: seen == ("admin-down", False), bound=5)
    scene.near.ask("session-admin", address=THEIRS[family], down=False)
    scene.both_up(family)


def test_tshark_reads_what_we_send_as_multihop_bfd(scene: RoutedScene) -> None:
    for family in OURS:
        scene.both_up(family)
    lines = scene.router.run(
        *("tshark", "-i", "eth0", "-c", "12", "-a", "duration:10", "-o", "udp.check_checksum:TRUE"),
        *("-o", "ip.check_checksum:TRUE", "-Y", "eth.src == 02:00:00:00:00:01 && udp.dstport == 4784"),
        *("-T", "fields", "-e", "_ws.col.Protocol", "-e", "ip.ttl", "-e", "ipv6.hlim", "-e", "bfd.flags.c"),
        *("-e", "udp.checksum.status", "-e", "_ws.expert.message"),
    )
    rows = [line.split("\t") for line in lines.splitlines()]
    assert len(rows) >= 2
    for protocol, ttl, hop_limit, independent, checksum, expert in rows:
        assert protocol.startswith("BFD")
        assert (ttl or hop_limit, checksum, expert) == ("255", "1", "")
        assert independent in ("0", "False")
