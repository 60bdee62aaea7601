# SPDX-License-Identifier: Apache-2.0
"""A scene while it is played: the far end, the target's driver, and the verdicts with their evidence."""

import itertools
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

from bfd_fastpath.lab.conformance.authentication import Key
from bfd_fastpath.lab.conformance.far_end import SECOND, Ends, FarEnd, Heard, Sent
from bfd_fastpath.lab.conformance.line import Tape
from bfd_fastpath.lab.conformance.row import Need, Result
from bfd_fastpath.lab.conformance.subject import Driver, Stand, Wish
from bfd_fastpath.wire.bfd import State

#: How long anything that takes seconds may take: a session at a second's interval comes up in two or three.
PATIENCE_S: Final = 12.0
#: A Detection Time that an earlier scene told the target: Detect Mult 50 at a second, and something over.
_LONGEST_S: Final = 60.0
_SHOWN: Final = 12
_LOOK_S: Final = 0.01
_FINAL: Final = 0x10


class StuckError(Exception):
    """The scene cannot go on: what was to be seen did not come."""


@dataclass(slots=True)
class Verdict:
    """What a scene says of a row."""

    result: Result
    sentences: list[str] = field(default_factory=list)
    packets: list[int] = field(default_factory=list)

    @property
    def evidence(self) -> str:
        return "; ".join(dict.fromkeys(self.sentences))


