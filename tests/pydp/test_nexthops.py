# SPDX-License-Identifier: Apache-2.0
"""Next hops as Python programs see them."""

from collections.abc import Iterator

import pytest

import pydp
from pydp import Member, NextHopConfig, NextHopKind

pytestmark = pytest.mark.eal

MAC = "02:00:00:00:00:09"


@pytest.fixture
def engine(cable: tuple[pydp.Port, pydp.Port], name: str) -> Iterator[pydp.Engine]:
    with pydp.Engine(name, max_nexthops=16, seed=1) as made:
        made.attach(cable[0])
        made.address_add(0, "192.0.2.1/24")
        made.address_add(0, "2001:db8::1/64", vlan=7)
        yield made


def test_what_was_set_is_read(engine: pydp.Engine) -> None:
    wanted = {
        1: NextHopConfig.adjacent("192.0.2.2"),
        2: NextHopConfig.adjacent("2001:db8::2", vlan=7),
        3: NextHopConfig.connected(vlan=7),
        4: NextHopConfig(NextHopKind.BLACKHOLE),
        5: NextHopConfig.group([Member(1, 3), 2]),
        15: NextHopConfig.group([], backups=[2, 1]),
    }
    for nexthop, config in wanted.items():
        engine.nexthops.set(nexthop, config)
        engine.nexthops.set(nexthop, config)
    assert engine.nexthops.list() == list(wanted)
    assert {nexthop: engine.nexthops.read(nexthop).config for nexthop in wanted} == wanted
    assert engine.nexthops.read(5).buckets == (192, 64)
    assert engine.nexthops.read(1).groups == 2
    assert engine.nexthops.read(1).neighbour_state is pydp.NeighbourState.INCOMPLETE
    assert [engine.nexthops.read(nexthop).live for nexthop in (1, 3, 4, 5)] == [False, True, True, False]
    engine.neighbour_set(0, "2001:db8::2", MAC, vlan=7)
    assert [engine.nexthops.read(nexthop).live for nexthop in (1, 2, 5, 15)] == [False, True, True, True]


def test_more_ids_than_one_answer_of_the_engine_holds(eal: None, name: str) -> None:
    with pydp.Engine(name, max_nexthops=10000) as many:
        for nexthop in range(1, 10000, 20):
            many.nexthops.set(nexthop, NextHopConfig(NextHopKind.UNREACHABLE))
        assert many.nexthops.list() == list(range(1, 10000, 20))


def test_what_is_wrong_is_said(engine: pydp.Engine) -> None:
    hops = engine.nexthops
    with pytest.raises(pydp.InvalidArgumentError, match="next hop 16: ids are 1 to 15"):
        hops.set(16, NextHopConfig(NextHopKind.LOCAL))
    with pytest.raises(pydp.NotFoundError, match="there is no next hop 3"):
        hops.set(1, NextHopConfig.group([3]))
    with pytest.raises(pydp.InvalidArgumentError, match="at most 64 and 8"):
        hops.set(1, NextHopConfig.group(range(1, 70)))
    with pytest.raises(pydp.InvalidArgumentError, match="out of range"):
        hops.set(1, NextHopConfig.adjacent("192.0.2.2", vlan=1 << 16))
    with pytest.raises(pydp.NotFoundError):
        hops.read(1)
    hops.set(1, NextHopConfig.adjacent("192.0.2.2"))
    hops.set(2, NextHopConfig.group([1]))
    with pytest.raises(pydp.BusyError, match="next hop 1 is in group 2"):
        hops.remove(1)
    hops.remove(2)
    hops.remove(1)
    assert hops.list() == []
