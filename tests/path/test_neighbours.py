# SPDX-License-Identifier: Apache-2.0
"""What the router believes of its neighbours, ARP and ND alike (RFC 826, RFC 1122 2.3.2.1, RFC 4861 7.2, 7.3): whom it asks, whom it
answers, and what a MAC address that is said unasked is worth. 198.51.100.66 and 2001:db8:1::66 on port 1 are next hop 10."""

from collections.abc import Callable

import pytest
from scapy.layers.inet6 import (
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptSrcLLAddr,
    IPv6,
)
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Packet

from pydp import NeighbourState, NextHopConfig
from tests.path.router import Router

pytestmark = pytest.mark.eal

THERE = {4: "198.51.100.66", 6: "2001:db8:1::66"}
OURS = {4: "198.51.100.1", 6: "2001:db8:1::1"}
EVERYONE = {4: "ff:ff:ff:ff:ff:ff", 6: "33:33:ff:00:00:66"}
ONE, OTHER = "02:00:00:00:03:01", "02:00:00:00:03:02"
SECOND_NS = 1_000_000_000


class Neighbour:
    def __init__(self, router: Router, family: int) -> None:
        self.router, self.family = router, family
        router.engine.nexthops.set(10, NextHopConfig.adjacent(THERE[family], 1))
        self.asked_now()

    def asked_now(self) -> list[str]:
        """The destinations of the questions for it that go out in a step."""
        self.router.step()
        frames = [Ether(frame) for frame in self.router.received(1)]
        return [one.dst for one in frames if (ARP in one and one[ARP].op == 1) or ICMPv6ND_NS in one]

    def after(self, seconds: float) -> list[str]:
        self.router.now_ns += int(seconds * SECOND_NS)
        return self.asked_now()

    def hears(self, frame: Packet) -> list[str]:
        self.router.send(frame, port=1)
        return self.asked_now()

    def knows(self) -> tuple[str | None, NeighbourState]:
        (one,) = (one for one in self.router.engine.neighbours() if str(one.address) == THERE[self.family])
        return (one.mac, one.state)

    def _ether(self, mac: str) -> Ether:
        return Ether(src=mac, dst=self.router.ether(1).dst)

    def answer(self, mac: str = ONE, *, override: bool = True) -> Packet:
        """To a question of ours."""
        if self.family == 4:
            return self._ether(mac) / ARP(
                op="is-at", hwsrc=mac, psrc=THERE[4], hwdst=self.router.ether(1).dst, pdst=OURS[4]
            )
        return self.advertisement(mac, override=override, solicited=True)

    def advertisement(
        self, mac: str | None, *, override: bool, solicited: bool, target: str = THERE[6]
    ) -> Packet:
        packet = (
            self._ether(mac or ONE)
            / IPv6(src=target, dst=OURS[6] if solicited else "ff02::1", hlim=255)
            / ICMPv6ND_NA(tgt=target, R=1, S=int(solicited), O=int(override))
        )
        return packet / ICMPv6NDOptDstLLAddr(lladdr=mac) if mac else packet

    def announcement(self, mac: str) -> Packet:
        """Said to all, unasked: this is where I am now."""
        if self.family == 4:
            return Ether(src=mac, dst="ff:ff:ff:ff:ff:ff") / ARP(
                op="who-has", hwsrc=mac, psrc=THERE[4], pdst=THERE[4]
            )
        return self.advertisement(mac, override=True, solicited=False)

    def question(self, mac: str = ONE) -> Packet:
        """For our MAC address."""
        if self.family == 4:
            return self._ether(mac) / ARP(op="who-has", hwsrc=mac, psrc=THERE[4], pdst=OURS[4])
        return (
            self._ether(mac)
            / IPv6(src=THERE[6], dst=OURS[6], hlim=255)
            / ICMPv6ND_NS(tgt=OURS[6])
            / ICMPv6NDOptSrcLLAddr(lladdr=mac)
        )


@pytest.fixture(params=[4, 6], ids=["arp", "nd"])
def neighbour(router: Router, request: pytest.FixtureRequest) -> Neighbour:
    return Neighbour(router, request.param)


@pytest.fixture
def known(neighbour: Neighbour) -> Neighbour:
    """It has answered."""
    neighbour.hears(neighbour.answer())
    assert neighbour.knows() == (ONE, NeighbourState.REACHABLE)
    return neighbour


@pytest.fixture
def known6(router: Router) -> Neighbour:
    made = Neighbour(router, 6)
    made.hears(made.answer())
    return made


def test_who_was_there_is_asked_alone_and_all_are_with_the_last_question(known: Neighbour) -> None:
    everyone = EVERYONE[known.family]
    assert known.after(29) == []
    assert known.after(1) == [ONE]
    assert known.knows() == (ONE, NeighbourState.STALE)
    assert [known.after(1), known.after(1)] == [[ONE], [everyone]]
    assert known.knows() == (ONE, NeighbourState.STALE)
    assert known.after(1) == [everyone]
    assert known.knows()[1] is NeighbourState.FAILED


def test_its_answer_makes_it_known_again(known: Neighbour) -> None:
    assert known.after(30) == [ONE]
    assert known.hears(known.answer()) == []
    assert known.knows() == (ONE, NeighbourState.REACHABLE)
    assert known.after(29) == []


def test_what_it_says_unasked_is_used_and_asked_about(known: Neighbour) -> None:
    assert known.hears(known.announcement(OTHER)) == [OTHER]
    assert known.knows() == (OTHER, NeighbourState.STALE)
    known.hears(known.answer(OTHER))
    assert known.knows() == (OTHER, NeighbourState.REACHABLE)


def test_who_is_not_known_yet_is_learned_from_its_own_question_and_asked(neighbour: Neighbour) -> None:
    assert neighbour.hears(neighbour.question()) == [ONE]
    assert neighbour.knows() == (ONE, NeighbourState.STALE)


