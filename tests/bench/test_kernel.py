# SPDX-License-Identifier: Apache-2.0
"""The kernel of a namespace, and our engine on its interface in its place, send back what they are sent."""

import os

import pytest

from bfd_fastpath.bench.search import Searched, Trial
from bfd_fastpath.bench.suites.kernel.measure import DRIVERS, KERNEL, measure
from bfd_fastpath.bench.suites.kernel.rows import told
from bfd_fastpath.bench.suites.kernel.wire import LEAST, ROUTES, WIRES

FAMILIES = pytest.mark.parametrize("family", [4, 6])


@FAMILIES
def test_there_is_one_destination_in_each_route(family):
    wire = WIRES[family]
    assert len(wire.routes()) == ROUTES
    for route, destination in zip(wire.routes(), wire.destinations(), strict=True):
        assert destination in route
    first = wire.routes()[1]
    octets = -(-first.prefixlen // 8)
    assert wire.nlri()[1 + octets :].startswith(
        bytes((first.prefixlen,)) + first.network_address.packed[:octets]
    )


@pytest.mark.root
@FAMILIES
def test_packets_come_back_by_the_kernel_and_by_each_driver(family):
    cores = sorted(os.sched_getaffinity(0))
    refused = []
    found = measure(
        family, LEAST[family], (cores[0], cores[-1]), 1, 0.05, lambda name, why: refused.append((name, why))
    )
    assert refused == []
    assert set(found) == {KERNEL, *DRIVERS}
    for name, (searched,) in found.items():
        assert (name, min(one.loss for one in searched.trials) < 1) == (name, True)


def test_a_row_has_the_kernel_beside_it():
    trial = Trial(4e5, 0.0)
    found = {KERNEL: [Searched(4e5, (trial,), False)] * 5, "af-xdp": [Searched(6e5, (trial,), False)] * 5}
    row = told(6, 84, "af-xdp", found)
    assert row.name == "rate without loss, IPv6, 84 B, 1,024 routes, by AF_XDP"
    assert (row.ours.median, row.peers["the kernel"].median) == (0.6, 0.4)
    assert row.detail["times-the-kernel"] == 1.5
