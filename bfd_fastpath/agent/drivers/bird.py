# SPDX-License-Identifier: Apache-2.0
"""BIRD 2: a function for each member in a file that it includes, and `configure` on its control socket.

One function a client, since BIRD sends a client all its routes again when a filter of it, or what that
calls, changes.
"""

import re
from ipaddress import IPv4Address, ip_address
from pathlib import Path

from bfd_fastpath.agent.bird_control import BirdControl
from bfd_fastpath.agent.driver import DriverError, Neighbour, Wanted, version
from bfd_fastpath.agent.settings import RouteServer
from bfd_fastpath.config.model import Address

HEAD = (
    "# Written by bfd-fastpath rs-agent: is the route's next hop one that the client cannot reach? "
    "Changes here are lost.\n"
)
DEFAULT_SOCKET = Path("/run/bird/bird.ctl")
#: A constant of this name is what tells BIRD's texts apart.
_VERSION = "rs_bfd_version"
_VALUE = "0023"
#: Reconfigured; in progress, which is so while protocols restart.
_TAKEN = ("0003", "0004")
_FIELD = re.compile(r"^\s+Neighbor (address|AS|ID):\s+(\S+)$", re.M)
_THIRD_PARTY = "(source = RTS_BGP) && (bgp_next_hop != from)"
#: The first of an IPv6 route's two is the one that counts.
_NEXT_HOP = re.compile(r"^\s+BGP\.next_hop:\s+(\S+)", re.M)
#: Where the protocols of `show protocols all` begin.
PROTOCOLS = re.compile(r"^(?=\S+\s+BGP\s)", re.M)


def versioned(text: str) -> str:
    """With the constant that `Bird.has` asks for."""
    return f'define {_VERSION} = "{version(text)}";\n{text}'


def word(client: Address) -> str:
    """The address as a part of names: 192_0_2_1, 2001_db8__1."""
    return str(client).replace(".", "_").replace(":", "_")


def function(client: Address) -> str:
    """The name of a client's function: rs_bfd_192_0_2_1, rs_bfd_2001_db8__1."""
    return f"rs_bfd_{word(client)}"


class Bird:
    """BIRD on this machine, by its control socket."""

    def __init__(self, settings: RouteServer) -> None:
        self._control = BirdControl(settings.control_socket or DEFAULT_SOCKET, settings.timeout_us / 1e6)

    def text(self, wanted: Wanted) -> str:
        lines = []
        for client in wanted.clients:
            hops = ", ".join(map(str, wanted.excluded.get(client, ())))
            answer = f"bgp_next_hop ~ [ {hops} ]" if hops else "false"
            lines.append(f"function {function(client)}() {{ return {answer}; }}\n")
        return HEAD + versioned("".join(lines))

    def reload(self) -> None:
        code, text = self._control.ask("configure")
        if code not in _TAKEN:
            raise DriverError(text)

    def has(self, text: str) -> bool:
        code, found = self._control.ask(f"eval {_VERSION}")
        return code == _VALUE and f'define {_VERSION} = "{found}";' in text.splitlines()

    def neighbours(self) -> list[Neighbour]:
        code, text = self._control.ask("show protocols all")
        if code != "0000":
            raise DriverError(text)
        return [found for part in PROTOCOLS.split(text) if (found := _neighbour(part))]

    def next_hops(self) -> frozenset[Address]:
        """BIRD looks through all of its routes, and tells only those."""
        code, text = self._control.ask(f"show route table all where {_THIRD_PARTY} all")
        if code not in ("0000", "8001"):
            raise DriverError(text)
        return frozenset(ip_address(one) for one in _NEXT_HOP.findall(text))


def _neighbour(protocol: str) -> Neighbour | None:
    """None for what is no BGP protocol, or one without a single neighbour (a range of them)."""
    fields = dict(_FIELD.findall(protocol))
    try:
        address = ip_address(fields["address"].split("%")[0])
        identifier = IPv4Address(fields["ID"]) if "ID" in fields else None
        return Neighbour(address, int(fields["AS"]), identifier)
    except (KeyError, ValueError):
        return None
