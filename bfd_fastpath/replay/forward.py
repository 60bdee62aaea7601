# SPDX-License-Identifier: Apache-2.0
"""A capture through the forwarding path of a configuration, with a verdict for each packet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bfd_fastpath.config.model import Config
from bfd_fastpath.replay.end_stage import start_eal
from bfd_fastpath.replay.forward_passage import Passage, Verdict
from bfd_fastpath.replay.forward_places import Places
from bfd_fastpath.replay.forward_play import Captured, ForwardPlay
from bfd_fastpath.replay.forward_sessions import ForwardSessions
from bfd_fastpath.replay.forward_stage import ForwardStage
from pydp import replay

Progress = Callable[[int, int], object]
_STANDARD_INPUT: Final = "-"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a capture is to be taken."""

    #: "PORT" or "INTERFACE=PORT".
    ports: tuple[str, ...] = ()
    #: "MAC" or "PORT=MAC", as text.
    macs: tuple[str, ...] = ()
    #: Neighbours whom the engine asks for answer, with made-up MAC addresses.
    answers: bool = False
    seed: int = 1


class Forward:
    """One run. A context manager; iterate over `passages` once. The same capture, configuration and options
    give the same passages.

    Raises EndError (2: something about the options; 1: an engine that cannot be had), ReplayError (nothing of
    the capture can be read).
    """

    def __init__(
        self, path: str, config: Config, wanted: Wanted, *, progress: Progress | None = None
    ) -> None:
        self.verdicts: Counter[tuple[Verdict, str]] = Counter()
        self.sent: Counter[tuple[str, str]] = Counter()
        self.packets = 0
        self._at_begin: list[Passage] = []
        self._answers, self._forwards = wanted.answers, config.forwarding.enabled
        self._places = Places(config, wanted.ports, wanted.macs)
        start_eal()
        with ExitStack() as opened:
            self._frames = opened.enter_context(replay.Frames(path, progress=progress))
            macs = {self._places.names[i]: mac for i, mac in self._places.macs.items()}
            self.stage = opened.enter_context(
                ForwardStage(config, seed=wanted.seed, macs=macs, answers=wanted.answers)
            )
            self.sessions = ForwardSessions(
                config, self.stage, None if path == _STANDARD_INPUT else Path(path)
            )
            self.play = ForwardPlay(config, self.stage, self._places.macs)
            self._opened = opened.pop_all()

    def passages(self) -> Iterator[Passage]:
        """All packets in order, and what the router did by itself between them."""
        for captured in self.captured():
            yield from self.before(captured)
            yield self.passage(captured)

    def captured(self) -> Iterator[Captured]:
        """The frames of the capture with the ports that they come in at."""
        begun = False
        for chunk in self._frames:
            for number, time_ns, at, size, length, interface, link_type, _ in chunk.columns.tolist():
                if not begun:
                    begun = True
                    self._begin(time_ns)
                port = self._places.port(interface, self._frames.interfaces)
                octets = bytes(chunk.data[at : at + size])
                yield Captured(number, time_ns, link_type, port, octets, length)

    def _begin(self, time_ns: int) -> None:
        self._at_begin += self.play.until(time_ns, begin=True)
        self.sessions.start()

    def before(self, captured: Captured) -> Iterator[Passage]:
        """What is due before a packet."""
        begun, self._at_begin = self._at_begin, []
        for one in (*begun, *self.play.until(captured.time_ns)):
            one.notes += self._news(one.verdict)
            self._count(one)
            yield one
        self.sessions.before(captured.number)

    def passage(self, captured: Captured) -> Passage:
        made = self.play.passage(captured)
        made.notes += self._news(made.verdict)
        self.packets += 1
        self.verdicts[made.verdict, made.reason if made.verdict is Verdict.DROPPED else ""] += 1
        self._count(made)
        return made

    def _news(self, verdict: Verdict) -> list[str]:
        news = self.sessions.told()
        if news or verdict is Verdict.NEIGHBOUR:
            self.play.ways.forget()
        return news

    def _count(self, made: Passage) -> None:
        for one in made.out:
            self.sent[one.port, one.kind] += 1

    def summary(self) -> dict[str, Any]:
        """Sums: verdicts by reason, what was sent at which port, and what has to be known about it."""
        counted = sorted(self.verdicts.items(), key=lambda one: (list(Verdict).index(one[0][0]), -one[1]))
        return {
            "packets": self.packets,
            "verdicts": [
                {"verdict": verdict.value, "reason": reason or None, "packets": count}
                for (verdict, reason), count in counted
            ],
            "sent": [
                {"port": port, "kind": kind, "frames": count}
                for (port, kind), count in sorted(self.sent.items())
            ],
            "notes": self._notes(),
        }

    def _notes(self) -> list[str]:
        notes = list(self.sessions.notes)
        if not self._forwards:
            notes.append("[forwarding] of the configuration is not enabled: nothing is forwarded")
        if len(self._places.macs) < len(self._places.names):
            notes.append(
                "every unicast frame was taken for one to the router where --mac does not say its address"
            )
        if self._answers:
            notes.append("neighbours whom the router asked for answered with made-up MAC addresses")
        return notes

    def fault(self) -> str | None:
        """Why the capture could not be read to its end."""
        found = self._frames.fault()
        return None if found is None else str(found)

    def close(self) -> None:
        self._opened.close()

    def __enter__(self) -> Forward:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
