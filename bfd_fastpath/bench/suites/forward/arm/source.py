# SPDX-License-Identifier: Apache-2.0
"""The generator at the far end, as who drives the windows has it: the module sender in its own process."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bfd_fastpath.bench.suites.forward.process import PartError, Process
from bfd_fastpath.bench.suites.forward.row import Row
from bfd_fastpath.bench.suites.forward.talk import Talk

_START_S: Final = 60.0
_ANSWER_S: Final = 10.0
_LOOK_S: Final = 0.02
#: A physical link that lost its other end takes seconds to come up again; sessions by the ten thousand too.
_BACK_S: Final = 30.0
_UP_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """At one moment of CLOCK_MONOTONIC: packets sent and received so far; turns of the generator, and those
    in which its port took no more; sessions that are Up.
    """

    ns: int
    sent: int
    received: int
    full: int
    turns: int
    up: int
    link_up: bool
    #: Megabit per second; 0 unknown.
    speed_mbps: int


class Source:
    """Stands still until it is told to begin."""

    def __init__(self, devargs: str, row: Row, many: bytes, few: bytes, cpu: int, room: Path) -> None:
        """many, few: octets of the row's destinations, and of those for who has no room for its routes."""
        files = {"many": room / "many", "few": room / "few"}
        files["many"].write_bytes(many)
        files["few"].write_bytes(few)
        self.process = Process(
            [sys.executable, "-m", "bfd_fastpath.bench.suites.forward.arm.sender"], room / "source.log"
        )
        self._talk = Talk(f"the source at {devargs}", self.process)
        self._talk.say(
            {
                "port": devargs,
                "cpu": cpu,
                "family": row.family,
                "destinations": {name: str(file) for name, file in files.items()},
                "sizes": row.sizes,
                "sessions": row.sessions,
            }
        )
        self.mac = self.driver = ""
        #: Of the link while it was up last; 0 unknown.
        self.speed_mbps = 0

    def start(self) -> None:
        """Until it has its port; PartError when it does not get it."""
        said = self._talk.hear(_START_S)
        self.mac, self.driver = said["mac"], said["driver"]

    def begin(self) -> None:
        self._ask(do="begin")

    def await_sessions(self, count: int) -> None:
        until = time.monotonic() + _UP_S
        while (up := self.count().up) < count:
            if time.monotonic() > until:
                raise PartError(f"{up} of {count} BFD sessions came up")
            time.sleep(_LOOK_S)

    def send(self, mac: str, *, few: bool) -> None:
        """As much as it can, to this address, until something of it comes back."""
        self._ask(do="send", mac=mac, to="few" if few else "many")
        until = time.monotonic() + _BACK_S
        while (now := self.count()).received == 0:
            if time.monotonic() > until:
                link = "" if now.link_up else ": the link is down"
                raise PartError(f"nothing came back of {now.sent:,} packets{link}")
            time.sleep(_LOOK_S)

    def count(self) -> Sent:
        return self._ask()

    def end(self) -> None:
        """Nobody is spoken to, and nothing heard."""
        self._ask(do="end")

    def close(self) -> None:
        self.process.leave()

    def _ask(self, **command: str) -> Sent:
        said = self._talk.ask(command, _ANSWER_S)
        sent = Sent(**{name.replace("-", "_"): value for name, value in said.items()})
        if sent.link_up:
            self.speed_mbps = sent.speed_mbps
        return sent
