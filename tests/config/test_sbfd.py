# SPDX-License-Identifier: Apache-2.0
"""S-BFD in the configuration: a [[session]] that asks, and the [reflector]."""

from ipaddress import ip_network

import pytest

from bfd_fastpath.config import plan, render_plan
from bfd_fastpath.config.model import PathType, Reflector, Role
from bfd_fastpath.config.steps import SetReflector
from tests.config.texts import GOOD, fault, faults, good

ASKS = """
[[session]]
interface = "lan0"
path-type = "path-s-bfd"
dest-addr = "198.51.100.2"
remote-discriminator = "192.0.2.77"
desired-min-tx-interval = "50ms"
"""
REFLECTS = '[reflector]\ndiscriminators = [5, "192.0.2.1"]\n'


def test_an_initiator_is_read():
    session = good(GOOD + ASKS).sessions[2]
    assert (session.path_type, session.remote_discriminator) == (PathType.S_BFD, 0xC000024D)
    assert (session.timers.desired_min_tx_us, session.timers.required_min_rx_us) == (50_000, 0)


def test_it_is_active_whatever_the_rest_is():
    passive = good(GOOD + ASKS + '[bfd]\nrole = "passive"\n').sessions[2]
    assert passive.timers.role is Role.ACTIVE


def test_two_reflectors_behind_one_address_are_two_sessions():
    other = ASKS.replace('"192.0.2.77"', "9")
    assert len(good(GOOD + ASKS + other).sessions) == 4
    assert fault(GOOD + ASKS + ASKS).key == "session[3].dest-addr"


@pytest.mark.parametrize(
    ("replacement", "key"),
    [
        (('remote-discriminator = "192.0.2.77"\n', ""), "remote-discriminator"),
        (('"192.0.2.77"', "0"), "remote-discriminator"),
        (('"192.0.2.77"', '"x"'), "remote-discriminator"),
        (('desired-min-tx-interval = "50ms"', "rx-ttl = 5"), "rx-ttl"),
        (('desired-min-tx-interval = "50ms"', "required-min-rx-interval = 5"), "required-min-rx-interval"),
        (('desired-min-tx-interval = "50ms"', "min-interval = 5"), "min-interval"),
        (('desired-min-tx-interval = "50ms"', 'role = "passive"'), "role"),
        (('"198.51.100.2"', '"203.0.113.9"'), "gateway"),
    ],
)
def test_what_an_initiator_must_and_must_not_say(replacement, key):
    assert replacement[0] in ASKS
    assert fault(GOOD + ASKS.replace(*replacement)).key == f"session[2].{key}"


def test_a_single_hop_has_no_remote_discriminator_and_is_told_who_has():
    told = fault(GOOD.replace('min-interval = "50ms"', "remote-discriminator = 5"))
    assert (told.key, "path-s-bfd" in told.instead) == ("session[0].remote-discriminator", True)


def test_who_writes_min_interval_is_told_what_to_write():
    told = fault(GOOD + ASKS.replace('desired-min-tx-interval = "50ms"', 'min-interval = "50ms"'))
    assert told.instead == "write desired-min-tx-interval"


def test_a_reflector_answers_the_ports_prefixes_unless_told():
    reflector = good(GOOD + REFLECTS).reflector
    assert reflector.discriminators == (5, 0xC0000201)
    assert reflector.allowed_prefixes == (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64"))
    assert good(GOOD).reflector.discriminators == Reflector().discriminators == ()


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ("discriminators = [0]", "reflector.discriminators[0]"),
        ("discriminators = [5, 5]", "reflector.discriminators"),
        (f"discriminators = {list(range(1, 18))}", "reflector.discriminators"),
        ("allowed-prefixes = []", "reflector.allowed-prefixes"),
        ("allowed-prefixes = ['10.0.0.1/8']", "reflector.allowed-prefixes[0]"),
        ("rate-limit = 0", "reflector.rate-limit"),
        ("rate = 1", "reflector.rate"),
    ],
)
def test_a_faulty_reflector_says_where(lines, key):
    assert [one.key for one in faults(f"{GOOD}[reflector]\n{lines}\n")] == [key]


def test_the_reflector_is_one_step_and_none_while_it_is_off():
    off, on = good(), good(GOOD + REFLECTS)
    assert plan(off, good(GOOD + "[reflector]\nrate-limit = 5\n")) == []
    (step,) = plan(off, on)
    assert isinstance(step, SetReflector)
    assert render_plan([step]).startswith("~ reflector: discriminators [] -> [5, 3221225985]")
    (back,) = plan(on, off)
    assert isinstance(back, SetReflector)
    assert [one for one in plan(None, off) if isinstance(one, SetReflector)] == []
