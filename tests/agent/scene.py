# SPDX-License-Identifier: Apache-2.0
"""rs-agent as a process on loopback: beside a BIRD whose filters call its functions, with a member of ours."""

import asyncio
import contextlib
import signal
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from bfd_fastpath.agent.drivers.bird import function
from bfd_fastpath.bench.daemons.daemon import Daemon, free_port
from bfd_fastpath.cli.client import NoDaemonError, ask
from bfd_fastpath.wire.bgp import BGP_LS
from bfd_fastpath.wire.bgpls.profile_l5 import link, node
from tests.interop.bgp.ourselves import ASN, Ourselves
from tests.interop.support.poll import until

SERVER, AGENT = "127.0.48.1", "127.0.48.9"
A, B, C = map(ip_address, ("127.0.48.2", "127.0.48.3", "127.0.48.4"))


MEMBERS: list[tuple[str, int, Any]] = [("a", ASN, A), ("b", 65002, B)]
OPENS_SOON = 'fail-open-after = "2s"\n'


class Scene:
    """`filters()` is what BIRD was last given, as the agent sees it; `a` is the member that speaks."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self.filters_file, self.bird_socket = room / "rs-bfd.conf", room / "bird.ctl"
        self.config, self.socket, self.log = room / "rs-agent.toml", room / "agent.sock", room / "agent.log"
        self.log.touch()
        self.port = free_port(AGENT)
        self._process: subprocess.Popen[bytes] | None = None
        self.write(MEMBERS)
        self.command("prepare")

    def write(self, members: list[tuple[str, int, Any]], more: str = "", agent: str = "") -> None:
        """`more` and `agent`: keys of [route-server] and of [agent]."""
        listed = "".join(
            f'[[member]]\nname = "{name}"\nasn = {asn}\naddresses = ["{address}"]\n'
            for name, asn, address in members
        )
        self.config.write_text(
            f'[agent]\nasn = 64510\nrouter-id = "10.0.0.9"\nlisten = ["{AGENT}"]\nport = {self.port}\n'
            f'lan = ["127.0.48.0/24"]\n{agent or OPENS_SOON}'
            f'[route-server]\ntype = "bird"\nmethod = "reload"\nfilter-file = "{self.filters_file}"\n'
            f'control-socket = "{self.bird_socket}"\nmin-interval = "50ms"\nretry-first = "200ms"\n'
            f'retry-most = "400ms"\n{more}{listed}'
            f'[control]\npath = "{self.socket}"\n[log]\nformat = "json"\n'
        )

    def bird(self, more: str = "") -> None:
        """Writes BIRD's configuration; `more` may be what it cannot read."""
        protocols = "".join(
            f"filter to_{asn} {{ if {function(address)}() then reject; accept; }}\n"
            f"protocol bgp as{asn} {{ local {SERVER} port 17903 as 64510; neighbor {address} as {asn}; passive;"
            f" direct; rs client; ipv4 {{ table rs4; secondary; import all; export filter to_{asn}; }}; }}\n"
            for asn, address in ((ASN, A), (65002, B))
        )
        (self.room / "bird.conf").write_text(
            f'log stderr all;\nrouter id 10.0.0.1;\ninclude "{self.filters_file}";\nprotocol device {{ }}\n'
            f"ipv4 table rs4 sorted;\n{protocols}{more}"
        )

    def run_bird(self) -> Daemon:
        self.bird()
        folder = self.room / "bird"
        folder.mkdir()
        command = ("bird", "-f", "-c", self.room / "bird.conf", "-s", self.bird_socket, "-P", folder / "pid")
        running = Daemon(folder, *command)
        until(self.bird_socket.exists, what=f"BIRD's control socket\n{running.log()}")
        return running

    def command(self, *words: str) -> str:
        return Daemon.ask(sys.executable, "-m", "bfd_fastpath", "rs-agent", *words, "-c", self.config)

    def start(self) -> None:
        command = [sys.executable, "-m", "bfd_fastpath", "rs-agent", "-c", str(self.config)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(self._answers, bound=20, what="the agent's control socket")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        try:
            return bool(self.show("driver"))
        except NoDaemonError:
            return False

    def show(self, what: str) -> Any:
        return ask(str(self.socket), f"agent-{what}")

    def tell(self, command: str) -> Any:
        return ask(str(self.socket), command)

    def restarted(self, guard: int) -> bool:
        """Whether an agent answers that has another guard than this."""
        try:
            pid = self.show("driver")["guard-pid"]
        except NoDaemonError:
            return False
        return bool(pid) and pid != guard and self.show("driver")["state"] == "applied"

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def wait(self) -> int:
        assert self._process is not None
        return self._process.wait(30)

    def zombies(self) -> list[str]:
        """What has ended, and the agent does not wait for."""
        assert self._process is not None
        pid = self._process.pid
        found = []
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                if "State:\tZ" in Path(f"/proc/{child}/status").read_text():
                    found.append(child)
        return found

    def close(self) -> None:
        if self._process is not None and self.running():
            self._process.kill()
            self._process.wait()
        until(self._guard_gone, bound=20, what="the end of the guard")

    def _guard_gone(self) -> bool:
        """It ends by itself; what it does then is written to the log."""
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = entry.read_bytes().split(b"\0")
            except OSError:
                continue
            if b"bfd_fastpath.agent.guard" in words and str(self.config).encode() in words:
                return False
        return True

    def function(self, client: Any) -> str:
        """What the file says of this client; nothing where it has no function."""
        name = f"function {function(client)}() {{ return "
        lines = self.filters_file.read_text().splitlines()
        answers = (line.removeprefix(name) for line in lines if line.startswith(name))
        return next(answers, "").removesuffix("; }")

    async def until_lost(self, client: Any, *hops: Any) -> None:
        """Waits until BIRD has taken a file that says this."""
        wanted = lost(*hops) if hops else "false"
        await self.until(
            lambda: self.show("driver")["state"] == "applied" and self.function(client) == wanted
        )

    async def until(self, look: Any) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + 30
        while not await asyncio.to_thread(look):
            assert loop.time() < end, f"{self.filters_file.read_text()}\n{self.log.read_text()}"
            await asyncio.sleep(0.02)

    def member(self) -> Ourselves:
        return Ourselves(str(A), AGENT, self.port, families=(BGP_LS,))


def lost(*hops: Any) -> str:
    """What a client's function says when it has lost these."""
    return f"bgp_next_hop ~ [ {', '.join(map(str, hops))} ]"


def say_lost(us: Ourselves) -> None:
    """A Node without a Link: B is Down."""
    us.announce(node(B))
    us.speaker.send_end_of_rib(BGP_LS)


def say_reached(us: Ourselves) -> None:
    us.announce(link(A, B))


def say_lost_again(us: Ourselves) -> None:
    us.withdraw(link(A, B))
