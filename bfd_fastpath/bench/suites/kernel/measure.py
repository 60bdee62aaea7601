# SPDX-License-Identifier: Apache-2.0
"""How much each forwards without loss: searches in turn, each of some trials."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bfd_fastpath.bench.search import Searched, Trial, search
from bfd_fastpath.bench.suites.forward.process import PartError, Process
from bfd_fastpath.bench.suites.kernel.cables import cabled, route_by_kernel
from bfd_fastpath.bench.suites.kernel.wire import WIRES
from bfd_fastpath.bench.suites.nodrop.throughput import LOSS
from bfd_fastpath.lab.netspace import Space

#: Our engine's ports, by the name of their driver.
DRIVERS: Final = {
    "af-packet": "net_af_packet0,iface=eth0,blocksz=65536,framecnt=16384,framesz=2048",
    "af-xdp": "net_af_xdp0,iface=eth0,force_copy=1",
}
KERNEL: Final = "kernel"
_HERE: Final = "bfd_fastpath.bench.suites.kernel"


LEAST_PPS, MOST_PPS = 2e4, 1.5e6
_PRECISION: Final = 0.05
#: An offered rate that stays below this part of the one asked for is the source's limit.
_KEPT: Final = 0.97


def measure(
    family: int,
    size: int,
    cpus: tuple[int, int],
    rounds: int,
    seconds: float,
    refused: Callable[[str, str], None],
) -> dict[str, list[Searched]]:
    """One search a round, by name: the kernel, and each driver that works here; `refused` is told of others,
    and why. cpus: the routers' core, the source's. seconds: of a trial. PartError, StageError.
    """
    names = (KERNEL, *DRIVERS)
    with ExitStack() as stack:
        room = Path(stack.enter_context(TemporaryDirectory()))
        cables = stack.enter_context(cabled(f"kf{os.getpid()}", names, cpus[0]))
        route_by_kernel(cables.routers[0], cables.source, cables.interfaces[0], WIRES[family])
        ours = dict[str, Process]()
        for space, (name, devargs) in zip(cables.routers[1:], DRIVERS.items(), strict=True):
            router = _start(stack, space, room / name, "router", family, cpus[0], devargs)
            try:
                _ready(router)
            except PartError as error:
                refused(name, str(error))
                continue
            router.pause()
            ours[name] = router
        words = (family, cpus[1], size, *cables.interfaces)
        source = _start(stack, cables.source, room / "source", "source", *words)
        _ready(source)
        found: dict[str, list[Searched]] = {name: [] for name in (KERNEL, *ours)}
        order = list(found)
        for number in range(rounds):
            first = number % len(order)
            for name in (*order[first:], *order[:first]):
                with _turn(ours.get(name)):
                    found[name].append(_search(source, names.index(name), seconds))
        return found


@contextmanager
def _turn(router: Process | None) -> Iterator[None]:
    """It polls only in its turn; None: the kernel's."""
    if router is not None:
        router.resume()
    yield
    if router is not None:
        router.pause()


def _search(source: Process, number: int, seconds: float) -> Searched:
    # Neighbours are resolved, and what is cold is warm.
    _trial(source, number, LEAST_PPS, seconds)
    return search(
        lambda rate: _trial(source, number, rate, seconds),
        LEAST_PPS,
        MOST_PPS,
        bound=LOSS,
        precision=_PRECISION,
    )


def _trial(source: Process, number: int, rate: float, seconds: float) -> Trial:
    source.input.write(f"{number} {rate} {seconds}\n".encode())
    answer = source.output.readline().split()
    if len(answer) != 3:
        raise PartError(source.last_words())
    due, sent, back = map(int, answer)
    return Trial(rate, (sent - back) / max(sent, 1), offered=sent >= _KEPT * due)


def _start(stack: ExitStack, space: Space, log: Path, module: str, *words: object) -> Process:
    command = ["ip", "netns", "exec", space.name, sys.executable, "-m", f"{_HERE}.{module}", *map(str, words)]
    process = Process(command, log)
    stack.callback(process.end)
    return process


def _ready(process: Process) -> None:
    if process.output.readline() != b"ready\n":
        raise PartError(process.last_words())
