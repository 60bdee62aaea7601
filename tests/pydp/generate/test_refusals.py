# SPDX-License-Identifier: Apache-2.0
"""What a generator is asked for and cannot be: refused in a sentence."""

from ipaddress import ip_address

import pytest

import pydp
from pydp.generate import Action, FailurePattern, Generator
from tests.pydp.generate.loop import config

pytestmark = pytest.mark.eal


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"count": 0}, "no peers"),
        ({"count": 65537}, "max_peers"),
        ({"multiplier": 0}, "multiplier"),
        ({"multiplier": 256}, "out of range"),
        ({"desired_min_tx_interval_us": 0}, "desired_min_tx"),
        ({"jitter_percent": 26}, "jitter"),
        ({"vlans": 2}, "VLAN"),
        ({"port": 3}, "port 3"),
        ({"target": ip_address("2001:db8::1")}, "IPv"),
        (
            {"address": ip_address("223.255.255.255"), "count": 1 << 16, "address_step": 1 << 20},
            "past the last",
        ),
        ({"discriminator": 2**32 - 1, "count": 2}, "no room"),
        ({"failures": FailurePattern(permille=1001, period_ms=2, duration_ms=1)}, "permille"),
        ({"failures": FailurePattern(permille=1, period_ms=2, duration_ms=2)}, "before the next"),
        (
            {"failures": FailurePattern(permille=1, period_ms=2, duration_ms=1, action=Action.RESUME)},
            "no way",
        ),
    ],
)
def test_peers_that_cannot_be_are_refused_in_a_sentence(bench4, changes, word):
    with pytest.raises(pydp.PydpError, match=word):
        bench4.peers(changes.pop("count", 1), sessions=0, **changes)


def test_discriminators_of_two_groups_do_not_overlap(bench4):
    bench4.peers(10, sessions=0, discriminator=100)
    with pytest.raises(pydp.ExistsError, match="group 0"):
        bench4.peers(1, sessions=0, address=ip_address("192.0.2.200"), discriminator=109)
    bench4.peers(1, sessions=0, address=ip_address("192.0.2.200"))
    with pytest.raises(pydp.PydpError, match="peers 5 to 11"):
        bench4.peers(10, sessions=0, address=ip_address("192.0.2.100")).act(Action.SILENT, first=5, count=6)


def test_names_that_do_not_exist_are_refused(bench4):
    peers = bench4.peers(1, sessions=0)
    with pytest.raises(pydp.InvalidArgumentError, match="poll-storm"):
        peers.misbehave("nicely")
    with pytest.raises(pydp.InvalidArgumentError, match="the least"):
        peers.misbehave("ttl", every=0)


def test_a_port_belongs_to_one_of_engine_and_generator(bench4, name):
    with Generator(f"{name}o") as other:
        for end in bench4.ends:
            with pytest.raises(pydp.BusyError):
                other.attach(end)
    with pytest.raises(pydp.BusyError):
        bench4.ends[1].close()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"sizes": (63,)}, "64 to"),
        ({"sizes": (1519,)}, "64 to 1518"),
        ({"sizes": ()}, "size_count"),
        ({"destinations": []}, "destination_count"),
        ({"destinations": [ip_address("2001:db8::1")]}, "IPv"),
        ({"mac": None}, "neither a gateway nor a MAC"),
        ({"destination_port": 3784}, "BFD's"),
        ({"source_port": 65535, "source_ports": 2}, "past 65535"),
        ({"dscp": 64}, "dscp"),
        ({"port": 9}, "port 9"),
        ({"ttl": 256}, "out of range"),
        ({"source": ip_address("2001:db8::1"), "destinations": [ip_address("2001:db8::2")]}, "84 to"),
    ],
)
def test_a_flow_that_cannot_be_is_refused_in_a_sentence(loop, changes, word):
    with pytest.raises(pydp.PydpError, match=word):
        loop.generator.flow(0, config(**changes))


def test_what_cannot_be_started_is_refused(loop):
    with pytest.raises(pydp.NotFoundError):
        loop.generator.flow(1).start()
    with pytest.raises(pydp.InvalidArgumentError, match="max_flows"):
        loop.generator.flow(16, config())
    flow = loop.generator.flow(0, config())
    with pytest.raises(pydp.InvalidArgumentError):
        flow.start(0)
    with pytest.raises(pydp.InvalidArgumentError):
        flow.start(1, 0)
    with pytest.raises(pydp.InvalidArgumentError, match="less than"):
        flow.start(10**9)
