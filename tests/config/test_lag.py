# SPDX-License-Identifier: Apache-2.0
"""[[lag]]: members that share the LAG's address, and what a reload does about it."""

from ipaddress import ip_address

import pytest

from bfd_fastpath.config import plan, render_plan
from bfd_fastpath.config.model import Timers
from bfd_fastpath.config.steps import SetLag
from tests.config.texts import GOOD, faults, good

MEMBERS = "".join(
    f'[[port]]\nname = "m{n}"\ndevargs = "net_null{n}"\naddresses = ["203.0.113.1/24"]\n' for n in (1, 2)
)
LAG = '[[lag]]\nname = "trunk"\nmembers = ["m1", "m2"]\ndest-addr = "203.0.113.2"\nmin-interval = "50ms"\n'


def test_it_is_read_with_the_address_that_its_members_share():
    (lag,) = good(GOOD + MEMBERS + LAG).lags
    assert (lag.name, lag.members, lag.min_links) == ("trunk", ("m1", "m2"), 1)
    assert (lag.source_addr, lag.dest_addr) == (ip_address("203.0.113.1"), ip_address("203.0.113.2"))
    assert lag.timers == Timers(3, 50_000, 50_000)


def test_ports_that_are_no_members_still_have_addresses_of_their_own():
    assert {one.key for one in faults(GOOD + MEMBERS)} == {"port[2].addresses[0]"}


@pytest.mark.parametrize(
    ("replacement", "key"),
    [
        (('"m1", "m2"', '"m1", "m9"'), "lag[0].members[1]"),
        (('"m1", "m2"', '"m1", "lan0"'), "lag[0].dest-addr"),
        (("203.0.113.2", "203.0.113.1"), "lag[0].dest-addr"),
        (("203.0.113.2", "198.51.100.9"), "lag[0].dest-addr"),
        (('min-interval = "50ms"', 'source-addr = "203.0.113.7"'), "lag[0].source-addr"),
        (('min-interval = "50ms"', "min-links = 3"), "lag[0].min-links"),
        (('min-interval = "50ms"', "min-links = 0"), "lag[0].min-links"),
        (('name = "trunk"\n', ""), "lag[0].name"),
        (('min-interval = "50ms"', 'role = "passive"'), "lag[0].role"),
    ],
)
def test_a_fault_says_where(replacement, key):
    assert replacement[0] in LAG
    assert key in {one.key for one in faults(GOOD + MEMBERS + LAG.replace(*replacement))}


def test_a_port_is_a_member_once():
    again = LAG.replace("trunk", "other")
    assert {one.key for one in faults(GOOD + MEMBERS + LAG + again)} == {"lag[1].members"}
    assert "lag[0].members" in {one.key for one in faults(GOOD + MEMBERS + LAG.replace('"m2"', '"m1"'))}


def test_a_reload_makes_changes_and_removes_it():
    with_it, without = good(GOOD + MEMBERS + LAG), good(GOOD + MEMBERS + LAG.replace("trunk", "other"))
    changed = good(GOOD + MEMBERS + LAG.replace("50ms", "60ms"))
    (step,) = plan(with_it, changed)
    assert isinstance(step, SetLag)
    assert render_plan([step]).startswith("~ lag trunk: desired-min-tx-interval 50ms -> 60ms")
    gone, come = plan(with_it, without)
    assert isinstance(gone, SetLag)
    assert isinstance(come, SetLag)
    assert render_plan([gone, come]).splitlines()[0] == "- lag trunk, its members saying AdminDown first"
