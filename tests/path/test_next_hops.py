# SPDX-License-Identifier: Apache-2.0
"""Next hops that BFD watches, with traffic flowing: which port and which neighbour packets go to, step by step. Next hop 9 has the
neighbour on port 1 as its member and the one on port 0 as its backup."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw

from pydp import Member, NextHopConfig, PathType, State
from tests.path.peer import DETECTION_MS, Peer
from tests.path.router import NEIGHBOURS, SENDER, SENDER6, Router, mac

pytestmark = pytest.mark.eal

FAMILIES = (4, 6)
OWN = {4: "198.51.100.1", 6: "2001:db8:1::1"}
MEMBER, BACKUP, GROUP = {4: 1, 6: 3}, {4: 2, 6: 4}, 9


def data(family: int, flow: int = 0) -> Packet:
    head = (
        IP(src=SENDER, dst="10.0.0.1", ttl=9)
        if family == 4
        else IPv6(src=SENDER6, dst="2001:db8:f::1", hlim=9)
    )
    return head / UDP(sport=1000 + flow, dport=53) / Raw(b"d" * 30)


class Watched:
    """The router, and a peer at the neighbour on port 1."""

    def __init__(self, router: Router, family: int, *, guards_next_hop: bool = True) -> None:
        self.router, self.family = router, family
        hops, routes = router.engine.nexthops, router.engine.routes
        hops.set(GROUP, NextHopConfig.group([MEMBER[family]], backups=[BACKUP[family]]))
        routes.set("10.0.0.0/8" if family == 4 else "2001:db8:f::/48", GROUP)
        self.peer = self.another(OWN[family], guards_next_hop=guards_next_hop)
        router.step()

    def another(self, own: str, *, guards_next_hop: bool = True) -> Peer:
        address = NEIGHBOURS[1][0 if self.family == 4 else 1]
        return Peer(self.router, own, address, port=1, mac=mac(1), guards_next_hop=guards_next_hop)

    def goes(self) -> int:
        """The port that a packet of now leaves by."""
        packet = data(self.family)
        out = self.router.through(self.router.ether() / packet)
        frames = [[frame for frame in one if Ether(frame).dport == 53] for one in out]
        (port,) = (port for port in (0, 1) if frames[port])
        assert frames[port] == [self.router.forwarded(packet, port)]
        return port


@pytest.fixture(params=FAMILIES, ids=["ipv4", "ipv6"])
def watched(router: Router, request: pytest.FixtureRequest) -> Watched:
    return Watched(router, request.param)


def test_a_peer_that_was_never_up_keeps_forwarding(watched: Watched) -> None:
    for _ in range(100):
        watched.router.now_ns += 100_000_000
        assert watched.goes() == 1
    watched.peer.says(State.DOWN)
    assert watched.goes() == 1
    assert watched.peer.is_in(State.INIT)
    for _ in range(100):
        watched.router.now_ns += 10_000_000
        assert watched.goes() == 1
    assert watched.peer.is_in(State.DOWN)


def test_an_admin_down_of_the_peer_keeps_forwarding(watched: Watched) -> None:
    watched.peer.comes_up()
    watched.peer.says(State.ADMIN_DOWN)
    assert watched.goes() == 1
    assert watched.peer.is_in(State.DOWN)
    watched.router.now_ns += 10_000_000_000
    assert watched.goes() == 1


def test_an_admin_down_of_ours_keeps_forwarding(watched: Watched) -> None:
    watched.peer.comes_up()
    sessions = watched.router.engine.sessions
    sessions.upsert(replace(watched.peer.config, admin_down=True))
    assert watched.goes() == 1
    assert watched.peer.is_in(State.ADMIN_DOWN)
    watched.router.now_ns += 10_000_000_000
    assert watched.goes() == 1


def test_a_down_diverts_the_data_of_the_very_burst_that_it_came_behind(watched: Watched) -> None:
    watched.peer.comes_up()
    assert watched.goes() == 1
    packet, down = data(watched.family), watched.peer.frame(State.DOWN)
    router = watched.router
    frames = [router.ether(1) / packet] * 10 + [down] + [router.ether(1) / packet] * 5
    router.send(*frames, port=1)
    router.step()
    assert watched.peer.is_in(State.DOWN)
    assert router.received(0) == [router.forwarded(packet, 0)] * 15
    assert all(Ether(frame).dport == 3784 for frame in router.received(1))


@pytest.mark.parametrize("behind", [0, 1], ids=["the-same-port", "another-port"])
def test_data_that_a_down_diverts_leaves_before_our_own_down(
    router: Router, watched: Watched, behind: int
) -> None:
    """The data waits in a queue that is looked at behind the peer's; member and backup are on the peer's port."""
    family, hops = watched.family, router.engine.nexthops
    member, other = (("192.0.2.2", "192.0.2.3"), ("2001:db8::2", "2001:db8::3"))[family == 6]
    own = ("192.0.2.1", "2001:db8::1")[family == 6]
    router.engine.neighbour_set(0, other, "02:00:00:00:00:33")
    hops.set(20, NextHopConfig.adjacent(other, 0))
    hops.set(GROUP, NextHopConfig.group([BACKUP[family]], backups=[20]))
    peer = Peer(router, own, member, port=0, mac=mac(0))
    peer.comes_up()
    router.received(0)
    router.send(peer.frame(State.DOWN), port=0)
    router.send(*[router.ether(behind) / data(family)] * 2, port=behind)
    router.step()
    assert peer.is_in(State.DOWN)
    assert [(Ether(frame).dst, Ether(frame).dport) for frame in router.received(0)] == [
        ("02:00:00:00:00:33", 53),
        ("02:00:00:00:00:33", 53),
        (mac(0), 3784),
    ]


def test_silence_diverts_from_the_turn_of_the_detection_time_on_and_up_again_returns(
    watched: Watched,
) -> None:
    """The turn's own data came before its timers; not one packet behind them goes the dead way."""
    watched.peer.comes_up()
    heard_ns = watched.router.now_ns
    while watched.peer.is_in(State.UP):
        assert watched.goes() == 1
    assert DETECTION_MS <= (watched.router.now_ns - heard_ns) // 1_000_000 <= DETECTION_MS + 2
    for _ in range(50):
        assert watched.goes() == 0
    watched.peer.says(State.DOWN)
    watched.router.step()
    assert watched.goes() == 0
    watched.peer.says(State.INIT)
    watched.router.step()
    assert watched.peer.is_in(State.UP)
    assert watched.goes() == 1


