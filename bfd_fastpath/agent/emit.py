# SPDX-License-Identifier: Apache-2.0
"""What an operator puts into the route server's configuration, so that the agent's file is used."""

from collections.abc import Iterable

from bfd_fastpath.agent.drivers.bird import function, word
from bfd_fastpath.agent.settings import Agent, Kind, Method
from bfd_fastpath.config.model import Address

_OPENBGPD = """\
# Of this configuration, once, at the top: a client whose best route is left out gets the next best one.
rde evaluate all

# Behind the neighbours and before every filter rule. The file holds "deny quick" rules for single clients.
include "{file}"

# Further down, wherever routes go out to clients: the next hop stays the member's own.
# allow to group clients set nexthop no-modify
"""

_BIRD = """\
# Before the filters. The file holds {holds}one function for each client, by its address.
include "{file}";

# One table that keeps its routes sorted, for each family, and in each client's protocol "secondary": a
# client whose best route is left out gets the next best one. A sorted table wants next hops on the LAN
# ("direct", which is BIRD's default for eBGP neighbours on an interface).
ipv4 table rs4 sorted;
ipv6 table rs6 sorted;

# Then, in each client's own export filter, first of all:
{filters}
{more}# and in its protocol ("strict bind", or BIRD takes port 179 of the agent's addresses, too):
#     strict bind yes;
#     ipv4 {{ table rs4; secondary; {channel}import filter ...; export filter announce_to_...; }};
"""

_MARK = """\
# In each client's import filter, before "accept" (a route has the number of its next hop from there on):
#     rs_bfd_mark();

"""

_FILTER = """\
#     filter announce_to_{client} {{ if {function}() then reject; ... }}{whose}
"""


def emit(settings: Agent, kind: Kind, clients: Iterable[tuple[str, Address]]) -> str:
    """The lines for this route server. `clients`: name and address of each, for BIRD's filters."""
    file = settings.route_server.filter_file
    if kind is Kind.OPENBGPD:
        return _OPENBGPD.format(file=file)
    filters = "".join(
        _FILTER.format(client=word(address), function=function(address), whose=f"  # {name}")
        for name, address in clients
    )
    rtr = settings.route_server.method is Method.RTR
    return _BIRD.format(
        file=file,
        filters=filters or _FILTER.format(client="...", function="rs_bfd_ADDRESS", whose=""),
        holds="two ROA tables, the RTR session that fills them, and " if rtr else "",
        more=_MARK if rtr else "",
        channel="rpki reload off; " if rtr else "",
    )
