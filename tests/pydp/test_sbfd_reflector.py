# SPDX-License-Identifier: Apache-2.0
"""The S-BFD reflector (RFC 7880 7.2, RFC 7881): what it answers, what it must not, and how much."""

import dataclasses
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from scapy.contrib.bfd import BFD
from scapy.layers.inet import IP, IPOption_Router_Alert
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q, Ether

import pydp
from tests.pydp.sbfd import (
    ASKERS,
    REFLECTING,
    REFLECTOR,
    REFLECTORS,
    End,
    question,
    reply,
    session_of,
)

pytestmark = pytest.mark.eal
families = pytest.mark.parametrize("family", [4, 6])


@pytest.fixture
def reflecting(eal: None, pool: pydp.Mempool, name: str) -> Iterator[End]:
    made = End(name, pool, REFLECTORS)
    made.engine.reflector_set(REFLECTING)
    yield made
    made.close()


@families
def test_a_question_is_answered_with_everything_swapped_and_copied(reflecting, family):
    asked = question(reflecting, family)
    reflecting.send(asked)
    (answer,) = reflecting.sent()
    assert bytes(answer) == bytes(_as_we_mark(reply(asked), answer))
    assert reflecting.engine.stats.port(0)["rx-s-bfd"] == 1
    assert reflecting.drops() == {}


def _as_we_mark(expected: Any, answer: Any) -> Any:
    """DSCP is the sender's to choose, and so are identification and DF of an IPv4 header."""
    if IP in answer:
        expected[IP].id, expected[IP].flags, expected[IP].tos = (
            answer[IP].id,
            answer[IP].flags,
            answer[IP].tos,
        )
    else:
        expected[IPv6].tc = answer[IPv6].tc
    return expected


def test_the_traffic_class_is_that_of_all_our_bfd(reflecting):
    reflecting.send(question(reflecting, 4))
    reflecting.send(question(reflecting, 6))
    four, six = reflecting.sent()
    assert (four[IP].tos, six[IPv6].tc) == (0xC0, 0xC0)


def test_a_poll_is_answered_with_a_final(reflecting):
    reflecting.send(question(reflecting, flags="PD"))
    assert reflecting.sent()[0][BFD].flags == 0x10


def test_a_reflector_in_admin_down_says_so(reflecting):
    reflecting.engine.reflector_set(dataclasses.replace(REFLECTING, admin_down=True))
    reflecting.send(question(reflecting, your_discriminator=7))
    (answer,) = reflecting.sent()
    assert (answer[BFD].sta, answer[BFD].diag, answer[BFD].my_discriminator) == (0, 7, 7)


def test_a_tag_and_ip_options_do_not_reach_into_the_answer(reflecting):
    asked = question(reflecting)
    tagged = Ether(dst=asked.dst, src=asked.src) / Dot1Q(vlan=9) / asked[IP]
    reflecting.send(tagged)
    asked[IP].options = [IPOption_Router_Alert()]
    asked[IP].ihl = None
    reflecting.send(asked)
    first, second = reflecting.sent()
    assert (first[Dot1Q].vlan, first[BFD].your_discriminator) == (9, 77)
    assert (second[IP].ihl, second[IP].len, second[BFD].your_discriminator) == (5, 52, 77)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"flags": 0}, "drop-bfd-s-bfd-demand"),
        ({"sport": 7784}, "drop-bfd-s-bfd-ports"),
        ({"your_discriminator": 0}, "drop-bfd-s-bfd-your-discriminator"),
        ({"your_discriminator": 8}, "drop-bfd-your-discriminator"),
        ({"my_discriminator": 0}, "drop-bfd-my-discriminator"),
        ({"detect_mult": 0}, "drop-bfd-detect-mult"),
        ({"version": 0}, "drop-bfd-version"),
        ({"len": 25}, "drop-bfd-truncated"),
        ({"flags": "AD", "len": 24}, "drop-bfd-length"),
        ({"flags": "MD"}, "drop-bfd-multipoint"),
        ({"src": "192.0.2.200"}, "drop-bfd-s-bfd-source"),
        ({"src": "0.0.0.1"}, "drop-bfd-s-bfd-martian"),
        ({"src": "127.0.0.1"}, "drop-bfd-s-bfd-martian"),
        ({"src": "224.0.0.1"}, "drop-bfd-s-bfd-martian"),
        ({"src": "255.255.255.255"}, "drop-bfd-s-bfd-martian"),
        ({"src": "192.0.2.2"}, "drop-bfd-s-bfd-martian"),
        ({"mac": "ff:ff:ff:ff:ff:ff"}, "drop-bfd-s-bfd-martian"),
    ],
    ids=str,
)
def test_what_must_not_be_answered_is_not_and_says_why(reflecting, changes, reason):
    reflecting.send(question(reflecting, **changes))
    assert reflecting.sent() == []
    assert reflecting.drops() == {reason: 1}


