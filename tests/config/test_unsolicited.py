# SPDX-License-Identifier: Apache-2.0
"""The [unsolicited] section: off by default, its timers, where it allows peers, and what a reload does."""

from ipaddress import ip_network

import pytest

from bfd_fastpath.config import plan
from bfd_fastpath.config.model import Role, Timers
from bfd_fastpath.config.steps import SetUnsolicited
from tests.config.texts import GOOD, faults, good

ON = "[unsolicited]\nenabled = true\n"


def test_it_is_off_unless_written():
    assert not good().unsolicited.enabled
    assert plan(good(), good(GOOD + "[unsolicited]\nmax-sessions = 5\n")) == []


def test_it_is_read_with_its_own_timers_and_the_ports_lans():
    unsolicited = good(
        GOOD + ON + 'min-interval = "50ms"\nlocal-multiplier = 5\ninterfaces = ["lan0"]\n'
    ).unsolicited
    assert unsolicited.timers == Timers(5, 50_000, 50_000, Role.PASSIVE)
    assert unsolicited.allowed_prefixes == (ip_network("198.51.100.0/24"), ip_network("2001:db8::/64"))
    assert (unsolicited.interfaces, unsolicited.max_sessions) == (("lan0",), 256)


def test_the_timers_of_learned_sessions_are_not_its():
    assert good(GOOD + ON + "[bfd]\nlocal-multiplier = 9\n").unsolicited.timers == Timers(role=Role.PASSIVE)


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ("enabled = 1", "unsolicited.enabled"),
        ("interfaces = ['lan9']", "unsolicited.interfaces[0]"),
        ("allowed-prefixes = []", "unsolicited.allowed-prefixes"),
        ("allowed-prefixes = ['10.0.0.1/8']", "unsolicited.allowed-prefixes[0]"),
        ("max-sessions = 0", "unsolicited.max-sessions"),
        ("role = 'active'", "unsolicited.role"),
        ("min-interval = 5\ndesired-min-tx-interval = 5", "unsolicited.min-interval"),
    ],
)
def test_a_fault_says_where(lines, key):
    assert [one.key for one in faults(f"{GOOD}[unsolicited]\n{lines}\n")] == [key]


def test_switching_it_on_and_off_are_steps():
    (on,) = plan(good(), good(GOOD + ON))
    (off,) = plan(good(GOOD + ON), good())
    assert isinstance(on, SetUnsolicited)
    assert isinstance(off, SetUnsolicited)
