# SPDX-License-Identifier: Apache-2.0
"""A link is withdrawn at real route servers: each client is sent every route that goes and comes back."""

import pytest

from bfd_fastpath.bench.suites.withdrawal.rows import measured


@pytest.mark.root
@pytest.mark.interop("bird", "openbgpd")
def test_every_route_server_takes_the_routes_away_and_gives_them_back():
    found = measured(1000, 1, 1)
    assert set(found) == {"ours", "OpenBGPD", "BIRD", "rs-agent and OpenBGPD", "rs-agent and BIRD"}
    for name, changes in found.items():
        assert (name, changes.doubts) == (name, [])
        assert min(changes.away_ms + changes.back_ms) > 0
