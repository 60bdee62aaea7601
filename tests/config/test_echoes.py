# SPDX-License-Identifier: Apache-2.0
"""Echoes in the configuration: where they may be asked for, and from which address."""

from ipaddress import ip_address

import pytest

from bfd_fastpath.config import plan, render_plan
from bfd_fastpath.config.model import PathType, Role
from tests.config.texts import GOOD, changed, fault, good

FIRST = 'min-interval = "50ms"\n'
ROUTED = (
    '[[session]]\ninterface = "lan0"\npath-type = "path-ip-mh"\ndest-addr = "198.51.100.9"\nrx-ttl = 250\n'
)
ON = '[bfd]\nrequired-min-echo-rx-interval = "100ms"\ndesired-min-echo-tx-interval = "20ms"\n'


def test_there_are_none_unless_they_are_written():
    assert not any(session.timers.echo for session in good().sessions)


def test_a_session_s_own_win_over_those_of_bfd():
    text = changed((FIRST, FIRST + 'desired-min-echo-tx-interval = "40ms"\n')) + ON
    first, second = good(text).sessions
    assert (first.timers.required_min_echo_rx_us, first.timers.desired_min_echo_tx_us) == (100_000, 40_000)
    assert (second.timers.required_min_echo_rx_us, second.timers.desired_min_echo_tx_us) == (100_000, 20_000)


def test_a_routed_path_takes_none_from_bfd():
    session = good(GOOD + ROUTED + ON).sessions[2]
    assert not session.timers.echo


def test_the_source_can_be_chosen():
    text = changed((FIRST, FIRST + 'echo-source-addr = "203.0.113.1"\n'))
    assert good(text).sessions[0].echo_source == ip_address("203.0.113.1")


@pytest.mark.parametrize(
    ("text", "key", "wrong"),
    [
        (
            GOOD + ROUTED + 'desired-min-echo-tx-interval = "20ms"\n',
            "session[2].desired-min-echo-tx-interval",
            "only a session of a single hop",
        ),
        (
            GOOD + ROUTED + 'echo-source-addr = "203.0.113.1"\n',
            "session[2].echo-source-addr",
            "only a session of a single hop",
        ),
        (
            changed((FIRST, FIRST + 'echo-source-addr = "2001:db8::9"\n')),
            "session[0].echo-source-addr",
            "IPv6, and dest-addr is IPv4",
        ),
        (
            changed((FIRST, FIRST + "required-min-echo-rx-interval = -1\n")),
            "session[0].required-min-echo-rx-interval",
            "out of range",
        ),
        (
            changed(
                ('net_af_packet0,iface=eth1"', 'net_af_xdp0,iface=eth1"\nxdp-redirect = "bfd"'),
                (FIRST, FIRST + 'required-min-echo-rx-interval = "50ms"\n'),
            ),
            "session[0].required-min-echo-rx-interval",
            "takes UDP 3784 alone",
        ),
    ],
)
def test_what_cannot_be_is_refused(text: str, key: str, wrong: str) -> None:
    found = fault(text)
    assert found.key == key
    assert wrong in found.wrong


CHAIN = (
    '[[key-chain]]\nname = "exchange"\nkeys = [{ key-id = 1, crypto-algorithm = "md5", key-env = "KEY" }]\n'
)
ALONE = '[[session]]\ninterface = "lan0"\npath-type = "path-unaffiliated-echo"\ndest-addr = "198.51.100.9"\n'


def test_unaffiliated_echo_needs_no_more_than_a_neighbour():
    session = good(GOOD + ALONE + 'min-interval = "100ms"\n' + ON + 'role = "passive"\n').sessions[2]
    assert session.path_type is PathType.UNAFFILIATED_ECHO
    assert (session.timers.role, session.timers.echo) == (Role.ACTIVE, False)
    assert session.timers.desired_min_tx_us == 100_000


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('role = "passive"', "role"),
        ("demand-enabled = true", "demand-enabled"),
        ('gateway = "198.51.100.254"', "gateway"),
        (f'authentication = {{ key-chain = "exchange" }}\n{CHAIN}', "authentication"),
        ("required-min-echo-rx-interval = 50000", "required-min-echo-rx-interval"),
    ],
)
def test_unaffiliated_echo_has_nobody_to_talk_to(line: str, key: str) -> None:
    assert fault(f"{GOOD}{ALONE}{line}\n").key == f"session[2].{key}"


def test_a_change_is_a_change_of_the_session_in_place():
    steps = plan(good(), good(changed((FIRST, FIRST + 'required-min-echo-rx-interval = "50ms"\n'))))
    assert render_plan(steps) == "~ session 198.51.100.2: required-min-echo-rx-interval 0us -> 50ms\n"
