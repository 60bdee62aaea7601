# SPDX-License-Identifier: Apache-2.0
"""The host of a port as it is written: its interface's name, what cannot stand beside it, and what a reload makes of it."""

import pytest

from bfd_fastpath.config.model import Host
from bfd_fastpath.config.plan import plan
from bfd_fastpath.config.render import render_plan
from bfd_fastpath.config.steps import NeedsRestart, SetHostRate
from tests.config.texts import GOOD, changed, fault, good

TAP = ('name = "lan0"', 'name = "lan0"\nhost = "tap"')
SECOND = '[[port]]\nname = "lan1"\ndevargs = "net_null0"\naddresses = ["203.0.113.1/24"]\nhost = "tap"\n'


def test_a_tap_is_named_as_its_port_unless_told():
    (port,) = good(changed(TAP)).ports
    assert (port.host, port.host_name, port.host_rate) == (Host.TAP, "lan0", 10_000)
    named = good(changed((TAP[0], TAP[1] + '\nhost-name = "peering.lan"\nhost-rate = 500'))).ports[0]
    assert (named.host_name, named.host_rate) == ("peering.lan", 500)
    assert good().ports[0].host_name is None


@pytest.mark.parametrize(
    ("written", "key", "wrong", "instead"),
    [
        ('host = "tap"\nhost-name = "a/b"', "host-name", "is no name of an interface", "write letters"),
        (
            'host = "tap"\nhost-name = "sixteen-letters."',
            "host-name",
            "has 16 characters",
            '"sixteen-letters"',
        ),
        ('host = "tap"\nhost-name = "eth1"', "host-name", "the port itself", "another name"),
        ('host = "tap"\nneighbours = "kernel"', "host", "neighbours shares the wire", "host, or neighbours"),
        ('host-name = "lan"', "host-name", "names nothing", 'add host = "tap"'),
        ('host = "tap"\nhost-rate = 0', "host-rate", "0 is out of range", "from 1 to"),
        ('host = "kni"', "host", "not one of the choices", '"tap"'),
    ],
)
def test_a_fault_of_a_host_says_what_to_write(written, key, wrong, instead):
    found = fault(changed((TAP[0], f"{TAP[0]}\n{written}")))
    assert found.key == f"port[0].{key}"
    assert wrong in found.wrong
    assert instead in found.instead


def test_the_interface_of_a_vlan_counts():
    text = changed((TAP[0], TAP[1] + '\nhost-name = "peering.lan.1"\nvlan = 100'))
    assert '"peering.lan.1.100" has 17 characters' in fault(text).wrong


def test_two_ports_have_two_interfaces():
    text = changed((TAP[0], TAP[1] + '\nhost-name = "lan1"')) + SECOND
    assert "port[0].host-name is lan1 too" in fault(text).wrong
    other = fault(GOOD + SECOND + 'host-name = "eth1"\n')
    assert (other.key, "eth1 is the interface of port[0]" in other.wrong) == ("port[1].host-name", True)


def test_the_rate_changes_without_a_restart_and_the_host_does_not():
    slower = changed((TAP[0], TAP[1] + "\nhost-rate = 500"))
    steps = plan(good(changed(TAP)), good(slower))
    assert steps == [SetHostRate("lan0", 10_000, 500)]
    assert render_plan(steps) == "~ port lan0: host-rate 10000 -> 500\n"
    steps = plan(good(), good(changed(TAP)))
    assert [step.key for step in steps if isinstance(step, NeedsRestart)] == [
        "port[lan0].host",
        "port[lan0].host-name",
    ]
    assert "+ port lan0: net_af_packet0,iface=eth1, host lan0\n" in render_plan(
        plan(None, good(changed(TAP)))
    )
    assert good(GOOD) == good()
