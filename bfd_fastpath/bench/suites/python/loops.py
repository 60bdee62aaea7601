# SPDX-License-Identifier: Apache-2.0
"""One port whose packets come from memory, and two programs that take turns at it: a Python loop over
bursts of 256 and the same loop in C.
"""

import ctypes
import os
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pydp
from bfd_fastpath.bench.sources import native
from bfd_fastpath.bench.suites.forward.packets import PORT_MACS, frame, save
from pydp.ffi import ffi

_HERE: Final = Path(__file__).parent
_BURST: Final = 256
_TURNS: Final = 1000
_PACKETS: Final = 1024
_FIELDS: Final = (
    *("length", "ether_type", "ip_version", "ip_protocol", "ttl"),
    *("source", "destination", "source_port", "destination_port"),
)
#: Programs by name.
NAMES: Final = ("python", "C", "python, header fields", "C, header fields")


@dataclass(frozen=True, slots=True)
class Looped:
    """Packets a second by program, one figure a window."""

    rates: dict[str, tuple[float, ...]]


def measure(rounds: int, window_s: float, cpu: int) -> Looped:
    """In a process of its own, since EAL starts once. A first round warms up."""
    os.sched_setaffinity(0, {cpu} & os.sched_getaffinity(0) or os.sched_getaffinity(0))
    with TemporaryDirectory() as directory:
        room = Path(directory)
        save(room / "packets.pcap", _frames())
        library = _build(room)
        pydp.eal.init(cpu=cpu, program="bench")
        devargs = f"net_pcap0,rx_pcap={room / 'packets.pcap'},infinite_rx=1"
        with pydp.Port(devargs, mbufs=_PACKETS + 8191) as port:
            programs = _programs(port, library, window_s)
            found: dict[str, list[float]] = {name: [] for name in NAMES}
            for number in range(rounds + 1):
                turn = number % len(NAMES)
                for name in (*NAMES[turn:], *NAMES[:turn]):
                    rate = programs[name]()
                    if number > 0:
                        found[name].append(rate)
    return Looped({name: tuple(each) for name, each in found.items()})


def _programs(port: pydp.Port, library: ctypes.CDLL, window_s: float) -> dict[str, Callable[[], float]]:
    loop = library.bench_loop
    loop.argtypes, loop.restype = (ctypes.c_void_p, ctypes.c_bool, ctypes.c_double), ctypes.c_double
    at = int(ffi.cast("uintptr_t", port._c))

    def in_c(look: bool) -> float:
        rate = float(loop(at, look, window_s))
        if rate == 0:
            raise RuntimeError("the loop in C failed")
        return rate

    return {
        "python": lambda: _loop(port, None, window_s),
        "C": lambda: in_c(False),
        "python, header fields": lambda: _loop(port, pydp.Columns(_BURST, _FIELDS), window_s),
        "C, header fields": lambda: in_c(True),
    }


def _loop(port: pydp.Port, columns: "pydp.Columns | None", seconds: float) -> float:
    """Packets a second."""
    packets = 0
    with pydp.Burst(_BURST) as burst:
        begin = end = time.monotonic()
        while end < begin + seconds:
            for _ in range(_TURNS):
                count = burst.receive(port)
                if columns is not None:
                    burst.gather(columns)
                sent = burst.transmit(port)
                if sent < count:
                    burst.clear()
                packets += sent
            end = time.monotonic()
    return packets / (end - begin)


def _frames() -> Iterable[bytes]:
    mac = bytes.fromhex(PORT_MACS[0].replace(":", ""))
    for number in range(_PACKETS):
        yield frame(4, 64, mac, (IPv4Address("198.18.0.0") + number).packed)


def _build(room: Path) -> ctypes.CDLL:
    library, package = room / "loop.so", Path(pydp.__path__[0]) / "_lib"
    command = ["gcc", "-shared", "-fPIC", "-O2", "-std=c11", "-D_GNU_SOURCE", f"-I{native() / 'include'}"]
    command += [str(_HERE / "loop.c"), f"-L{package}", "-l:libpydp.so.0", f"-Wl,-rpath,{package}"]
    subprocess.run([*command, "-o", str(library)], check=True, capture_output=True)
    return ctypes.CDLL(str(library))
