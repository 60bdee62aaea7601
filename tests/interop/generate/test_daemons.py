# SPDX-License-Identifier: Apache-2.0
"""The generator's peers against FRR's bfdd and BIRD over veth: they come up and hold, fail by pattern as the daemon counts,
and what they send badly moves no session."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

from tests.interop.generate.far_end import FarEnd
from tests.interop.support.bird import Bird
from tests.interop.support.frr import Frr
from tests.interop.support.lan import Lan
from tests.interop.support.poll import until

pytestmark = [pytest.mark.root, pytest.mark.interop("frr", "bird")]

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


@pytest.fixture
def lan() -> Iterator[Lan]:
    with Lan() as made:
        made.member("dut", "192.0.2.1/24", "2001:db8::1/64")
        made.member("far", kernel=False)
        yield made


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


@pytest.mark.parametrize("family", ["v4", "v6"])
def test_bfdd_counts_the_failures_that_were_generated(lan: Lan, family: str) -> None:
    router = frr(lan, family)
    # A quarter of eight, four times: each peer once.
    pattern = "25%,every=2s,for=1s,how=silent,after=5s,times=4"
    far = FarEnd(
        lan.members["far"],
        *options(family, "--fail", pattern, "--leave", "silent", "--duration", "18s"),
        *("--expect-sessions-up", str(PEERS)),
    )
    until(lambda: [one["status"] for one in router.bfd_peers().values()], lambda seen: seen == ["up"] * PEERS)
    until(lambda: sum(downs(router).values()), lambda seen: seen >= PEERS, bound=20, what="all failures")
    until(lambda: [one["status"] for one in router.bfd_peers().values()], lambda seen: seen == ["up"] * PEERS)
    counted = downs(router)
    told = far.result()
    assert counted == dict.fromkeys(addresses(family), 1)
    assert told["exit"] == 0, told["unmet"]
    peers = told["peers"]
    assert (peers["failures"], peers["failure-cycles"], peers["failing"]) == (8, 4, 0)
    assert peers["downs-by-silence"] == 0
    # Each failure takes our peer down as well: it hears nothing, or the daemon's Down when it hears again.
    assert peers["downs"] == PEERS
    assert peers["states"]["up"] == PEERS
    assert peers["faults"] == {}
    assert peers["bad-source-port"] == peers["poll-and-final"] == peers["unresolved"] == 0


@pytest.mark.parametrize("daemon", ["frr", "bird"])
@pytest.mark.parametrize("family", ["v4", "v6"])
def test_peers_come_up_hold_and_leave_by_admin_down(lan: Lan, daemon: str, family: str) -> None:
    router = frr(lan, family) if daemon == "frr" else bird(lan, family)
    far = FarEnd(
        lan.members["far"],
        *options(family, "--duration", "8s", "--expect-sessions-up", str(PEERS), "--max-downs", "0"),
    )
    told = far.result()
    assert told["exit"] == 0, told["unmet"]
    peers = told["peers"]
    assert peers["ups"] == PEERS
    assert peers["faults"] == {}
    # Both sides poll for the interval that they settle on.
    assert peers["finals-received"] == PEERS
    assert peers["finals-sent"] == peers["polls-received"] >= PEERS
    assert peers["hellos-received"] > PEERS * 30
    if isinstance(router, Frr):
        states = {one["remote-diagnostic"] for one in router.bfd_peers().values()}
        assert states == {"administratively down"}
    else:
        until(lambda: {one.state for one in router.bfd_sessions().values()}, lambda seen: seen == {"Down"})


BAD = ("version", "length-short", "truncated", "multiplier-zero", "my-discriminator-zero", "ttl", "garbage")


@pytest.mark.parametrize("daemon", ["frr", "bird"])
def test_bad_packets_move_no_session_of_a_daemon(lan: Lan, daemon: str) -> None:
    router = frr(lan, "v4") if daemon == "frr" else bird(lan, "v4")
    shares = [f"--misbehave={name},share=12.5%,every=2" for name in BAD]
    far = FarEnd(
        lan.members["far"],
        *options("v4", *shares, "--duration", "6s", "--expect-sessions-up", str(PEERS), "--max-downs", "0"),
    )
    told = far.result()
    assert told["exit"] == 0, told["unmet"]
    assert set(told["peers"]["misbehaved"]) == set(BAD)
    assert min(told["peers"]["misbehaved"].values()) > 10
    assert router is not None
