# SPDX-License-Identifier: Apache-2.0
"""DPDK's own programs on a row's ports: testpmd in io and in mac mode, and l3fwd. They are asked for their
packets over telemetry, so that nothing runs in their loops but what they are made of.
"""

import contextlib
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bfd_fastpath.bench.suites.forward.ports import Ports
from bfd_fastpath.bench.suites.forward.process import NotInstalledError, PartError, Process, process_clock
from bfd_fastpath.bench.suites.forward.telemetry import Telemetry

_START_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Count:
    """At one moment: packets sent so far, the CPU time that was taken for it, and packets that were received
    to be forwarded.
    """

    packets: int
    cpu_ns: int
    taken: int = 0


class _Peer:
    """One of DPDK's programs."""

    def __init__(self, name: str, program: str, command: list[str], room: Path, prefix: str) -> None:
        self.name = name
        self.process = Process(command, room / f"{program}.log")
        #: Of its first port, once it is connected.
        self.mac = ""
        #: By reason: it does not say.
        self.drops: dict[str, int] = {}
        self._telemetry = Telemetry(prefix)

    def start(self) -> None:
        """Until it forwards; PartError when it does not."""
        with contextlib.suppress(OSError):
            self.connect()
            if self._forwards(time.monotonic() + _START_S):
                return
        raise PartError(f"{self.name} does not forward: {self.process.last_words()}")

    def connect(self) -> None:
        """Until it has its ports and says so; PartError when it ends instead."""
        with contextlib.suppress(OSError):
            # Devices are probed before EAL answers; testpmd goes on without any.
            if self._telemetry.connect(time.monotonic() + _START_S, self.process.runs):
                self.mac = self._telemetry.mac(0)
        if not self.mac:
            raise PartError(f"{self.name} does not start: {self.process.last_words()}")

    def _forwards(self, until: float) -> bool:
        """OSError when it has gone."""
        before = self._telemetry.ports()[1]
        while time.monotonic() < until and self.process.runs():
            time.sleep(0.05)
            if self._telemetry.ports()[1] > before:
                return True
        return False

    def count(self) -> Count:
        taken, packets = self._telemetry.ports()
        return Count(packets, time.clock_gettime_ns(process_clock(self.process.pid)), taken)

    def pause(self) -> None:
        self.process.pause()

    def resume(self) -> None:
        self.process.resume()

    def leave(self) -> None:
        """As it ends by itself: its port is another's afterwards."""
        self._telemetry.close()
        self.process.leave(signal.SIGTERM)

    def close(self) -> None:
        self._telemetry.close()
        self.process.end()


class Testpmd(_Peer):
    """In one mode; its polling thread is on the one core, its command line on the other."""

    def __init__(self, mode: str, ports: Ports, room: Path, prefix: str) -> None:
        if shutil.which("dpdk-testpmd") is None:
            raise NotInstalledError("testpmd is not installed: .ci/packages bench")
        command = ["dpdk-testpmd", *_eal(ports, f"{prefix}-{mode}")]
        cores = sorted({ports.cpu, ports.other_cpu})
        command += ["-l", ",".join(map(str, cores)), "--main-lcore", str(ports.other_cpu), "--", "-i"]
        command += [
            *ports.testpmd(),
            f"--total-num-mbufs={ports.mbufs}",
            "--nb-cores=1",
            f"--forward-mode={mode}",
            "--auto-start",
            "--no-lsc-interrupt",
        ]
        super().__init__(mode, f"testpmd-{mode}", command, room, f"{prefix}-{mode}")


class L3fwd(_Peer):
    """With longest prefix match, on one core. It has no room for more than 1,024 routes of a family."""

    def __init__(self, program: Path, ports: Ports, rules: dict[int, Path], room: Path, prefix: str) -> None:
        core, numbers = ports.cpu, range(ports.count)
        command = [str(program), *_eal(ports, f"{prefix}-l3fwd"), "-l", str(core)]
        command += ["--", "-p", hex((1 << ports.count) - 1), "--lookup=lpm", "--parse-ptype"]
        command += ["--config=" + ",".join(f"({number},0,{core})" for number in numbers), *ports.l3fwd()]
        command += [f"--rule_ipv{family}={file}" for family, file in rules.items()]
        super().__init__("l3fwd", "l3fwd", command, room, f"{prefix}-l3fwd")


def _eal(ports: Ports, prefix: str) -> list[str]:
    return [*ports.memory.line(prefix), "--log-level=error", *ports.eal()]
