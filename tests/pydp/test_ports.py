# SPDX-License-Identifier: Apache-2.0
"""Ports by devargs and in-memory links: what they say, how they close, how a cable is cut."""

import pytest

import pydp

pytestmark = pytest.mark.eal

FRAME = bytes.fromhex("02000000000202000000000188b5") + bytes(46)


def send(port: pydp.Port, pool: pydp.Mempool, count: int = 1) -> int:
    with pydp.Burst(32) as burst:
        for _ in range(count):
            burst.append(pool, FRAME)
        return burst.transmit(port)


def received(port: pydp.Port) -> int:
    with pydp.Burst(32) as burst:
        return burst.receive(port)


def test_the_ends_of_a_link_say_what_they_are(cable, name):
    first, second = (end.info() for end in cable)
    assert (first.name, second.name) == (f"{name}.0", f"{name}.1")
    assert first.driver == "memory-link"
    assert first.ethdev_id is None
    assert first.link_up
    assert first.mac != second.mac
    assert len(first.mac.split(":")) == 6


def test_a_port_opens_by_devargs_and_counts_what_it_did(eal, pool):
    with pydp.Port("net_null0") as port:
        info = port.info()
        assert (info.name, info.driver) == ("net_null0", "net_null")
        assert info.ethdev_id is not None
        assert send(port, pool, 3) == 3
        assert port.stats().tx_packets == 3
        assert pydp.port_count() >= 1
    assert not port.alive


def test_a_port_has_the_mtu_that_it_is_given_and_room_for_it(eal, pool):
    with pydp.Port("net_null_mtu0", mtu=9000) as port:
        assert port.info().mtu == 9000
    with pytest.raises(pydp.OutOfMemoryError, match=r"packet buffers of \d{5} octets"):
        pydp.Port("net_null_mtu1", mtu=60_000, mbufs=65_535)
    with pydp.Port("net_null_mtu1") as port:
        assert port.info().mtu == 1500


def test_the_same_device_cannot_be_open_twice(eal):
    with pydp.Port("net_null1"), pytest.raises(pydp.PydpError):
        pydp.Port("net_null1")


def test_a_link_of_ethdevs_carries_packets_too(eal, name, pool):
    first, second = pydp.link(name, ethdev=True)
    with first, second:
        assert first.info().ethdev_id is not None
        assert send(first, pool, 2) == 2
        assert received(second) == 2


def test_a_cut_drops_one_direction_and_counts_it(cable, pool):
    first, second = cable
    first.cut()
    assert first.info().cut
    assert send(first, pool, 4) == 4
    assert received(second) == 0
    assert first.stats().tx_cut == 4
    assert send(second, pool) == 1
    assert received(first) == 1
    first.cut(False)
    assert send(first, pool) == 1
    assert received(second) == 1
    assert first.stats().tx_cut == 4


def test_a_cut_ends_with_its_port(eal, pool):
    with pydp.Port("net_null_cut0") as port:
        port.cut()
    with pydp.Port("net_null_cut1") as port:
        assert send(port, pool, 2) == 2
        assert port.stats().tx_packets == 2


def test_a_cut_works_on_a_port_of_any_driver(eal, pool):
    with pydp.Port("net_null2") as port:
        port.cut()
        assert send(port, pool, 2) == 2
        assert (port.stats().tx_cut, port.stats().tx_packets) == (2, 0)


def test_an_interface_that_does_not_exist_is_a_driver_error_with_its_name(eal):
    with pytest.raises(pydp.DriverError, match="no-such-if"):
        pydp.Port("net_af_packet7,iface=no-such-if")


def test_a_driver_that_is_not_installed_is_named_with_the_remedy(eal):
    with pytest.raises(
        pydp.DriverError, match=r"no driver for net_imaginary0 is installed .*apt-get install"
    ):
        pydp.Port("net_imaginary0")


def test_a_pci_device_that_this_machine_lacks_is_named(eal):
    with pytest.raises(pydp.DriverError, match=r"no PCI device 0000:ff:1f\.7"):
        pydp.Port("0000:ff:1f.7")


def test_closing_twice_changes_nothing_and_a_closed_port_says_so(eal, name):
    first, second = pydp.link(name)
    second.close()
    first.close()
    first.close()
    with pytest.raises(pydp.StateError, match="this Port is closed"):
        first.info()
    assert repr(first) == "<Port closed>"


def test_a_port_dropped_open_complains_and_is_closed(eal, name):
    ends = list(pydp.link(name))
    with pytest.warns(ResourceWarning, match="dropped open"):
        ends.clear()
    for end in pydp.link(name):
        end.close()


def test_a_port_of_an_engine_stays_open_until_the_engine_is_gone(cable, name):
    with pydp.Engine(name) as engine:
        engine.attach(cable[0])
        with pytest.raises(pydp.BusyError):
            cable[0].close()
        assert cable[0].alive


def test_two_links_of_one_name_are_two_links(cable, name, pool):
    first, second = pydp.link(name)
    with first, second:
        assert send(first, pool) == 1
        assert (received(second), received(cable[1])) == (1, 0)


def test_a_capacity_that_is_no_power_of_two_is_refused(eal, name):
    with pytest.raises(pydp.InvalidArgumentError):
        pydp.link(name, capacity=1000)


def test_an_end_has_the_mac_address_that_it_is_given(eal, name):
    first, second = pydp.link(name, mac="02:00:00:00:00:41")
    with first, second:
        assert first.info().mac == "02:00:00:00:00:41"
        assert second.info().mac != first.info().mac
    for options in ({"mac": "03:00:00:00:00:01"}, {"mac": "02:00:00:00:00:41", "ethdev": True}):
        with pytest.raises(pydp.InvalidArgumentError):
            pydp.link(f"{name}x", **options)