class Scene:
    """Handed to the scripts in scenes/. `rows` are those that are asked for and can be seen at this
    target.
    """

    def __init__(
        self, stand: Stand, rows: frozenset[int], offers: frozenset[Need], seed: int, key: Key | None = None
    ) -> None:
        self._stand = stand
        self._random = random.Random(seed)
        self._offers = offers
        self.rows = rows
        self.tape = Tape()
        self.verdicts: dict[int, Verdict] = {}
        self.line = stand.line
        #: Of the target's session; keep what one scene changes for its next change.
        self._key = key
        self.wish = Wish(key=key)
        self.far = self._end(stand.ends)

    def _end(self, ends: Ends) -> FarEnd:
        return FarEnd(
            self.line,
            self.tape,
            ends,
            discriminator=self._random.randrange(1 << 24, 1 << 32),
            source_port=self._random.randrange(49_152, 65_536),
        )

    # Verdicts.

    def show(self, row: int, holds: bool, sentence: str, *packets: Heard | Sent) -> None:
        """A row holds or does not, by these packets. Each thing shown of a row has to hold."""
        if row not in self.rows:
            return
        result = Result.PASS if holds else Result.FAIL
        self._verdict(row, result, sentence, [one.number for one in packets])

    def expect(self, row: int, holds: bool, sentence: str, *packets: Heard | Sent) -> None:
        """The same where the sentence is what was to be seen."""
        self.show(row, holds, sentence if holds else f"not so: {sentence}", *packets)

    def not_applicable(self, row: int, reason: str) -> None:
        """What the row speaks of does not happen at this target."""
        if row in self.rows:
            self._verdict(row, Result.NOT_APPLICABLE, reason, [])

    def _verdict(self, row: int, result: Result, sentence: str, packets: list[int]) -> None:
        known = self.verdicts.get(row)
        if (
            known is None
            or known.result is Result.NOT_APPLICABLE
            or (known.result is Result.PASS and result is Result.FAIL)
        ):
            self.verdicts[row] = Verdict(result, [sentence], packets[:_SHOWN])
        elif known.result is result:
            known.sentences.append(sentence)
            known.packets += packets[: max(0, _SHOWN - len(known.packets))]

    # The target.

    def offers(self, need: Need) -> bool:
        return need in self._offers

    @property
    def driver(self) -> Driver:
        return self._stand.driver

    @property
    def may_choose_key(self) -> bool:
        """Whether the target's session can be told with which key, or none, to authenticate."""
        return self._key is None

    @property
    def simulated(self) -> bool:
        return self.line.simulated

    @property
    def soon_s(self) -> float:
        """Long enough for an answer that is given at once."""
        return 0.05 if self.simulated else 0.4

    def change(self, wish: Wish) -> None:
        """Changes the running session."""
        self.wish = wish
        if self.simulated:
            self.driver.change(wish)
            return
        # The far end goes on saying hellos while a daemon is told.
        with ThreadPoolExecutor(1) as pool:
            told = pool.submit(self.driver.change, wish)
            while not told.done():
                self.far.run(_LOOK_S)
        told.result()

    def begin(self, wish: Wish | None = None) -> None:
        """A session that has heard nothing of us: made anew where that can be asked for, else after
        silence.
        """
        far = self.far
        self.wish = wish or Wish()
        if self._key is not None:
            self.wish = replace(self.wish, key=self._key)
        far.key = self.wish.key
        far.hellos = False
        far.state, far.diagnostic, far.poll, far.demand = State.DOWN, 0, False, False
        far.desired_us = far.required_us = 100_000
        far.multiplier, far.pace_us, far.echo_us = 3, None, 0
        far.answers = far.reflects = far.learns = True
        if self.offers(Need.RESTART):
            self.driver.remove()
            if not self.simulated:
                far.run(0.5)
            self.driver.make(self.wish)
        else:
            self.quiet()
        far.your = 0
        far.heard.clear()

    def quiet(self) -> None:
        """Silence until the target has forgotten us; one that never does, against row 74, must at least be
        Down.
        """
        far = self.far
        far.hellos = far.answers = False
        silence_s = self.detection_ns() / SECOND + 5.5

        def forgotten(heard: Heard) -> bool:
            return heard.said.your_discriminator == 0 and heard.said.state is State.DOWN

        if not far.wait_for(forgotten, silence_s):
            if far.last is None:
                raise StuckError(f"nothing was heard from {far.ends.target} in {silence_s:g} s")
            if far.last.state is not State.DOWN and not far.wait_for(forgotten, _LONGEST_S):
                raise StuckError(f"{_LONGEST_S:g} s of silence did not take the target Down")
        far.answers = True

    def detection_ns(self) -> int:
        """The target's Detection Time for us as it stands (RFC 5880 6.8.4)."""
        far, last = self.far, self.far.last
        required_us = last.required_min_rx_us if last else 1_000_000
        return far.multiplier * max(far.said_desired_us, required_us) * 1000

    def interval_ns(self) -> int:
        """What the target may wait between packets at most."""
        last = self.far.last
        return max(last.desired_min_tx_us if last else 1_000_000, self.far.required_us) * 1000

    # What scenes have in common.

    def await_(self, what: str, until: Callable[[Heard], bool], seconds: float = PATIENCE_S) -> Heard:
        """The packet that is waited for. Raises StuckError."""
        heard = self.far.wait_for(until, seconds)
        if heard is None:
            last = self.far.last
            seen = f"the last packet said {last.state.name}" if last else "nothing was heard"
            raise StuckError(f"{what} did not come within {seconds:g} s ({seen})")
        return heard

    def come_up(self, *, settle: bool = True) -> Heard:
        """The three-way handshake; the far end then says hellos. With `settle` the Poll that a shorter
        interval needs is over too. The packet that said Up.
        """
        far = self.far
        far.state, far.hellos = State.DOWN, True
        self.await_(
            "Init", lambda h: h.said.state is State.INIT and h.said.your_discriminator == far.discriminator
        )
        far.state, far.poll = State.UP, far.desired_us < 1_000_000
        far.say("we are Up")
        up = self.await_("Up", lambda h: h.said.state is State.UP)
        if settle:
            self.settle()
        return up

    def settle(self) -> None:
        """Until both ends' Polls are over, and the target has sent a packet without P and F."""
        self.await_(
            "the end of the Poll Sequences",
            lambda h: not (h.said.poll or h.said.final or self.far.poll),
        )

    def answers_poll(self, note: str, **changes: object) -> Heard | None:
        """Send a Poll; the answer to it, or None when none came soon."""
        self.far.say(note, poll=True, **changes)
        return self._final()

    def answers_octets(self, octets: bytes, note: str, source_port: int = 0) -> Heard | None:
        """The same with octets made elsewhere."""
        self.far.put(octets, note, source_port=source_port)
        return self._final()

    def _final(self) -> Heard | None:
        """By its bit alone, also in a packet that may not be accepted."""
        heard = self.far.run(self.soon_s, lambda h: h.said.final)
        return next((one for one in heard if len(one.octets) > 1 and one.octets[1] & _FINAL), None)

    def second_end(self) -> FarEnd:
        """The far end of a second session, which is made at the target."""
        assert self._stand.second is not None
        end = self._end(self._stand.second)
        self.driver.second(self.wish)
        return end


def gaps_ns(heard: list[Heard]) -> list[int]:
    """Times between packets that are no answers to Polls."""
    times = [one.time_ns for one in heard if one.packet is not None and not one.packet.final]
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def milliseconds(ns: float) -> str:
    return f"{ns / 1e6:.4g} ms"
