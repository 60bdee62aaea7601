# SPDX-License-Identifier: Apache-2.0
"""The two ends of a recorded session: FRR's bfdd and BIRD in a namespace each, with a log whose lines carry microseconds.

An end knows how its daemon is configured, broken and asked; not what a case does with it."""

import os
import shutil
import signal
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from tests.interop.support.bird import Bird
from tests.interop.support.frr import DAEMONS, Frr
from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until


@dataclass
class Speaker(ABC):
    """What one end says: `interval` in milliseconds for both directions, `text` as more lines of its peer's configuration."""

    space: Namespace
    address: str
    peer: str
    interval: int = 100
    multiplier: int = 3
    multihop: bool = False
    text: str = ""
    log: Path = field(init=False)
    daemon: ClassVar[str]

    def __post_init__(self) -> None:
        self.log = self.space.directory / "bfd.log"
        self.start()

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def pids(self) -> list[int]:
        """Of the processes that speak BFD."""

    @abstractmethod
    def up(self) -> bool: ...

    @abstractmethod
    def words(self) -> dict[str, Any]:
        """What the daemon itself says of its session, as it says it."""

    @abstractmethod
    def restart(self) -> None:
        """The daemon again, after kill()."""

    def signal(self, number: signal.Signals) -> None:
        for pid in self.pids():
            os.kill(pid, number)

    def kill(self) -> None:
        """SIGKILL, and gone when this returns."""
        pids = self.pids()
        assert pids, f"{self.address} has no daemon to kill"
        self.signal(signal.SIGKILL)
        until(
            lambda: [pid for pid in pids if self._alive(pid)], lambda left: not left, what="the daemon's end"
        )

    @staticmethod
    def _alive(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        except FileNotFoundError:
            return False

    def _named(self, name: str) -> list[int]:
        found = []
        for pid in self.space.pids():
            try:
                if Path(f"/proc/{pid}/comm").read_text().strip() == name:
                    found.append(pid)
            except FileNotFoundError:
                continue
        return found


class FrrSpeaker(Speaker):
    daemon = "frr"

    def start(self) -> None:
        self.log.touch()
        shutil.chown(self.log, "frr", "frr")
        self._frr = Frr(self.space, ("bfdd",), self._logging() + self._peer())

    def _logging(self) -> str:
        return (
            f"log file {self.log} debugging\nlog timestamp precision 6\n"
            "debug bfd peer\ndebug bfd network\ndebug bfd zebra\n"
        )

    def _peer(self, *lines: str) -> str:
        where = "multihop" if self.multihop else ""
        where += f" local-address {self.address}" + ("" if self.multihop else " interface eth0")
        lines = lines or (
            f"transmit-interval {self.interval}",
            f"receive-interval {self.interval}",
            f"detect-multiplier {self.multiplier}",
            # BIRD sends with the system's default.
            *(["minimum-ttl 1"] if self.multihop else []),
            *self.text.splitlines(),
        )
        return f"bfd\n peer {self.peer} {where}\n" + "".join(f"  {line}\n" for line in lines)

    def configure(self, *lines: str) -> None:
        """Lines of the peer's own configuration, such as `shutdown`."""
        self._frr.configure(self._peer(*lines))

    def restart(self) -> None:
        """bfdd alone, after kill(): zebra lives."""
        directory = self._frr.directory
        for name in ("bfdd.vty", "bfdd.pid", "bfdd.sock"):
            (directory / name).unlink(missing_ok=True)
        self.space.start(
            DAEMONS / "bfdd",
            *("--vty_socket", directory, "-z", directory / "zserv.api", "-i", directory / "bfdd.pid"),
            *("-u", "frr", "-g", "frr", "-A", "127.0.0.1", "-P", "0", "-f", "/dev/null"),
            log=directory / "bfdd.out",
        )
        until((directory / "bfdd.vty").exists, what="bfdd's vty socket")
        self._frr.configure(self._logging() + self._peer())

    def pids(self) -> list[int]:
        return self._named("bfdd")

    def up(self) -> bool:
        return bool(self._frr.bfd_peers()[self.peer]["status"] == "up")

    def words(self) -> dict[str, Any]:
        found: dict[str, Any] = self._frr.bfd_peers()[self.peer]
        return found


class BirdSpeaker(Speaker):
    daemon = "bird"

    def start(self) -> None:
        self._bird = Bird(self.space, self._configuration())

    def _configuration(self, interval: int | None = None, multiplier: int | None = None) -> str:
        timers = (
            f"interval {interval or self.interval} ms; idle tx interval 1 s; "
            f"multiplier {multiplier or self.multiplier}; {self.text}"
        )
        kind = "multihop" if self.multihop else "direct"
        family = "ipv6" if ":" in self.address else "ipv4"
        pattern = f"multihop {{ {timers} }};" if self.multihop else f'interface "eth0" {{ {timers} }};'
        device = f"local {self.address} multihop on" if self.multihop else f'dev "eth0" local {self.address}'
        return (
            f'router id 192.0.2.{1 + len(self.address) % 7};\nlog "{self.log}" all;\n'
            "timeformat log iso long us;\nprotocol device {}\n"
            f"protocol bfd bfd1 {{\n  debug {{ events }};\n  accept {family} {kind};\n"
            f"  {pattern}\n  neighbor {self.peer} {device};\n}}\n"
        )

    def configure(self, interval: int | None = None, multiplier: int | None = None) -> None:
        self._bird.configure(self._configuration(interval, multiplier))

    def authenticate(self, text: str) -> None:
        """As BIRD's configuration says it, from now on; "" not at all."""
        self.text = text
        self.configure()

    def disable(self) -> None:
        self._bird.ask("disable bfd1")

    def restart(self) -> None:
        (self.space.directory / "bird.ctl").unlink(missing_ok=True)
        self.start()

    def pids(self) -> list[int]:
        return self._named("bird")

    def up(self) -> bool:
        return self.words().get("state") == "Up"

    def words(self) -> dict[str, Any]:
        """The line of `show bfd sessions`: state, seconds of interval and timeout."""
        for line in self._bird.ask("show bfd sessions").splitlines():
            cells = line.split()
            if cells and cells[0] == self.peer:
                return {"state": cells[2], "interval": float(cells[-2]), "timeout": float(cells[-1])}
        return {}


SPEAKERS: dict[str, type[FrrSpeaker] | type[BirdSpeaker]] = {"frr": FrrSpeaker, "bird": BirdSpeaker}
