# SPDX-License-Identifier: Apache-2.0
"""BIRD 2 without reconfiguration: the included file asks a ROA table what a client lost, and an RTR session
of BIRD with the agent fills that. `configure` is for members that come and go; a change is `reload out` for
its client."""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address

from bfd_fastpath.agent.driver import DriverError, Wanted
from bfd_fastpath.agent.drivers.bird import PROTOCOLS, Bird, function, versioned
from bfd_fastpath.agent.hops import in_order, lookup, mark
from bfd_fastpath.agent.settings import RouteServer
from bfd_fastpath.config.model import Address, Network

HEAD = (
    "# Written by bfd-fastpath rs-agent: what each client cannot reach comes by RTR, into the ROA tables "
    "below. Changes here are lost.\n"
)
PROTOCOL = "rs_bfd"
#: Routes that have not gone through rs_bfd_mark(), as BIRD is asked for them.
UNMARKED = "source = RTS_BGP && !defined(rs_bfd_hop)"
HOST = "127.0.0.1"
_TABLES = """\
attribute int rs_bfd_hop;
roa4 table rs_bfd4;
roa6 table rs_bfd6;
protocol rpki {name} {{
  roa4 {{ table rs_bfd4; }};
  roa6 {{ table rs_bfd6; }};
  remote {host} port {port};
  retry keep 1;
  refresh keep 60;
  expire keep 600;
}}
"""
_OK = "0000"
_NUMBERS = re.compile(r"^\s+(?:Session ID|Serial number):\s+(\d+)$", re.M)
_COUNTED = re.compile(r"^\s*(\d+) of \d+ routes for \d+ networks in table", re.M)
_ENTRY = re.compile(r"^(\S+)/\d+-\d+ AS\d+\s", re.M)
_NAME = re.compile(r"^(\S+)\s+BGP\s")
_ADDRESS = re.compile(r"^\s+Neighbor address:\s+(\S+)$", re.M)
_LOOK_S = 0.002


class BirdRtr(Bird):
    """BIRD on this machine. `lan`: whose next hops count."""

    def __init__(self, settings: RouteServer, lan: Sequence[Network]) -> None:
        super().__init__(settings)
        self._lan = tuple(lan)
        self._port = settings.rtr_port
        self._timeout_s = settings.timeout_us / 1e6

    def text(self, wanted: Wanted) -> str:
        """The same whatever they lost."""
        tables = _TABLES.format(name=PROTOCOL, host=HOST, port=self._port)
        functions = (*mark(self._lan), *(lookup(function(c), c) for c in wanted.clients))
        return HEAD + versioned(tables + "".join(functions))

    def start(self) -> None:
        """Have BIRD ask the agent, which it does not do after `open`. Raises DriverError where it does not
        include the file."""
        code, text = self._control.ask(f"enable {PROTOCOL}")
        if code != _OK:
            raise DriverError(f"BIRD has no {PROTOCOL}; does it include the agent's file? It says: {text}")

    def given(self) -> frozenset[Address]:
        """The clients for whom BIRD has entries."""
        found: set[Address] = set()
        for version in (4, 6):
            code, text = self._control.ask(f"show route table rs_bfd{version}")
            if code not in (_OK, "8001"):
                raise DriverError(text)
            found.update(map(ip_address, _ENTRY.findall(text)))
        return frozenset(found)

    def until_fetched(self, session: int, serial: int) -> None:
        """Returns when BIRD has this version of the agent's records."""

        def fetched() -> bool:
            _, text = self._control.ask(f"show protocols all {PROTOCOL}")
            return _NUMBERS.findall(text) == [str(session), str(serial)]

        self._until(
            fetched, f"BIRD has not fetched what changed (birdc show protocols all {PROTOCOL} says why)"
        )

    def resend(self, owed: set[Address]) -> None:
        """Have BIRD ask these clients' filters again about all of their routes. Who is done is taken out of
        `owed`; one that BIRD refuses keeps no other from it, and DriverError comes after all of them."""
        names = self._names()
        refused: list[str] = []
        for client in in_order(owed):
            wrong = [said for name in names.get(client, ()) if (said := self._reload_out(name))]
            refused += wrong
            if not wrong:
                owed.discard(client)
        if refused:
            raise DriverError(refused[0])

    def _reload_out(self, name: str) -> str:
        """What BIRD has against it. A protocol that is disabled or not up asks its filter when it comes
        up."""
        # In apostrophes, since a name may have `-`, `.` and `:`; BIRD shows it without.
        command = f"reload out '{name}'"
        code, text = self._control.ask(command)
        return f"{command}: {text}" if code != _OK or "reload failed" in text else ""

    def unmarked(self) -> int:
        """How many routes through the LAN have no number of their next hop, so that they are never left out.
        BIRD looks through all of its routes."""
        lan = " || ".join(f"bgp_next_hop ~ {network}" for network in self._lan)
        return self._count(f"all where {UNMARKED} && ({lan})")

    def open(self, had: Iterable[Address]) -> None:
        """Have BIRD forget everything, and send those who had entries what they have missed."""
        code, text = self._control.ask(f"disable {PROTOCOL}")
        if code != _OK:
            raise DriverError(text)
        self._until(self._empty, "BIRD keeps its entries though their protocol is disabled")
        self.resend(set(had))

    def _empty(self) -> bool:
        """BIRD counts them, which is quicker than to show them."""
        return not any(self._count(f"rs_bfd{version}") for version in (4, 6))

    def _count(self, what: str) -> int:
        code, text = self._control.ask(f"show route table {what} count")
        if code not in (_OK, "0014", "8001"):
            raise DriverError(text)
        return sum(map(int, _COUNTED.findall(text)))

    def _names(self) -> dict[Address, list[str]]:
        """The BGP protocols of each neighbour."""
        code, text = self._control.ask("show protocols all")
        if code != _OK:
            raise DriverError(text)
        found: dict[Address, list[str]] = {}
        for part in PROTOCOLS.split(text):
            name, address = _NAME.match(part), _ADDRESS.search(part)
            if name is not None and address is not None:
                found.setdefault(ip_address(address[1].split("%")[0]), []).append(name[1])
        return found

    def _until(self, done: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + self._timeout_s
        while not done():
            if time.monotonic() > end:
                raise DriverError(what)
            time.sleep(_LOOK_S)
