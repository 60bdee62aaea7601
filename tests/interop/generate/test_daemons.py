# SPDX-License-Identifier: Apache-2.0
"""The generator's peers against FRR's bfdd and BIRD over veth: they come up and hold, fail by pattern as the daemon counts,
and what they send badly moves no session."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest

from tests.interop.generate.far_end import FarEnd
from tests.interop.support.bird import Bird
from tests.interop.support.frr import Frr
from tests.interop.support.lan import Lan
from tests.interop.support.poll import until
from tests.interop.support.side_by_side import side_by_side

pytestmark = [pytest.mark.root, pytest.mark.interop("frr", "bird"), pytest.mark.timeout(300)]

TARGETS = {"v4": "192.0.2.1", "v6": "2001:db8::1"}
FIRST: dict[str, IPv4Address | IPv6Address] = {
    "v4": ip_address("192.0.2.16"),
    "v6": ip_address("2001:db8::10"),
}
PEERS = 8


def addresses(family: str) -> list[str]:
    return [str(FIRST[family] + i) for i in range(PEERS)]


def options(family: str, *more: str) -> list[str]:
    return [
        *("--peers", str(PEERS), "--address", str(FIRST[family]), "--target", TARGETS[family]),
        *("--interval", "100ms", *more),
    ]


def frr(lan: Lan, family: str) -> Frr:
    peers = "".join(
        f" peer {peer} local-address {TARGETS[family]} interface eth0\n"
        "  transmit-interval 100\n  receive-interval 100\n  detect-multiplier 3\n exit\n"
        for peer in addresses(family)
    )
    return Frr(lan.members["dut"], ("bfdd",), f"bfd\n{peers}exit\n")


def bird(lan: Lan, family: str) -> Bird:
    neighbours = "".join(
        f'  neighbor {peer} dev "eth0" local {TARGETS[family]};\n' for peer in addresses(family)
    )
    return Bird(
        lan.members["dut"],
        "router id 192.0.2.1;\nprotocol device {}\nprotocol bfd {\n"
        '  interface "eth0" { interval 100 ms; idle tx interval 1 s; multiplier 3; };\n'
        f"{neighbours}}}\n",
    )


def downs(router: Frr) -> dict[str, int]:
    """How often each session went Down, as bfdd counts."""
    return {row["peer"]: int(row["session-down"]) for row in router.show("bfd peers counters")}


BAD = ("version", "length-short", "truncated", "multiplier-zero", "my-discriminator-zero", "ttl", "garbage")
MAKERS: dict[str, Callable[[Lan, str], Frr | Bird]] = {"frr": frr, "bird": bird}
Trial = tuple[str, str, str]
Told = Mapping[Trial, Future[dict[str, Any]]]


def failures(lan: Lan, daemon: str, family: str) -> dict[str, Any]:
    """What `generate` tells once each peer has failed once, with the downs as bfdd counted them before we left."""
    router = frr(lan, family)
    # A quarter of eight, four times: each peer once.
    pattern = "25%,every=1s,for=700ms,how=silent,after=5s,times=4"
    far = FarEnd(
        lan.members["far"],
        *options(family, "--fail", pattern, "--leave", "silent", "--duration", "14s"),
        *("--expect-sessions-up", str(PEERS)),
    )
    until(lambda: [one["status"] for one in router.bfd_peers().values()], lambda seen: seen == ["up"] * PEERS)
    until(lambda: sum(downs(router).values()), lambda seen: seen >= PEERS, bound=20, what="all failures")
    until(lambda: [one["status"] for one in router.bfd_peers().values()], lambda seen: seen == ["up"] * PEERS)
    counted = downs(router)
    return {**far.result(), "counted": counted}


def visit(lan: Lan, daemon: str, family: str) -> dict[str, Any]:
    """What `generate` tells of peers that came up and left, with whether the daemon then saw them leave."""
    router = MAKERS[daemon](lan, family)
    far = FarEnd(
        lan.members["far"],
        *options(family, "--duration", "8s", "--expect-sessions-up", str(PEERS), "--max-downs", "0"),
    )
    told = far.result()
    if isinstance(router, Frr):
        left = {one["remote-diagnostic"] for one in router.bfd_peers().values()}
    else:
        left = until(
            lambda: {one.state for one in router.bfd_sessions().values()}, lambda seen: seen == {"Down"}
        )
    return {**told, "left": left}


def bad_packets(lan: Lan, daemon: str, family: str) -> dict[str, Any]:
    router = MAKERS[daemon](lan, family)
    shares = [f"--misbehave={name},share=12.5%,every=2" for name in BAD]
    far = FarEnd(
        lan.members["far"],
        *options(family, *shares, "--duration", "6s", "--expect-sessions-up", str(PEERS), "--max-downs", "0"),
    )
    told = far.result()
    assert router is not None
    return told


STORIES = {
    "failures": (failures, (("frr", "v4"), ("frr", "v6"))),
    "visit": (visit, tuple((daemon, family) for daemon in MAKERS for family in TARGETS)),
    "bad-packets": (bad_packets, tuple((daemon, "v4") for daemon in MAKERS)),
}


def play(story: str, daemon: str, family: str) -> dict[str, Any]:
    with Lan() as lan:
        lan.member("dut", "192.0.2.1/24", "2001:db8::1/64")
        lan.member("far", kernel=False)
        return STORIES[story][0](lan, daemon, family)


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    trials = [(story, *case) for story, (_, cases) in STORIES.items() for case in cases]
    with side_by_side({trial: partial(play, *trial) for trial in trials}, at_once=4) as running:
        yield running


@pytest.mark.parametrize("family", ["v4", "v6"])
def test_bfdd_counts_the_failures_that_were_generated(told: Told, family: str) -> None:
    found = told["failures", "frr", family].result()
    assert found["counted"] == dict.fromkeys(addresses(family), 1)
    assert found["exit"] == 0, found["unmet"]
    peers = found["peers"]
    assert (peers["failures"], peers["failure-cycles"], peers["failing"]) == (8, 4, 0)
    assert peers["downs-by-silence"] == 0
    # Each failure takes our peer down as well: it hears nothing, or the daemon's Down when it hears again.
    assert peers["downs"] == PEERS
    assert peers["states"]["up"] == PEERS
    assert peers["faults"] == {}
    assert peers["bad-source-port"] == peers["poll-and-final"] == peers["unresolved"] == 0


@pytest.mark.parametrize("daemon", ["frr", "bird"])
@pytest.mark.parametrize("family", ["v4", "v6"])
def test_peers_come_up_hold_and_leave_by_admin_down(told: Told, daemon: str, family: str) -> None:
    found = told["visit", daemon, family].result()
    assert found["exit"] == 0, found["unmet"]
    peers = found["peers"]
    assert peers["ups"] == PEERS
    assert peers["faults"] == {}
    # Both sides poll for the interval that they settle on.
    assert peers["finals-received"] == PEERS
    assert peers["finals-sent"] == peers["polls-received"] >= PEERS
    assert peers["hellos-received"] > PEERS * 30
    assert found["left"] == ({"administratively down"} if daemon == "frr" else {"Down"})


@pytest.mark.parametrize("daemon", ["frr", "bird"])
def test_bad_packets_move_no_session_of_a_daemon(told: Told, daemon: str) -> None:
    found = told["bad-packets", daemon, "v4"].result()
    assert found["exit"] == 0, found["unmet"]
    assert set(found["peers"]["misbehaved"]) == set(BAD)
    assert min(found["peers"]["misbehaved"].values()) > 10
