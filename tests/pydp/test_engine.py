# SPDX-License-Identifier: Apache-2.0
"""Engines stepped by hand and run by a worker: ports, addresses, neighbours, and what is refused when."""

from ipaddress import ip_address

import pytest

import pydp
from pydp import NeighbourState

pytestmark = pytest.mark.eal


def neighbour(engine: pydp.Engine, address: str) -> pydp.Neighbour | None:
    return next((one for one in engine.neighbours() if one.address == ip_address(address)), None)


def test_a_neighbour_is_resolved_when_a_session_wants_it(pair):
    first = pair.engines[0]
    first.sessions.upsert(pair.config(0))
    pair.until(lambda: (known := neighbour(first, "192.0.2.2")) is not None and known.confirmed_ns > 0, 3000)
    known = neighbour(first, "192.0.2.2")
    assert known is not None
    assert known.state is NeighbourState.REACHABLE
    assert known.mac == pair.ends[1].info().mac
    assert (known.port, known.vlan) == (0, 0)


def test_a_neighbour_can_be_pinned_and_freed(pair):
    first = pair.engines[0]
    first.neighbour_set(0, "192.0.2.2", "02:00:00:00:00:99")
    known = neighbour(first, "192.0.2.2")
    assert known is not None
    assert (known.mac, known.state) == ("02:00:00:00:00:99", NeighbourState.STATIC)
    first.neighbour_set(0, "192.0.2.2", None)
    known = neighbour(first, "192.0.2.2")
    assert known is None or known.state is not NeighbourState.STATIC
    with pytest.raises(pydp.InvalidArgumentError, match="not a MAC address"):
        first.neighbour_set(0, "192.0.2.2", "02:00")


def test_more_neighbours_are_listed_than_fit_the_first_look(pair):
    first = pair.engines[0]
    wanted = {ip_address(f"192.0.2.{i}") for i in range(10, 210)}
    for address in wanted:
        first.neighbour_set(0, address, "02:00:00:00:00:99")
    assert {one.address for one in first.neighbours()} == wanted


def test_a_table_of_neighbours_has_eight_places_at_least(eal, name):
    with pytest.raises(pydp.InvalidArgumentError, match="max_neighbours 7 is less than 8"):
        pydp.Engine(name, max_neighbours=7)
    near, far = pydp.link(name)
    with near, far, pydp.Engine(name, max_neighbours=8, max_sessions=1) as engine:
        engine.attach(near)
        engine.address_add(0, "192.0.2.1/24")
        for i in range(8):
            engine.neighbour_set(0, f"192.0.2.{i + 2}", "02:00:00:00:00:99")
        with pytest.raises(pydp.OutOfMemoryError, match="the table of 8 neighbours is full"):
            engine.neighbour_set(0, "192.0.2.20", "02:00:00:00:00:99")


def test_addresses_are_added_again_without_harm_and_removed_once_unused(pair):
    first = pair.engines[0]
    first.address_add(0, "192.0.2.1/24")
    first.address_add(0, "2001:db8::1/64", vlan=5)
    first.address_remove(0, "2001:db8::1", vlan=5)
    first.address_remove(0, "2001:db8::1", vlan=5)
    with pytest.raises(pydp.PydpError):
        first.sessions.upsert(pair.config(0, source_addr=ip_address("2001:db8::1"), vlan=5))
    first.sessions.upsert(pair.config(0))
    with pytest.raises(pydp.BusyError):
        first.address_remove(0, "192.0.2.1")


@pytest.mark.parametrize("address", ["192.0.2.1/33", "here", "fe80::1%eth0/64"])
def test_a_bad_address_is_refused_in_a_sentence(pair, address):
    with pytest.raises(pydp.InvalidArgumentError):
        pair.engines[0].address_add(0, address)


def test_a_port_that_the_engine_does_not_have_is_refused(pair):
    with pytest.raises((pydp.NotFoundError, pydp.InvalidArgumentError)):
        pair.engines[0].address_add(3, "192.0.2.9/24")


def test_a_port_belongs_to_one_engine(pair, name):
    with pydp.Engine(f"{name}x") as other, pytest.raises(pydp.BusyError):
        other.attach(pair.ends[0])


def test_deadlines_tell_when_to_step_next(pair):
    first = pair.engines[0]
    assert first.next_deadline() is None
    pair.up()
    deadline = first.next_deadline()
    assert deadline is not None
    assert pair.now_ns < deadline <= pair.now_ns + 60_000_000


def test_a_worker_runs_sessions_in_real_time_and_is_not_stepped(pair):
    for engine in pair.engines:
        engine.start()
    ids = [engine.sessions.upsert(pair.config(i)) for i, engine in enumerate(pair.engines)]
    assert pair.engines[0].running
    with pytest.raises(pydp.StateError):
        pair.engines[0].step(pydp.clock_ns())
    with pytest.raises(pydp.StateError):
        pair.engines[0].start()
    limit = pydp.clock_ns() + 20_000_000_000
    while any(pair.state(i, ids[i]) is not pydp.State.UP for i in range(2)):
        assert pydp.clock_ns() < limit
    for engine in pair.engines:
        engine.stop()
        engine.stop()
    assert not pair.engines[0].running
    assert pair.engines[0].step(pydp.clock_ns()) >= 0


def test_engine_names_are_unique_and_short(eal, name):
    with pydp.Engine(name), pytest.raises(pydp.ExistsError):
        pydp.Engine(name)
    with pytest.raises(pydp.InvalidArgumentError):
        pydp.Engine("x" * 21)


def test_a_closed_engine_says_so_and_its_events_too(eal, name):
    engine = pydp.Engine(name)
    events = engine.events
    engine.close()
    engine.close()
    with pytest.raises(pydp.StateError, match="this Engine is closed"):
        engine.step(1)
    with pytest.raises(pydp.StateError, match="closed"):
        events.drain()
    assert repr(engine) == f"<Engine {name} closed>"


def test_an_engine_dropped_open_complains_and_is_closed(eal, name):
    engines = [pydp.Engine(name)]
    with pytest.warns(ResourceWarning, match=f"<Engine {name}> was dropped open"):
        engines.clear()
    pydp.Engine(name).close()


def test_closing_an_engine_leaves_its_ports_open_for_the_next(cable, name):
    with pydp.Engine(name) as engine:
        engine.attach(cable[0])
        assert engine.ports == (cable[0],)
    with pydp.Engine(name) as engine:
        assert engine.attach(cable[0]) == 0