def test_of_several_sessions_one_that_is_up_is_enough(watched: Watched) -> None:
    own = "198.51.100.11/24" if watched.family == 4 else "2001:db8:1::11/64"
    watched.router.engine.address_add(1, own)
    second = watched.another(own.split("/")[0])
    watched.peer.comes_up()
    second.comes_up()
    watched.peer.goes_down()
    assert watched.goes() == 1
    second.goes_down()
    assert watched.goes() == 0
    second.comes_up()
    assert watched.goes() == 1


def _turns(watched: Watched, session: int, until: State) -> None:
    """Ten milliseconds each. The neighbour forwards our unaffiliated echoes where they are to bring the session Up."""
    router = watched.router
    for _ in range(500):
        if router.engine.sessions.read(session).local_state is until:
            return
        echoes = [Ether(frame) for frame in router.received(1) if Ether(frame).dport == 3785]
        for echo in echoes if until is State.UP else ():
            echo.src, echo.dst = echo.dst, echo.src
            if watched.family == 4:
                echo[IP].ttl -= 1
                del echo[IP].chksum
            else:
                echo[IPv6].hlim -= 1
            router.send(echo, port=1)
        router.now_ns += 9_000_000
        router.step()
    raise AssertionError(f"never {until.name}")


def test_a_neighbour_that_forwards_no_unaffiliated_echo_is_gone_round(watched: Watched) -> None:
    """It runs no BFD: the session to it stays Down."""
    config = replace(
        watched.peer.config,
        path_type=PathType.UNAFFILIATED_ECHO,
        required_min_rx_interval_us=0,
    )
    session = watched.router.engine.sessions.upsert(config)
    assert watched.goes() == 1
    _turns(watched, session, State.UP)
    assert watched.goes() == 1
    _turns(watched, session, State.DOWN)
    assert watched.goes() == 0
    assert watched.peer.is_in(State.DOWN)
    _turns(watched, session, State.UP)
    assert watched.goes() == 1


def test_a_session_that_a_stranger_began_diverts_nothing(router: Router) -> None:
    """Nor does it keep alive whom a session of ours has found dead; and it counts as soon as it is ours."""
    watched = Watched(router, 4, guards_next_hop=False)
    watched.peer.comes_up()
    watched.peer.goes_down()
    assert watched.goes() == 1
    sessions = router.engine.sessions
    ours = replace(watched.peer.config, guards_next_hop=True)
    assert sessions.upsert(ours) == watched.peer.id
    assert sessions.read(watched.peer.id).config == ours
    assert watched.goes() == 0
    sessions.upsert(watched.peer.config)
    assert watched.goes() == 1
    watched.peer.comes_up()
    router.engine.address_add(1, "198.51.100.11/24")
    second = watched.another("198.51.100.11")
    second.comes_up()
    second.goes_down()
    assert watched.goes() == 0
    sessions.remove(second.id, now=True)
    assert watched.goes() == 1


