# SPDX-License-Identifier: Apache-2.0
"""Two engines in one process, of one worker and of two, with ports whose packets come from memory (net_pcap,
infinite_rx: each received packet is copied into a buffer) and go nowhere, so that no core is needed to send
them. Their workers run in turn, a window each.
"""

import itertools
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.utils import PcapWriter

import pydp

SETTLE_S = 0.1
#: Frames of 60 octets, 64 with the checksum of Ethernet; so many in each queue.
PACKETS, SIZE = 4096, 60
PORTS = 2
_SPARE_MBUFS = 8191
#: The driver numbers its ports in their addresses.
_pcap_ports = itertools.count()


class LostError(Exception):
    """Packets were dropped, or came to a worker that does not own them."""


def measure(routes: int, cpus: tuple[int, int], windows: int, window_s: float) -> dict[int, list[float]]:
    """Packets a second in each window, by how many workers. In a process of its own, since EAL starts once.
    LostError.
    """
    pydp.eal.init(memory_mib=1024, program="bench")
    rates: dict[int, list[float]] = {1: [], 2: []}
    with TemporaryDirectory() as room, ExitStack() as stack:
        engines = {workers: stack.enter_context(standing(Path(room), workers, routes)) for workers in rates}
        for _ in range(windows):
            for workers, engine in engines.items():
                engine.start(cpu=list(cpus[:workers]), idle=pydp.Idle.POLL)
                time.sleep(SETTLE_S)
                before, begin = forwarded(engine), time.monotonic()
                time.sleep(window_s)
                count, took = forwarded(engine) - before, time.monotonic() - begin
                engine.stop()
                rates[workers].append(count / took)
        for workers, engine in engines.items():
            dropped = {
                name: count for port in range(PORTS) for name, count in engine.stats.drops(port).items()
            }
            handed = sum(engine.stats.worker(i).handed_over for i in range(workers))
            if dropped or handed:
                raise LostError(f"{workers} workers dropped packets: {dropped}, handed over {handed}")
    return rates


def forwarded(engine: pydp.Engine) -> int:
    return sum(engine.stats.worker(i).forwarded for i in range(engine.stats.workers))


@contextmanager
def standing(room: Path, workers: int, routes: int) -> Iterator[pydp.Engine]:
    """An engine with a neighbour at each port; what comes in at one goes out at the other."""
    with ExitStack() as stack:
        ports = []
        for number in range(PORTS):
            name = f"net_pcap_w{workers}_{number}"
            files = [room / f"{name}-{queue}.pcap" for queue in range(workers)]
            devargs = ",".join([name, *(f"rx_pcap={file}" for file in files), "infinite_rx=1"])
            mac = f"02:70:63:61:70:{next(_pcap_ports):02x}"
            for queue, file in enumerate(files):
                write(file, mac, number, queue, routes)
            mbufs = workers * PACKETS + _SPARE_MBUFS
            ports.append(stack.enter_context(pydp.Port(devargs, queues=workers, mbufs=mbufs)))
            if ports[-1].info().mac != mac:
                raise RuntimeError(f"net_pcap's address is {ports[-1].info().mac}, not {mac}")
        engine = stack.enter_context(pydp.Engine(f"workers{workers}", workers=workers, seed=1))
        for number, port in enumerate(ports):
            engine.attach(port)
            engine.address_add(number, f"192.0.{2 + number}.1/24")
            engine.neighbour_set(number, f"192.0.{2 + number}.2", f"02:00:00:00:00:0{number}")
            engine.nexthops.set(1 + number, pydp.NextHopConfig.adjacent(f"192.0.{2 + number}.2", number))
            engine.routes.set_nlri(4, nlri(1 - number, routes), 1 + number)
        engine.forwarding_set(pydp.ForwardingConfig())
        yield engine


def nlri(from_port: int, routes: int) -> bytes:
    """Where the packets of a port go, as BGP says it: length and octets of each prefix."""
    first = 10 + from_port
    if routes == 1:
        return bytes((8, first))
    return b"".join(bytes((24, first, i >> 8 & 255, i & 255)) for i in range(routes))


def write(file: Path, mac: str, port: int, queue: int, routes: int) -> None:
    """The packets of one queue."""
    numbers = random.Random(f"{port} {queue} {routes}")
    base = int(IPv4Address(f"{10 + port}.0.0.0"))
    pattern = IP(src="192.0.2.9", dst="0.0.0.0") / UDP(sport=1024, dport=9, chksum=0)
    head = bytes(Ether(src="02:00:00:00:00:09", dst=mac) / pattern)
    sums = ~int.from_bytes(head[24:26]) & 0xFFFF
    with PcapWriter(str(file), linktype=1) as pcap:
        for i in range(PACKETS):
            destination = base + (numbers.getrandbits(24) if routes > 1 else i)
            total = sums + (destination >> 16) + (destination & 0xFFFF)
            total = (total & 0xFFFF) + (total >> 16)
            checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
            ports = (1024 + i).to_bytes(2) + head[36:]
            frame = head[:24] + checksum.to_bytes(2) + head[26:30] + destination.to_bytes(4) + ports
            pcap.write(frame.ljust(SIZE, b"\0"))
