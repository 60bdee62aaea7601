# SPDX-License-Identifier: Apache-2.0
"""The route servers: ours, OpenBGPD and BIRD, the latter two configured as docs/rs-agent.md tells an operator
to, by themselves and with the agent beside them.
"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bfd_fastpath.agent.driver import Driver, DriverError, Wanted
from bfd_fastpath.agent.drivers import driver
from bfd_fastpath.agent.drivers.bird import function
from bfd_fastpath.agent.filter_file import FilterFile
from bfd_fastpath.agent.settings import Kind, RouteServer
from bfd_fastpath.bench.suites.withdrawal.lan import (
    AGENT,
    ANNOUNCER,
    ASN,
    NETWORK,
    SERVER,
    Lan,
    client,
    member_asn,
)
from bfd_fastpath.config.model import Address

_UP_S: Final = 60.0


class Ours:
    """`bfd-fastpath route-server`; clients tell it themselves."""

    tell = str(SERVER)

    def __init__(self, lan: Lan, room: Path, clients: int) -> None:
        file, log = room / "route-server.toml", room / "server.log"
        file.write_text(
            f'[route-server]\nasn = {ASN}\nrouter-id = "192.0.2.254"\nlisten = ["{SERVER}"]\n'
            f'lan = ["{NETWORK}"]\n[control]\npath = "{room / "server.sock"}"\n'
            + "".join(_member("client", number) for number in _numbers(clients))
        )
        lan.start(lan.server, [sys.executable, "-m", "bfd_fastpath", "route-server", "-c", file], log)


class Daemon:
    """OpenBGPD or BIRD. Without an agent `lose` changes its filters, as the agent would."""

    def __init__(self, kind: Kind, lan: Lan, room: Path, clients: int, *, agent: bool) -> None:
        self._kind, self._room, self._numbers = kind, room, list(_numbers(clients))
        self._config, self._socket = room / "server.conf", room / "server.sock"
        self._filters = room / "filters"
        self.tell = str(AGENT) if agent else "-"
        self._driver: Driver = driver(
            RouteServer(kind, self._filters, config_file=self._config, control_socket=self._socket),
            (NETWORK,),
        )
        everyone: tuple[Address, ...] = tuple(client(number) for number in self._numbers)
        lost: dict[Address, tuple[Address, ...]] = {one: (client(ANNOUNCER),) for one in everyone[1:]}
        self._wanted = {False: Wanted(everyone), True: Wanted(everyone, lost)}
        FilterFile(self._filters, self._driver).prepare(self._wanted[False])
        self._config.write_text("".join(_openbgpd(self) if kind is Kind.OPENBGPD else _bird(self)))
        self._config.chmod(0o600)
        command: list[str | Path] = ["bird", "-f", "-c", self._config, "-s", self._socket, "-P", room / "pid"]
        if kind is Kind.OPENBGPD:
            command = ["/usr/sbin/bgpd", "-d", "-f", self._config]
        lan.start(lan.server, command, room / "server.log")
        _until(self._answers, f"{kind.value}: {(room / 'server.log').read_text()}")
        if agent:
            self._begin_agent(lan)

    def lose(self, lost: bool) -> None:
        """The file, and a reload; OpenBGPD refuses one while it still does the one before."""
        self._filters.write_text(self._texts[lost])
        self._driver.reload()

    def ready(self) -> None:
        """All clients are there: what the filters will say is known."""
        self._texts = {lost: self._driver.text(wanted) for lost, wanted in self._wanted.items()}

    def _answers(self) -> bool:
        try:
            return bool(self._driver.neighbours())
        except DriverError:
            return False

    def _begin_agent(self, lan: Lan) -> None:
        members = "".join(_member("member", number) for number in self._numbers)
        file, socket = self._room / "rs-agent.toml", self._room / "rs-agent.sock"
        file.write_text(
            f'[agent]\nasn = {ASN}\nrouter-id = "{AGENT}"\nlisten = ["{AGENT}"]\nlan = ["{NETWORK}"]\n'
            f'[route-server]\ntype = "{self._kind.value}"\nmethod = "reload"\nmin-interval = "200ms"\n'
            f'filter-file = "{self._filters}"\n'
            f'config-file = "{self._config}"\ncontrol-socket = "{self._socket}"\n{members}'
            f'[control]\npath = "{socket}"\n'
        )
        log = self._room / "rs-agent.log"
        lan.start(lan.server, [sys.executable, "-m", "bfd_fastpath", "rs-agent", "-c", file], log)
        _until(socket.exists, f"rs-agent: {log.read_text()}")


def _openbgpd(server: Daemon) -> Iterator[str]:
    yield (
        f"AS {ASN}\nrouter-id {SERVER}\nfib-update no\ntransparent-as yes\nrde evaluate all\n"
        f'listen on {SERVER}\nsocket "{server._socket}"\ngroup "clients" {{\npassive\n'
    )
    for number in server._numbers:
        yield f"neighbor {client(number)} {{\nremote-as {member_asn(number)}\nannounce IPv4 unicast\n}}\n"
    yield f'}}\ninclude "{server._filters}"\nallow quick from any\nallow quick to any set nexthop no-modify\n'


def _bird(server: Daemon) -> Iterator[str]:
    yield (
        f'log stderr all;\nrouter id {SERVER};\nprotocol device {{ }}\ninclude "{server._filters}";\n'
        "ipv4 table rs4 sorted;\n"
    )
    for number in server._numbers:
        yield (
            f"filter to_{number} {{ if {function(client(number))}() then reject; accept; }}\n"
            f"protocol bgp m{number} {{ local {SERVER} as {ASN};"
            f" neighbor {client(number)} as {member_asn(number)};"
            f" strict bind yes; passive; rs client; ipv4 {{ table rs4; secondary; import all;"
            f" export filter to_{number}; }}; }}\n"
        )


def _member(section: str, number: int) -> str:
    return (
        f'[[{section}]]\nname = "m{number}"\nasn = {member_asn(number)}\naddresses = ["{client(number)}"]\n'
    )


def _numbers(clients: int) -> range:
    return range(ANNOUNCER, ANNOUNCER + 1 + clients)


def _until(there: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _UP_S
    while not there():
        if time.monotonic() > end:
            raise DriverError(f"it does not come up: {what}")
        time.sleep(0.05)
