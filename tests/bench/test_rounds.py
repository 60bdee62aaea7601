# SPDX-License-Identifier: Apache-2.0
"""Which turns of forwarding count, by the core's pace; and how they become rounds."""

import os
import time
from pathlib import Path

from bfd_fastpath.bench.pace import alike
from bfd_fastpath.bench.suites.forward.busy import Busy
from bfd_fastpath.bench.suites.forward.peers import Count
from bfd_fastpath.bench.suites.forward.process import process_clock
from bfd_fastpath.bench.suites.forward.rounds import TURNS, Turn, play, steady
from tests.interop.support.poll import until


def turn(*paces):
    return Turn({"io": 20.0}, paces)


def test_turns_in_which_the_core_had_another_pace_do_not_count():
    good, slow, changed = turn(40.0, 40.5), turn(79.0, 79.0), turn(40.0, 79.0)
    assert steady([good, slow, good, changed, good]) == [good] * 3
    assert steady([slow, slow, slow, good]) == [slow] * 3


def test_where_hardly_any_is_like_the_middle_all_count():
    turns = [turn(pace) for pace in (10.0, 20.0, 30.0, 47.0, 70.0, 100.0)]
    assert steady(turns) == turns


def test_paces_are_alike_within_a_tenth():
    assert alike([40.0, 43.9, 36.1], 40.0)
    assert not alike([40.0, 44.1], 40.0)


class Steady:
    """A part that sends a thousand packets a look, and takes so many nanoseconds for each."""

    def __init__(self, name, ns):
        self.name, self._ns, self._looks, self.turns = name, ns, 0, []

    def resume(self):
        self.turns.append(time.monotonic_ns())

    def pause(self):
        pass

    def count(self):
        self._looks += 1
        return Count(1000 * self._looks, int(1000 * self._looks * self._ns))


def test_a_round_is_of_some_turns_and_the_first_turn_does_not_count():
    parts = [Steady("io", 20.0), Steady("ours", 35.0)]
    played = play(parts, 2, 0.0, min(os.sched_getaffinity(0)))
    io, ours = played.windows
    assert ours.above(io) == (15.0,) * len(io.ns)
    counted = len(parts[0].turns) - 1 - played.left_out
    assert len(io.ns) == max(counted // TURNS, 1)
    assert played.pace_us > 0


def test_the_other_core_is_kept_busy_only_while_that_is_wanted(tmp_path):
    core = max(os.sched_getaffinity(0))
    busy = Busy(core, tmp_path)
    try:
        until(lambda: _state(busy), lambda state: state == "T", bound=20, what="a process that stands still")
        clock = process_clock(busy.process.pid)
        before = time.clock_gettime_ns(clock)
        busy.process.resume()
        until(
            lambda: time.clock_gettime_ns(clock) - before,
            lambda took: took > 20_000_000,
            bound=20,
            what="a busy core",
        )
        busy.process.pause()
        until(lambda: _state(busy), lambda state: state == "T", bound=20, what="a core that is free again")
    finally:
        busy.close()


def _state(busy):
    """One letter, of proc(5)."""
    return Path(f"/proc/{busy.process.pid}/stat").read_text().rpartition(")")[2].split()[0]
