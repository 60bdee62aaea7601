# SPDX-License-Identifier: Apache-2.0
"""A route server without routes, its clients configured and away; what one client cannot reach changes, and
the agent's driver reloads. In a network namespace of its own: as root."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bfd_fastpath.agent.driver import Driver, DriverError, Wanted, ordered
from bfd_fastpath.agent.drivers import driver
from bfd_fastpath.agent.drivers.bird_rtr import BirdRtr
from bfd_fastpath.agent.enforcer import Target
from bfd_fastpath.agent.filter_file import FilterFile
from bfd_fastpath.agent.settings import Kind, Method, RouteServer
from bfd_fastpath.bench.daemons.openbgpd import root_of_openbgpd
from bfd_fastpath.bench.suites.reload.bird import bird
from bfd_fastpath.bench.suites.reload.clients import LAN, SERVER, Client, client_address
from bfd_fastpath.bench.suites.reload.fed import fed
from bfd_fastpath.bench.suites.reload.openbgpd import openbgpd
from bfd_fastpath.config.model import Address
from bfd_fastpath.lab.netspace import Space

_START_S = 300
WAYS = (
    (Kind.OPENBGPD, Method.RELOAD),
    (Kind.BIRD, Method.RELOAD),
    (Kind.BIRD, Method.RTR),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """Of one route server. Octets, and seconds of each change and of the processor in it."""

    kind: Kind
    method: Method
    clients: int
    prefixes: int
    configuration: int
    filters: int
    up_s: float
    resident: int
    took_s: tuple[float, ...]
    cpu_s: tuple[float, ...]


def measure(
    kind: Kind, method: Method, members: list[Client], room: Path, runs: int, *, split: bool = False
) -> Reloaded:
    """So many changes, one after the other. DriverError when the route server would not do one."""
    room.chmod(0o755)
    config, socket = room / "server.conf", room / "socket"
    settings = RouteServer(
        kind,
        room / "filters",
        method,
        config_file=config,
        control_socket=socket,
        timeout_us=_START_S * 1_000_000,
    )
    used = driver(settings, LAN)
    file = FilterFile(settings.filter_file, used)
    everyone = tuple(sorted((client_address(one, v) for one in members for v in (4, 6)), key=ordered))
    file.prepare(Wanted(everyone))
    with config.open("w") as text:
        text.writelines(
            bird(members, file.path, rtr=method is Method.RTR)
            if kind is Kind.BIRD
            else openbgpd(members, file.path, socket)
        )
    config.chmod(0o600)
    with (
        _running(kind, config, socket, room) as process,
        _target(file, used, settings.rtr_port) as target,
    ):
        began = time.monotonic()
        _until_up(used, process)
        up_s = time.monotonic() - began
        took, cpu = [], []
        _apply(target, Wanted(everyone))
        for number in range(runs):
            wanted = Wanted(everyone, _lost(members, number, split=split))
            began, before = time.monotonic(), _cpu_s(process.pid)
            _apply(target, wanted)
            took.append(time.monotonic() - began)
            cpu.append(_cpu_s(process.pid) - before)
        return Reloaded(
            kind=kind,
            method=method,
            clients=len(members),
            prefixes=sum(len(one.prefixes) for one in members),
            configuration=config.stat().st_size,
            filters=file.path.stat().st_size,
            up_s=up_s,
            resident=_resident(process.pid),
            took_s=tuple(took),
            cpu_s=tuple(cpu),
        )


@contextmanager
def _target(file: FilterFile, used: Driver, port: int) -> Iterator[Target]:
    if isinstance(used, BirdRtr):
        with fed(file, used, port, _space()) as feed:
            yield feed
    else:
        yield file


def _space() -> str:
    return f"reload{os.getpid()}"


def _apply(target: Target, wanted: Wanted) -> None:
    """OpenBGPD answers a reload before all of it is done, and refuses another one until then."""
    while True:
        try:
            target.apply(wanted)
            return
        except DriverError as error:
            if "still running" not in str(error):
                raise
            time.sleep(0.05)


def _lost(members: list[Client], number: int, *, split: bool) -> dict[Address, tuple[Address, ...]]:
    """What changes from run to run: one client's next hop, or which half is away from the other."""
    if not split:
        who, whom = members[number % len(members)], members[-1 - number % len(members)]
        return {client_address(who, v): tuple(client_address(whom, w) for w in (4, 6)) for v in (4, 6)}
    if number % 2:
        return {}
    half = len(members) // 2
    lost: dict[Address, tuple[Address, ...]] = {}
    for here, there in ((members[:half], members[half:]), (members[half:], members[:half])):
        hops = tuple(sorted((client_address(one, v) for one in there for v in (4, 6)), key=ordered))
        lost |= {client_address(one, v): hops for one in here for v in (4, 6)}
    return lost


@contextmanager
def _running(kind: Kind, config: Path, socket: Path, room: Path) -> Iterator[subprocess.Popen[bytes]]:
    command: list[str | Path] = ["bird", "-f", "-c", config, "-s", socket, "-P", room / "pid"]
    if kind is Kind.OPENBGPD:
        command = ["/usr/sbin/bgpd", "-d", "-f", config]
    with ExitStack() as stack:
        if kind is Kind.OPENBGPD:
            stack.enter_context(root_of_openbgpd())
        space = Space(_space())
        stack.callback(lambda: asyncio.run(space.close()))
        space.make()
        space.run("ip", "link", "add", "lan", "type", "veth", "peer", "name", "far")
        space.run("ip", "addr", "add", f"{SERVER[0]}/16", "dev", "lan")
        space.run("ip", "addr", "add", f"{SERVER[1]}/64", "dev", "lan", "nodad")
        for link in ("lan", "far"):
            space.run("ip", "link", "set", link, "up")
        log = stack.enter_context((room / "log").open("wb"))
        words = ["ip", "netns", "exec", space.name, *map(str, command)]
        process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)
        stack.callback(_end, process)
        yield process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _until_up(used: Driver, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_S
    while True:
        try:
            if used.neighbours():
                return
            why = "it has no neighbours"
        except DriverError as error:
            why = str(error)
        if process.poll() is not None or time.monotonic() > end:
            raise DriverError(f"it does not come up: {why}")
        time.sleep(0.05)


def _family(pid: int) -> list[int]:
    """The process and its children."""
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def _resident(pid: int) -> int:
    pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in _family(pid))
    return pages * os.sysconf("SC_PAGE_SIZE")


def _cpu_s(pid: int) -> float:
    """What all of it has used up; on a busy machine this says more than the time it took."""
    fields = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in _family(pid)]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")
