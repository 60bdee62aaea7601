# SPDX-License-Identifier: Apache-2.0
"""`python -m bfd_fastpath.bench.suites.silence.far SESSIONS MS CPU INTERFACE...`: the far end of all that are
measured, in a network namespace with an interface to each. A line of standard input asks for something, a
line of standard output is the answer:

`up INTERFACE`: its peers begin; when all are Up and intervals are settled, how many are.
`silence INTERFACE FIRST COUNT`: these peers fall silent one by one, at last all; what came of it (`Seen`).
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from ipaddress import IPv4Address
from typing import Final

import pydp
from bfd_fastpath.bench.suites.envelope.process import prefer_workers, take_precedence
from bfd_fastpath.bench.suites.envelope.rig import FIRST_PEER, OURS
from bfd_fastpath.bench.suites.silence.tap import Passed, Tap
from pydp.generate import Action, Generator, Peers, PeersConfig

MULTIPLIER: Final = 3
#: The kernel's own way out, which a tap sees; the driver's default passes it by.
_PORT: Final = "net_af_packet{number},iface={name},blocksz=65536,framecnt=4096,framesz=2048,qdisc_bypass=0"
_UP_S: Final = 20.0
_LOOK_S: Final = 0.05
_SETTLE_S: Final = 0.3
#: Between two peers that fall silent.
_STEP_S: Final = 0.004
_MARGIN_S: Final = 0.1
#: RFC 5880 4.1: Control Detection Time Expired.
_EXPIRED: Final = 1


@dataclass(slots=True)
class Seen:
    """Of one interface, while some of its peers fell silent."""

    #: Microseconds from the last hello and the Detection Time to the Down packet.
    late_us: list[float] = field(default_factory=list)
    #: Downs of sessions whose peers spoke, or for another reason.
    others: int = 0
    #: The far end's own gaps meanwhile (bfd_fastpath.bench.gaps).
    gaps_us_log2: Sequence[int] = ()
    gap_max_ns: int = 0


class Watch:
    """Which Down packet belongs to which silence. detection_us: the Detection Time."""

    def __init__(self, detection_us: int) -> None:
        self._detection_us = detection_us
        self._last: dict[IPv4Address, int] = {}
        self._silent: set[IPv4Address] = set()
        self._gone: set[IPv4Address] = set()
        self.seen = Seen()

    def silent(self, peer: IPv4Address) -> None:
        """From here on its Down is asked for."""
        self._silent.add(peer)

    def passed(self, frame: Passed) -> None:
        """In the order of the cable. Of a session's Down packets the first counts."""
        peer = frame.peer
        if frame.ours:
            self._last[peer] = frame.time_ns
        elif frame.down and peer not in self._gone:
            self._gone.add(peer)
            if peer in self._silent and peer in self._last and frame.diagnostic == _EXPIRED:
                late = (frame.time_ns - self._last[peer]) / 1000 - self._detection_us
                self.seen.late_us.append(round(late, 3))
            else:
                self.seen.others += 1


class Far:
    """A generator on all interfaces. Peers are silent until it is their turn."""

    def __init__(self, generator: Generator, sessions: int, interval_us: int, names: Sequence[str]) -> None:
        self._generator, self._sessions, self._interval_us = generator, sessions, interval_us
        self._peers = {name: self._group(number) for number, name in enumerate(names)}
        self._taps = {name: Tap(name) for name in names}

    def _group(self, port: int) -> Peers:
        return self._generator.peers(
            PeersConfig(
                port=port,
                address=FIRST_PEER,
                target=OURS,
                count=self._sessions,
                desired_min_tx_interval_us=self._interval_us,
                required_min_rx_interval_us=self._interval_us,
                multiplier=MULTIPLIER,
            )
        )

    def begin(self, cpu: int) -> None:
        """The worker runs, and everybody is silent."""
        self._generator.start(cpu=cpu, idle=pydp.Idle.SLEEP)
        prefer_workers()
        for peers in self._peers.values():
            while peers.summary().started < self._sessions:
                time.sleep(_LOOK_S)
            peers.act(Action.SILENT)

    def up(self, name: str) -> int:
        """How many are Up at their interval: all, or those that came up in time."""
        peers = self._peers[name]
        # To say Down and let go of it is to say it at once, not at the next slow hello.
        peers.act(Action.DOWN)
        peers.act(Action.RESUME)
        end = time.monotonic() + _UP_S
        while (up := self._settled(peers)) < self._sessions and time.monotonic() < end:
            time.sleep(_LOOK_S)
        time.sleep(_SETTLE_S)
        return up

    def _settled(self, peers: Peers) -> int:
        """Up, with the intervals of both ends as they are wanted (RFC 5880 6.8.3)."""
        each = peers.read()
        wanted = (
            (each["state"] == pydp.State.UP)
            & (each["remote_state"] == pydp.State.UP)
            & (each["interval_us"] == self._interval_us)
            & (each["detection_time_us"] == MULTIPLIER * self._interval_us)
        )
        return int(wanted.sum())

    def silence(self, name: str, first: int, count: int) -> Seen:
        """One by one; those that are left speak until the end."""
        peers, tap = self._peers[name], self._taps[name]
        detection_us = MULTIPLIER * self._interval_us
        watch = Watch(detection_us)
        self._generator.reset_gap()
        tap.forget()
        # Until each peer has said something.
        _look(tap, watch, self._interval_us / 1e6)
        for number in range(first, first + count):
            watch.silent(FIRST_PEER + number)
            peers.act(Action.SILENT, first=number, count=1)
            _look(tap, watch, _STEP_S)
        _look(tap, watch, detection_us / 1e6 + _MARGIN_S)
        worker = self._generator.worker()
        peers.act(Action.SILENT)
        watch.seen.gaps_us_log2 = worker.poll_gap_us_log2
        watch.seen.gap_max_ns = worker.poll_gap_max_ns
        return watch.seen

    def close(self) -> None:
        for tap in self._taps.values():
            tap.close()


def _look(tap: Tap, watch: Watch, seconds: float) -> None:
    """What passes in that time; soon, for frames that wait keep their places in the driver's ring."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _STEP_S))
        for frame in tap.passed():
            watch.passed(frame)


def main(arguments: list[str]) -> int:
    sessions, interval_ms, cpu = map(int, arguments[:3])
    names = arguments[3:]
    take_precedence()
    os.sched_setaffinity(0, {cpu})
    pydp.eal.init(program="bench")
    with Generator("far", max_peers=sessions * len(names)) as generator:
        ports = [
            pydp.Port(_PORT.format(number=number, name=name), promiscuous=True)
            for number, name in enumerate(names)
        ]
        for port in ports:
            generator.attach(port)
        far = Far(generator, sessions, interval_ms * 1000, names)
        far.begin(cpu)
        asked: dict[str, Callable[..., object]] = {
            "up": far.up,
            "silence": lambda name, first, count: asdict(far.silence(name, int(first), int(count))),
        }
        for line in sys.stdin:
            what, *words = line.split()
            print(json.dumps(asked[what](*words)), flush=True)
        generator.stop()
        far.close()
    for port in ports:
        port.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
