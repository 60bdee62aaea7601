# SPDX-License-Identifier: Apache-2.0
"""DPDK's own programs on a row's ports: testpmd in io and in mac mode, and l3fwd. They are asked for their
packets over telemetry, so that nothing runs in their loops but what they are made of.
"""

import contextlib
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bfd_fastpath.bench.suites.forward.memory import Memory
from bfd_fastpath.bench.suites.forward.process import PartError, Process, process_clock
from bfd_fastpath.bench.suites.forward.telemetry import Telemetry

_START_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What plays on the two ports of a program, and where it runs."""

    files: tuple[Path, Path]
    packets: int
    cpu: int
    other_cpu: int
    memory: Memory

    @property
    def mbufs(self) -> int:
        """Enough for both ports: those that are played, on the way, and in caches."""
        return mbufs(self.packets)

    def devices(self) -> list[str]:
        return [f"net_pcap{port},rx_pcap={file},infinite_rx=1" for port, file in enumerate(self.files)]


def mbufs(packets: int) -> int:
    """Of a program that plays so many packets on each of two ports."""
    return 2 * packets + 8192


@dataclass(frozen=True, slots=True)
class Count:
    """At one moment: packets sent so far, and the CPU time that was taken for it."""

    packets: int
    cpu_ns: int


class _Peer:
    """One of DPDK's programs."""

    def __init__(self, name: str, command: list[str], room: Path, prefix: str) -> None:
        self.process = Process(command, room / f"{name}.log")
        self._name = name
        self._telemetry = Telemetry(prefix)

    def _wait_for_packets(self) -> None:
        until = time.monotonic() + _START_S
        with contextlib.suppress(OSError):
            if self._telemetry.connect(until) and self._forwards(until):
                return
        raise PartError(f"{self._name} does not forward: {self.process.last_words()}")

    def _forwards(self, until: float) -> bool:
        """OSError when it has gone."""
        before = self._telemetry.ports()[1]
        while time.monotonic() < until and self.process.runs():
            time.sleep(0.05)
            if self._telemetry.ports()[1] > before:
                return True
        return False

    def count(self) -> Count:
        packets = self._telemetry.ports()[1]
        return Count(packets, time.clock_gettime_ns(process_clock(self.process.pid)))

    def pause(self) -> None:
        self.process.pause()

    def resume(self) -> None:
        self.process.resume()

    def close(self) -> None:
        self._telemetry.close()
        self.process.end()


class Testpmd(_Peer):
    """In one mode; its polling thread is on the one core, its command line on the other."""

    def __init__(self, mode: str, ports: Ports, room: Path, prefix: str) -> None:
        if shutil.which("dpdk-testpmd") is None:
            raise PartError("testpmd is not installed: .ci/packages bench")
        command = ["dpdk-testpmd", *_eal(ports, f"{prefix}-{mode}")]
        cores = sorted({ports.cpu, ports.other_cpu})
        command += ["-l", ",".join(map(str, cores)), "--main-lcore", str(ports.other_cpu), "--", "-i"]
        command += [
            f"--total-num-mbufs={ports.mbufs}",
            "--nb-cores=1",
            f"--forward-mode={mode}",
            "--auto-start",
            "--no-lsc-interrupt",
        ]
        super().__init__(f"testpmd-{mode}", command, room, f"{prefix}-{mode}")
        self.name = mode

    def start(self) -> None:
        self._wait_for_packets()


class L3fwd(_Peer):
    """With longest prefix match, on one core. It has no room for more than 1,024 routes of a family."""

    name = "l3fwd"

    def __init__(self, program: Path, ports: Ports, rules: dict[int, Path], room: Path, prefix: str) -> None:
        core = ports.cpu
        command = [str(program), *_eal(ports, f"{prefix}-l3fwd"), "-l", str(core), "--", "-p", "0x3"]
        command += ["--lookup=lpm", "--parse-ptype", f"--config=(0,0,{core}),(1,0,{core})"]
        # Its pool is as large as its queues ask for; net_pcap takes its packets from there.
        command += [f"--rx-queue-size={min(ports.packets + 2048, 65535)}"]
        command += [f"--rule_ipv{family}={file}" for family, file in rules.items()]
        super().__init__("l3fwd", command, room, f"{prefix}-l3fwd")

    def start(self) -> None:
        self._wait_for_packets()


def _eal(ports: Ports, prefix: str) -> list[str]:
    devices = [word for device in ports.devices() for word in ("--vdev", device)]
    return [*ports.memory.line(prefix), "--no-pci", "--log-level=error", *devices]
