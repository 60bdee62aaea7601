# SPDX-License-Identifier: Apache-2.0
"""The route servers that can be driven."""

from collections.abc import Sequence

from bfd_fastpath.agent.driver import Driver
from bfd_fastpath.agent.drivers.bird import Bird
from bfd_fastpath.agent.drivers.bird_rtr import BirdRtr
from bfd_fastpath.agent.drivers.openbgpd import Openbgpd
from bfd_fastpath.agent.settings import Kind, Method, RouteServer
from bfd_fastpath.config.model import Network


def driver(settings: RouteServer, lan: Sequence[Network] = ()) -> Driver:
    """The one that the settings name. `lan`: whose next hops it is to know, which matters by RTR."""
    if settings.kind is Kind.OPENBGPD:
        return Openbgpd(settings)
    return BirdRtr(settings, lan) if settings.method is Method.RTR else Bird(settings)