def _told(frame: bytes) -> tuple[int, int]:
    packet = Ether(frame)
    error = packet[ICMP] if IP in packet else packet[ICMPv6DestUnreach]
    return (error.type, error.code)


@pytest.mark.parametrize("alone", [True, False], ids=["next-hop", "group"])
def test_when_all_are_dead_the_sender_is_told_so_often(
    make_router: Callable[..., Router], alone: bool
) -> None:
    router = make_router(icmp_error_rate=100)
    for family, said in ((4, (3, 1)), (6, (1, 3))):
        hops = router.engine.nexthops
        hops.set(GROUP, NextHopConfig.group([MEMBER[family]]))
        router.engine.routes.set(
            "10.0.0.0/8" if family == 4 else "2001:db8:f::/48", MEMBER[family] if alone else GROUP
        )
        peer = Peer(router, OWN[family], NEIGHBOURS[1][0 if family == 4 else 1], port=1, mac=mac(1))
        router.step()
        peer.comes_up()
        peer.goes_down()
        router.now_ns += 1_000_000_000
        router.received(0), router.received(1), router.counted()
        back, out = router.through(*[router.ether() / data(family)] * 20)
        assert all(Ether(frame).dport == 3784 for frame in out)
        assert [_told(frame) for frame in back] == [said] * 6
        counted = router.counted()
        assert (counted["drop-next-hop"], counted["icmp-error-rate"]) == (20, 14)


MACS = [f"02:00:00:00:02:0{i}" for i in range(4)]


@pytest.fixture
def quartet(router: Router) -> tuple[Router, list[Peer]]:
    """Four neighbours on port 1, each with a peer that is Up, as next hops 11 to 14."""
    peers = []
    for i, one in enumerate(MACS):
        address = f"198.51.100.{20 + i}"
        router.engine.neighbour_set(1, address, one)
        router.engine.nexthops.set(11 + i, NextHopConfig.adjacent(address, 1))
        peers.append(Peer(router, OWN[4], address, port=1, mac=one))
    router.step()
    for peer in peers:
        peer.comes_up()
    router.received(1)
    router.engine.nexthops.set(GROUP, NextHopConfig.group([11]))
    router.engine.routes.set("10.0.0.0/8", GROUP)
    return router, peers


def _spread(router: Router) -> dict[int, str]:
    """Who gets which of 400 flows."""
    found: dict[int, str] = {}
    for first in range(0, 400, 100):
        flows = [router.ether() / data(4, flow) for flow in range(first, first + 100)]
        for frame in router.through(*flows)[1]:
            packet = Ether(frame)
            if packet.dport == 53:
                found[packet.sport - 1000] = packet.dst
    assert len(found) == 400
    return found


def test_a_members_death_moves_its_own_flows_alone_and_they_return(
    quartet: tuple[Router, list[Peer]],
) -> None:
    router, peers = quartet
    router.engine.nexthops.set(GROUP, NextHopConfig.group([Member(11, 1), Member(12, 2), Member(13, 5)]))
    before = _spread(router)
    shares = [sum(one == place for one in before.values()) for place in MACS[:3]]
    assert [30 < shares[0] < 75, 70 < shares[1] < 130, 210 < shares[2] < 290] == [True] * 3, shares
    peers[2].goes_down()
    after = _spread(router)
    moved = {flow for flow in before if before[flow] != after[flow]}
    assert moved == {flow for flow, one in before.items() if one == MACS[2]}
    assert {after[flow] for flow in moved} == set(MACS[:2]), "by weight over those that live"
    peers[1].goes_down()
    last = _spread(router)
    assert {flow for flow in after if after[flow] != last[flow]} == {
        flow for flow, one in after.items() if one == MACS[1]
    }
    peers[1].comes_up()
    peers[2].comes_up()
    assert _spread(router) == before


def test_backups_are_taken_in_their_order(quartet: tuple[Router, list[Peer]]) -> None:
    router, peers = quartet
    router.engine.nexthops.set(GROUP, NextHopConfig.group([11, 12], backups=[14, 13]))

    def taken() -> set[str]:
        return set(_spread(router).values())

    assert taken() == {MACS[0], MACS[1]}
    peers[0].goes_down()
    assert taken() == {MACS[1]}
    peers[1].goes_down()
    assert taken() == {MACS[3]}
    peers[3].goes_down()
    assert taken() == {MACS[2]}
    peers[3].comes_up()
    assert taken() == {MACS[3]}
    peers[1].comes_up()
    assert taken() == {MACS[1]}
