# SPDX-License-Identifier: Apache-2.0
"""The guard: a process of its own that empties the filters when the agent is dead, or hangs, for too long.

A route server keeps an included file for ever. So the agent says a byte a second over a pipe, and its
guard, which outlives it, opens what nobody takes care of any more. `python -m bfd_fastpath.agent.guard FILE
AFTER_S PID`, the pipe on standard input.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import structlog

from bfd_fastpath.agent.driver import DriverError
from bfd_fastpath.agent.filter_file import Lock
from bfd_fastpath.agent.settings import Agent
from bfd_fastpath.agent.standing import empty

#: What the agent says on the pipe: it lives; its filters are empty, and the guard may go.
ALIVE, DONE = b"a", b"d"
BEAT_S = 1.0
#: In the environment: the guards of the agents that this process was before, still its children.
BEFORE = "BFD_FASTPATH_GUARDS"
_log = structlog.get_logger("guard")


class Guard:
    """The agent's end: starts the process and keeps it quiet. Use it from the event loop's thread."""

    def __init__(self, config: Path, after_s: float) -> None:
        self._config = config
        self._after_s = after_s
        self._process: subprocess.Popen[bytes] | None = None
        self._task: asyncio.Task[None] | None = None
        self._before = {int(pid) for pid in os.environ.pop(BEFORE, "").split()}

    @property
    def pid(self) -> int | None:
        """None when it does not run."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """In a session of its own, so that what ends the agent's terminal or process group leaves it
        alive."""
        words = [sys.executable, "-m", "bfd_fastpath.agent.guard", self._config, self._after_s, os.getpid()]
        self._process = subprocess.Popen(
            [str(word) for word in words], stdin=subprocess.PIPE, start_new_session=True, bufsize=0
        )
        self._task = asyncio.get_running_loop().create_task(self._beat(), name="guard")

    async def stop(self, *, emptied: bool) -> None:
        """`emptied`: nothing is left to do. Otherwise the guard goes on trying."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.write(DONE if emptied else b"")
            self._process.stdin.close()
            if emptied:
                await asyncio.to_thread(self._process.wait)

    def hand_over(self) -> None:
        """To the agent that this process is to become: it waits for the guards of those before."""
        own = set() if self.pid is None else {self.pid}
        os.environ[BEFORE] = " ".join(map(str, sorted(self._before | own)))

    def _reap(self) -> None:
        """They end when they see that another agent is there."""
        for pid in tuple(self._before):
            try:
                ended, _ = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                ended = pid
            if ended:
                self._before.discard(pid)

    async def _beat(self) -> None:
        while True:
            self._reap()
            assert self._process is not None
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(ALIVE)
            except OSError:
                _log.error("the guard ended; a new one is started", code=self._process.poll())
                self._process.stdin.close()
                self._process.wait()
                await asyncio.sleep(BEAT_S)
                self.start()
                return
            await asyncio.sleep(BEAT_S)


def watch(settings: Agent, agent: int, after_s: float, pipe: int) -> int:
    """Until the agent has left in order, or its filters are empty."""
    heard = time.monotonic()
    gone = False
    while (left := heard + after_s - time.monotonic()) > 0:
        if gone:
            time.sleep(left)
            continue
        ready, _, _ = select.select([pipe], [], [], left)
        said = os.read(pipe, 4096) if ready else None
        if said == b"":
            gone = True
            _log.warning("the agent is gone", opens_in_s=round(heard + after_s - time.monotonic(), 1))
        elif said is not None:
            heard = time.monotonic()
            if DONE in said:
                return 0
    if not gone:
        _log.error("the agent hangs and is ended", pid=agent, silent_s=after_s)
        with contextlib.suppress(ProcessLookupError):
            os.kill(agent, signal.SIGKILL)
        while os.read(pipe, 4096):
            pass  # until it is gone, and with it its lock
    return _open(settings)


def _open(settings: Agent) -> int:
    """Empty the filters; over and over while the route server refuses, unless another agent has taken
    over."""
    server = settings.route_server
    lock = Lock(server.filter_file)
    wait_s = server.retry_first_us / 1e6
    while True:
        try:
            if not _taken(lock):
                _log.info("another agent has taken over")
                return 0
            empty(settings)
            _log.error("failed open: without its agent, the route server has empty filters now")
            return 0
        except DriverError as error:
            _log.error("cannot fail open yet", error=str(error))
        lock.release()
        time.sleep(wait_s)
        wait_s = min(wait_s * 2, server.retry_most_us / 1e6)


def _taken(lock: Lock) -> bool:
    """The kernel may take a moment to close what a process that has just ended had open."""
    for _ in range(20):
        if lock.take():
            return True
        time.sleep(0.05)
    return False


def main() -> int:
    from bfd_fastpath.agent.load import load
    from bfd_fastpath.config.fault import ConfigError
    from bfd_fastpath.net.logs import set_up

    file, after_s, agent = sys.argv[1:4]
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        settings = load(file)
    except ConfigError as error:
        print(*error.faults, sep="\n", file=sys.stderr)
        return 2
    set_up(settings.log.level, as_json=settings.log.format == "json")
    return watch(settings, int(agent), float(after_s), 0)


if __name__ == "__main__":
    sys.exit(main())
