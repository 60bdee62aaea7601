# SPDX-License-Identifier: Apache-2.0
"""In rows with BFD sessions their far end polls on the other core while ours has its turn. Two cores may be
threads of one, so the other core is as busy in everybody else's turn.

`python -m bfd_fastpath.bench.suites.forward.busy CPU` keeps a core busy.
"""

import os
import sys
from pathlib import Path

from bfd_fastpath.bench.suites.forward.peers import Count
from bfd_fastpath.bench.suites.forward.process import Process
from bfd_fastpath.bench.suites.forward.rounds import Part


class Busy:
    """Stands still unless resumed."""

    def __init__(self, cpu: int, room: Path) -> None:
        words = [sys.executable, "-m", "bfd_fastpath.bench.suites.forward.busy", str(cpu)]
        self.process = Process(words, room / "busy.log")
        # It says so when it is there.
        self.process.output.read(1)
        self.process.pause()

    def close(self) -> None:
        self.process.end()


class Beside:
    """A part whose turns have the other core busy."""

    def __init__(self, part: Part, busy: Busy) -> None:
        self.name = part.name
        self._part, self._busy = part, busy

    def resume(self) -> None:
        self._busy.process.resume()
        self._part.resume()

    def pause(self) -> None:
        self._part.pause()
        self._busy.process.pause()

    def count(self) -> Count:
        return self._part.count()


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[1])})
    print(flush=True)
    while True:
        pass
