# SPDX-License-Identifier: Apache-2.0
"""rs-agent as an operator runs it beside a route server, in the route server's namespace."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bfd_fastpath.bench.daemons.openbgpd import root_of_openbgpd
from bfd_fastpath.cli.client import NoDaemonError, ask
from tests.interop.exchange.log import Told
from tests.interop.exchange.members import AGENT, ASN, SERVER, Who
from tests.interop.exchange.servers import Server
from tests.interop.support.lan import Lan
from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until


class Agent:
    """`start()` returns when it answers on its control socket."""

    def __init__(self, space: Namespace, server: Server) -> None:
        self._space, self.server = space, server
        self._socket = space.directory / "rs-agent.sock"
        self._file = space.directory / "rs-agent.toml"
        self.log = space.directory / "rs-agent.log"
        self.log.touch()
        self.told = Told(self.log)
        self._file.write_text(
            f'[agent]\nasn = {ASN}\nrouter-id = "{AGENT[0]}"\nlisten = ["{AGENT[0]}", "{AGENT[1]}"]\n'
            'lan = ["192.0.2.0/24", "2001:db8::/64"]\nfail-open-after = "5s"\nhold-time = "9s"\n'
            f'[route-server]\ntype = "{server.kind}"\nfilter-file = "{server.filters}"\nmin-interval = "200ms"\n'
            f'poll = "1s"\nnext-hop-poll = "1s"\n{server.keys}{server.members}[control]\npath = "{self._socket}"\n[log]\nformat = "json"\n'
        )
        self._process: subprocess.Popen[str] | None = None

    def command(self, *words: str) -> str:
        return self._space.run(sys.executable, "-m", "bfd_fastpath", "rs-agent", *words)

    def prepare(self) -> None:
        """The file must be there before the route server starts."""
        self.command("prepare", "-c", str(self._file))

    def start(self) -> None:
        self._process = self._space.start(
            sys.executable, "-m", "bfd_fastpath", "rs-agent", "-c", self._file, log=self.log
        )
        until(self._answers, bound=30, what="the agent's control socket")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        try:
            return bool(ask(str(self._socket), "agent-driver"))
        except NoDaemonError:
            return False

    def driver(self) -> Any:
        return self._ask("agent-driver")

    def nhib(self) -> dict[tuple[str, str], str]:
        """The state, by the client's first address and the next hop."""
        clients = {row["name"]: row["addresses"][0] for row in self._ask("agent-clients")["clients"]}
        return {
            (clients[row["client"]], row["next-hop"]): row["state"]
            for row in self._ask("agent-nhib")["entries"]
        }

    def states(self, who: Who, other: Who) -> set[str]:
        """What it knows of these two, both families."""
        known = self.nhib()
        return {known.get((who.addresses[0], address), "none") for address in other.addresses}

    def _ask(self, command: str) -> Any:
        try:
            return ask(str(self._socket), command)
        except NoDaemonError as error:
            raise AssertionError(f"{error}\n{self.log.read_text()}") from error

    def end(self, number: signal.Signals) -> int:
        """The signal, and the exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(timeout=30)


@contextmanager
def exchange(server: type[Server]) -> Iterator[tuple[Lan, Agent]]:
    """A LAN with a route server and its agent, and no members."""
    with root_of_openbgpd(), Lan() as lan:
        space = lan.member("rs", f"{SERVER[0]}/24", f"{SERVER[1]}/64", f"{AGENT[0]}/24", f"{AGENT[1]}/64")
        agent = Agent(space, server(space))
        agent.prepare()
        agent.server.start()
        agent.start()
        yield lan, agent
