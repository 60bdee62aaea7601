# SPDX-License-Identifier: Apache-2.0
"""The link of an interface of the kernel, as it is set up, loses its carrier, and goes."""

import pytest

from bfd_fastpath.net.kernel_link import LinkState, link_of
from tests.interop.support.namespace import Namespace
from tests.net.test_kernel_neighbours import inside

pytestmark = pytest.mark.root


def test_up_is_set_up_with_a_carrier():
    seen = []

    async def look() -> None:
        seen.append(link_of("lan0"))

    with Namespace("klink") as space:
        for words in (
            "add other type veth peer name another",
            "add lan0 type veth peer name far",
            "set lan0 up",
            "set far up",
            "delete lan0",
        ):
            space.run("ip", "link", *words.split())
            inside(space.name, look)
    assert seen == [LinkState.GONE, LinkState.DOWN, LinkState.DOWN, LinkState.UP, LinkState.GONE]