def test_that_we_hear_it_does_not_say_that_it_hears_us(known: Neighbour) -> None:
    known.after(29)
    for frame in (known.question(), known.announcement(ONE)):
        assert known.hears(frame) == []
    assert known.after(1) == [ONE]


def test_of_two_that_answer_at_once_the_first_counts(known: Neighbour) -> None:
    known.router.counted()
    known.hears(known.answer(OTHER))
    assert known.knows() == (ONE, NeighbourState.REACHABLE)
    assert known.router.counted()["neighbour-conflict"] == 1
    known.after(2)
    known.hears(known.answer(OTHER))
    assert known.knows() == (OTHER, NeighbourState.REACHABLE)


def test_nobody_is_believed_to_have_our_own_mac_address(known: Neighbour) -> None:
    known.after(2)
    ours = known.router.ether(1).dst
    for frame in (known.answer(ours), known.announcement(ours), known.question(ours)):
        known.hears(frame)
        assert known.knows() == (ONE, NeighbourState.REACHABLE)


@pytest.mark.parametrize("solicited", [True, False])
def test_without_the_override_flag_another_address_makes_doubtful_and_no_more(
    known6: Neighbour, solicited: bool
) -> None:
    known6.after(2)
    frame = known6.advertisement(OTHER, override=False, solicited=solicited)
    assert known6.hears(frame) == [ONE]
    assert known6.knows() == (ONE, NeighbourState.STALE)
    assert known6.hears(frame) == [], "it is asked already"


def test_an_advertisement_without_an_address_means_the_known_one(router: Router) -> None:
    neighbour = Neighbour(router, 6)
    bare = neighbour.advertisement(None, override=True, solicited=True)
    neighbour.hears(bare)
    assert neighbour.knows()[1] is NeighbourState.INCOMPLETE
    neighbour.hears(neighbour.answer())
    neighbour.after(30)
    neighbour.hears(bare)
    assert neighbour.knows() == (ONE, NeighbourState.REACHABLE)


def test_a_static_one_is_asked_for_never_and_moved_by_nobody(known: Neighbour) -> None:
    known.router.engine.neighbour_set(1, THERE[known.family], ONE)
    for frame in (known.announcement(OTHER), known.answer(OTHER), known.question(OTHER)):
        assert known.hears(frame) == []
    assert known.after(3600) == []
    assert known.knows() == (ONE, NeighbourState.STATIC)


def _flags(said: Packet) -> tuple[int, int, int]:
    """Router, solicited, override."""
    return (said.R, said.S, said.O)


@pytest.mark.parametrize("forwards", [True, False])
def test_who_probes_for_an_address_of_ours_hears_that_it_is_taken(
    make_router: Callable[..., Router], forwards: bool
) -> None:
    """RFC 5227 2.1.1; RFC 4862 5.4.3. The R flag says whether we are a router."""
    router = make_router(enabled=forwards)
    probe = Ether(src=OTHER, dst="ff:ff:ff:ff:ff:ff") / ARP(
        op="who-has", hwsrc=OTHER, psrc="0.0.0.0", pdst=OURS[4]
    )
    reply = Ether(router.through(probe, port=1)[1][0])
    assert (reply.dst, reply[ARP].op, reply[ARP].psrc, reply[ARP].hwdst) == (OTHER, 2, OURS[4], OTHER)
    probe6 = (
        Ether(src=OTHER, dst="33:33:ff:00:00:01")
        / IPv6(src="::", dst="ff02::1:ff00:1", hlim=255)
        / ICMPv6ND_NS(tgt=OURS[6])
    )
    reply = Ether(router.through(probe6, port=1)[1][0])
    said = reply[ICMPv6ND_NA]
    assert (reply.dst, reply[IPv6].dst, said.tgt) == ("33:33:00:00:00:01", "ff02::1", OURS[6])
    assert _flags(said) == (int(forwards), 0, 1)
    asked = Ether(src=OTHER, dst="33:33:ff:00:00:01") / IPv6(src=THERE[6], dst="ff02::1:ff00:1", hlim=255)
    asked = asked / ICMPv6ND_NS(tgt=OURS[6]) / ICMPv6NDOptSrcLLAddr(lladdr=OTHER)
    said = Ether(router.through(asked, port=1)[1][0])[ICMPv6ND_NA]
    assert _flags(said) == (int(forwards), 1, 1)
    assert "address-conflict" not in router.counted()


def test_somebody_else_with_an_address_of_ours_is_counted(neighbour: Neighbour) -> None:
    router = neighbour.router
    ours = router.ether(1).dst
    announced = Ether(src=OTHER, dst="ff:ff:ff:ff:ff:ff") / ARP(
        op="who-has", hwsrc=OTHER, psrc=OURS[4], pdst=OURS[4]
    )
    answered = Ether(src=OTHER, dst=ours) / ARP(op="is-at", hwsrc=OTHER, psrc=OURS[4], pdst=THERE[4])
    advertised = neighbour.advertisement(OTHER, override=True, solicited=False, target=OURS[6])
    asks = Ether(src=OTHER, dst=ours) / IPv6(src=OURS[6], dst=OURS[6], hlim=255) / ICMPv6ND_NS(tgt=OURS[6])
    router.counted()
    for frame in (announced, answered, advertised, asks):
        router.through(frame, port=1)
        assert router.counted()["address-conflict"] == 1, frame.summary()
    looped = Ether(src=ours, dst="ff:ff:ff:ff:ff:ff") / ARP(
        op="who-has", hwsrc=ours, psrc=OURS[4], pdst=THERE[4]
    )
    router.through(looped, port=1)
    assert "address-conflict" not in router.counted()
