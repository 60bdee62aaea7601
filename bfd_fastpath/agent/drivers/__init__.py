# SPDX-License-Identifier: Apache-2.0
"""The route servers that can be driven."""

from bfd_fastpath.agent.driver import Driver
from bfd_fastpath.agent.drivers.bird import Bird
from bfd_fastpath.agent.drivers.openbgpd import Openbgpd
from bfd_fastpath.agent.settings import Kind, RouteServer


def driver(settings: RouteServer) -> Driver:
    """The one that the settings name."""
    return Openbgpd(settings) if settings.kind is Kind.OPENBGPD else Bird(settings)
