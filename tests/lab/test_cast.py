# SPDX-License-Identifier: Apache-2.0
"""Who plays, for every prefix that a person may ask for."""

from ipaddress import ip_network

import pytest

from bfd_fastpath.lab.cast import Cast
from bfd_fastpath.lab.options import DemoOptions


@pytest.mark.parametrize("prefix", ["203.0.113.0/24", "192.0.2.0/24", "192.0.2.0/30", "2001:db8:a::/48"])
def test_a_announces_something_that_has_nothing_in_common_with_b(prefix):
    cast = Cast.of(DemoOptions(prefix=ip_network(prefix)))
    assert cast.b.prefix == ip_network(prefix)
    assert not cast.a.prefix.overlaps(cast.b.prefix)


@pytest.mark.parametrize("prefix", ["0.0.0.0/0", "128.0.0.0/1", "::/0", "2001:db8::/32"])
def test_beside_a_prefix_that_holds_all_of_them_a_still_announces_another(prefix):
    cast = Cast.of(DemoOptions(prefix=ip_network(prefix)))
    assert cast.a.prefix != cast.b.prefix
    assert cast.a.prefix.version == cast.b.prefix.version