@pytest.mark.parametrize("source", ["::", "::1", "ff02::1", "::ffff:192.0.2.1", "2001:db8::2"])
def test_ipv6_addresses_that_no_host_has_are_not_answered(reflecting, source):
    reflecting.send(question(reflecting, 6, src=source))
    assert reflecting.sent() == []
    assert reflecting.drops() == {"drop-bfd-s-bfd-martian": 1}


def test_an_authenticated_question_is_not_answered_while_no_key_is_in_use(reflecting):
    reflecting.send(question(reflecting, flags="AD", len=33) / bytes.fromhex("010901736563726574"))
    assert reflecting.sent() == []
    assert reflecting.drops() == {"drop-bfd-auth": 1}


def test_no_more_is_answered_than_the_rate_and_what_is_invalid_costs_nothing(reflecting):
    reflecting.engine.reflector_set(dataclasses.replace(REFLECTING, rate=100))
    reflecting.run(1000)
    asked, invalid = question(reflecting), question(reflecting, flags=0)
    for _ in range(500):
        reflecting.send(invalid)
    for _ in range(200):
        reflecting.send(asked)
    # Ten at once, and one in each of the 10 ms that follow.
    answered = len(reflecting.sent())
    assert answered == reflecting.engine.stats.port(0)["rx-s-bfd"]
    assert 25 <= answered <= 31
    assert reflecting.drops() == {"drop-bfd-s-bfd-demand": 500, "drop-bfd-s-bfd-rate": 200 - answered}


def test_where_nothing_is_reflected_nobody_listens(reflecting):
    reflecting.engine.reflector_set(pydp.ReflectorConfig())
    reflecting.send(question(reflecting))
    assert (reflecting.sent(), reflecting.drops()) == ([], {"drop-other-udp": 1})


def test_a_discriminator_is_a_session_s_or_the_reflector_s(reflecting):
    session = reflecting.engine.sessions.upsert(
        pydp.SessionConfig(source_addr=REFLECTORS[4], dest_addr=ASKERS[4])
    )
    ours = session_of(reflecting.engine, session).local_discriminator
    with pytest.raises(pydp.ExistsError, match="is a session's"):
        reflecting.engine.reflector_set(dataclasses.replace(REFLECTING, discriminators=(ours,)))
    with pytest.raises(pydp.ExistsError):
        reflecting.engine.sessions.adopt(
            pydp.SessionConfig(source_addr=REFLECTORS[4], dest_addr=ip_address("192.0.2.9")),
            pydp.Takeover(local_discriminator=REFLECTOR),
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"discriminators": (0,)},
        {"discriminators": tuple(range(1, 18))},
        {"discriminators": (1 << 32,)},
        {"rate": 0},
        {"allowed_prefixes": (ip_network("10.0.0.0/8"),) * 33},
    ],
    ids=str,
)
def test_a_wrong_reflector_is_refused_and_the_old_one_stays(reflecting, wrong):
    with pytest.raises(pydp.InvalidArgumentError):
        reflecting.engine.reflector_set(dataclasses.replace(REFLECTING, **wrong))
    reflecting.send(question(reflecting))
    assert len(reflecting.sent()) == 1
