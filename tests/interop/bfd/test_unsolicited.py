# SPDX-License-Identifier: Apache-2.0
"""FRR's bfdd and BIRD begin BFD with us, and our configuration names neither (RFC 9468)."""

from collections.abc import Iterator

import pytest

from tests.interop.bfd.far_ends import FAR_ENDS, OURS, THEIRS, FarEnd
from tests.interop.support.lan import Lan
from tests.interop.support.poll import until
from tests.interop.support.product import Product

pytestmark = [pytest.mark.root, pytest.mark.interop("frr", "bird")]

CONFIGURATION = (
    '[[port]]\nname = "lan"\ndevargs = "net_af_packet0,iface=eth0"\n'
    f'addresses = ["{OURS["v4"]}/24", "{OURS["v6"]}/64"]\n'
    '[unsolicited]\nenabled = true\nmin-interval = "100ms"\n'
)


@pytest.fixture(params=["frr", "bird"])
def ends(request: pytest.FixtureRequest) -> Iterator[tuple[Lan, Product, FarEnd]]:
    with Lan() as lan:
        near = Product(lan.member("near", kernel=False), CONFIGURATION)
        far = FAR_ENDS[request.param](lan.member("far", f"{THEIRS['v4']}/24", f"{THEIRS['v6']}/64"))
        yield lan, near, far


def running(near: Product) -> dict[str, tuple[str, str, bool]]:
    return {
        peer: (one["session-running"]["local-state"], one["role"], one["unsolicited"])
        for peer, one in near.sessions().items()
    }


def test_both_families_come_up_by_themselves_go_with_a_cut_and_come_back(
    ends: tuple[Lan, Product, FarEnd],
) -> None:
    lan, near, far = ends
    wanted = dict.fromkeys(THEIRS.values(), ("up", "passive", True))
    until(lambda: running(near), lambda seen: seen == wanted, bound=15)
    until(lambda: [far.up(family) for family in OURS], lambda seen: seen == [True, True])
    assert near.nexthops() == {}
    lan.cut()
    try:
        until(lambda: running(near), lambda seen: seen == {}, bound=15, what="the end of what failed")
    finally:
        lan.restore()
    until(lambda: running(near), lambda seen: seen == wanted, bound=15)
