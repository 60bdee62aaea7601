# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath generate` as a person or a script meets it: over a port that hears itself, so without root."""

import json
import subprocess
import sys
from fractions import Fraction
from ipaddress import ip_network
from typing import Any

import click
import pytest

from bfd_fastpath.cli.generate_values import (
    AddressesType,
    FailType,
    LossType,
    MisbehaveType,
    RateType,
    SizesType,
    TimeType,
)
from bfd_fastpath.cli.main import invoke
from bfd_fastpath.lab.generate.wanted import Misbehaviour, Rate, WantedError, parts, spread
from pydp.generate import IMIX, Action, FailurePattern

PEERS = ["--port", "net_null0", "--peers", "2", "--address", "192.0.2.10", "--target", "192.0.2.1"]
FLOW = ["--from", "192.0.2.1", "--to", "203.0.113.0/24", "--mac", "02:00:00:00:00:01"]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as EAL starts once."""
    return subprocess.run(
        [sys.executable, "-m", "bfd_fastpath", "generate", *words],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_a_flow_that_comes_back_whole_is_exit_code_0():
    done = run(
        *("--port", "net_ring0", *FLOW, "--destinations", "100", "--size", "imix", "--rate", "2kpps"),
        *("--duration", "1s", "--max-loss", "0", "--max-reordered", "0", "--idle", "sleep", "--json"),
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    (flow,) = told["flows"]
    assert flow["sent"] + flow["given-up"] == flow["due"] == 2000
    assert flow["received"] == flow["sent"]
    assert flow["lost"] == flow["reordered"] == flow["corrupt"] == 0
    assert flow["latency-ns"]["p50"] > 0
    assert told["unmet"] == []
    assert told["peers"] is None
    assert sum(told["worker"]["poll-gap-us-log2"]) > 0


def test_what_was_expected_and_did_not_come_is_exit_code_1_and_a_sentence_each():
    done = run(
        *("--port", "net_null0,no-rx=1", *FLOW, "--rate", "1kpps", "--duration", "300ms", "--drain", "0s"),
        *("--peers", "3", "--address", "192.0.2.10", "--target", "192.0.2.1", "--expect-sessions-up", "3"),
        *("--max-loss", "1%", "--max-latency", "1ms", "--idle", "sleep"),
    )
    assert done.returncode == 1
    complaints = [line for line in done.stderr.splitlines() if line.startswith("bfd-fastpath generate:")]
    assert len(complaints) == 3
    assert "0 sessions are Up at the end, and 3 were expected" in complaints[0]
    assert "packets of 300 were lost, and 3 were allowed" in complaints[1]
    assert "no packet has a latency" in complaints[2]
    assert "its MAC address is not known" in done.stdout


def test_a_port_that_does_not_open_is_exit_code_1():
    done = run("--port", "net_nonsense0", "--duration", "1s")
    assert done.returncode == 1
    assert done.stderr.startswith("bfd-fastpath generate: ")
    assert "net_nonsense0" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        [],
        [*PEERS[:-2]],
        [*PEERS, "--peer-port", "1"],
        [*PEERS, "--fail", "10%"],
        [*PEERS, "--fail", "10%,every=1s,for=1s"],
        [*PEERS, "--fail", "10%,every=1s,for=1ms,how=loudly"],
        [*PEERS, "--fail", "0.05%,every=1s,for=1ms"],
        [*PEERS, "--fail", "10%,every=1s,for=1ms,for=2ms"],
        [*PEERS, "--misbehave", "nicely"],
        [*PEERS, "--misbehave", "ttl,every=0"],
        [*PEERS, "--misbehave", "ttl,instead=maybe"],
        [*PEERS, "--interval", "0"],
        [*PEERS[:-1], "2001:db8::1"],
        [*PEERS[:-1], "192.0.2.11"],
        ["--port", "net_null0", "--expect-sessions-up", "1"],
        ["--port", "net_null0", "--max-downs", "0"],
        ["--port", "net_null0", "--expect-rate"],
        ["--port", "net_null0", "--rate", "1kpps"],
        ["--port", "net_null0", *FLOW, "--expect-rate"],
        ["--port", "net_null0", *FLOW, "--packets", "99999999999999999999"],
        ["--port", "net_null0", "--fail", "10%,every=2s,for=1s"],
        ["--port", "net_null0", "--to", "203.0.113.0/24"],
        ["--port", "net_null0", "--gateway", "192.0.2.1"],
        ["--port", "net_null0", *FLOW, "--rate", "fast"],
        ["--port", "net_null0", *FLOW, "--rate", "0pps"],
        ["--port", "net_null0", *FLOW, "--rate", "101%"],
        ["--port", "net_null0", *FLOW, "--size", "63"],
        ["--port", "net_null0", *FLOW, "--max-loss", "some"],
        ["--port", "net_null0", *FLOW, "--to", "2001:db8::/32"],
        ["--port", "net_null0", *FLOW, "--host", "192.0.2.1@1"],
        ["--port", "net_null0", *FLOW, "--host", "192.0.2.1*0"],
        ["--port", "net_null0", "--duration", "long"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_exit_code_2_with_a_reason(words, capsys):
    assert invoke(["generate", *words]) == 2
    assert "Error:" in capsys.readouterr().err


def value(kind: click.ParamType, text: str) -> Any:
    return kind.convert(text, None, None)


def test_values_mean_what_they_say():
    assert value(RateType(), "1.5Mpps") == Rate(pps=Fraction(1_500_000))
    assert value(RateType(), "2.5Gbps") == Rate(bits=Fraction(2_500_000_000))
    assert value(RateType(), "40%") == Rate(share=Fraction(2, 5))
    assert value(RateType(), "max") == Rate()
    assert value(LossType(), "0.01%") == Fraction(1, 10_000)
    assert value(LossType(), "7") == 7
    assert value(TimeType(), "2min") == 120.0
    assert value(TimeType(), "0.5") == 0.5
    assert value(SizesType(), "64,1518") == (64, 1518)
    assert value(SizesType(), "imix") == IMIX
    address, count = value(AddressesType(), "2001:db8::1*256")
    assert (str(address), count) == ("2001:db8::1", 256)
    assert value(FailType(), "0.5%,every=5s,for=200ms,how=admin-down,times=3") == FailurePattern(
        permille=5, period_ms=5000, duration_ms=200, action=Action.ADMIN_DOWN, after_ms=5000, cycles=3
    )
    assert value(MisbehaveType(), "ttl,every=10,share=5%,instead=yes") == Misbehaviour(
        name="ttl", every=10, permille=50, extra=False
    )


def test_what_only_a_port_can_refuse_is_a_wrong_command_line_too():
    done = run(*PEERS, "--vlan", "4090", "--vlans", "10", "--duration", "0s")
    assert done.returncode == 2
    assert done.stderr == "bfd-fastpath generate: 10 VLANs from 4090 on do not exist: 1 to 4094\n"


def bad(permille: int | None = None) -> Misbehaviour:
    return Misbehaviour(name="ttl", permille=permille)


@pytest.mark.parametrize(
    ("shares", "peers", "counts"),
    [
        ([None], 7, [7]),
        ([50], 7, [1]),
        ([None, None, None], 10, [3, 4, 3]),
        ([500, None, None], 8, [4, 2, 2]),
        ([None, 500], 8, [4, 4]),
        ([125] * 8, 12, [2, 1, 1, 2, 2, 1, 1, 2]),
        ([], 5, []),
    ],
)
def test_each_misbehaviour_has_peers_of_its_own(shares, peers, counts):
    found = parts([bad(share) for share in shares], peers)
    assert [len(one) for one in found] == counts
    assert [one.start for one in found] == [sum(counts[:i]) for i in range(len(counts))]


@pytest.mark.parametrize(("shares", "peers"), [([None] * 3, 2), ([600, 500], 100), ([1000, None], 4)])
def test_more_misbehaviours_than_peers_are_refused(shares, peers):
    with pytest.raises(WantedError, match=f"{len(shares)} misbehaviours for {peers} peers"):
        parts([bad(share) for share in shares], peers)


def test_a_rate_in_bits_counts_preamble_and_gap():
    # RFC 2544's figures: 64-octet frames at 10 Gbit/s are 14,880,952 a second.
    assert Rate(bits=Fraction(10**10)).packets_per_second([64], 0) == pytest.approx(14_880_952.38)
    assert Rate(share=Fraction(1, 2)).packets_per_second([1518], 10_000) == pytest.approx(406_371.9, rel=1e-6)
    assert Rate(share=Fraction(1)).packets_per_second(IMIX, 1000) == pytest.approx(1e9 / 8 / 381.83333)
    assert Rate().packets_per_second([64], 0) is None
    with pytest.raises(WantedError, match="how fast it is"):
        Rate(share=Fraction(1)).packets_per_second([64], 0)


def test_destinations_are_spread_over_the_networks():
    networks = [ip_network("203.0.113.0/30"), ip_network("198.51.100.7/32"), ip_network("10.0.0.0/31")]
    assert list(map(str, spread(networks, 0))) == ["203.0.113.1", "198.51.100.7", "10.0.0.0"]
    assert list(map(str, spread(networks, 5))) == [
        *("203.0.113.1", "198.51.100.7", "10.0.0.0"),
        *("203.0.113.2", "10.0.0.1"),
    ]
    with pytest.raises(WantedError, match="more than the 5"):
        spread(networks, 6)
