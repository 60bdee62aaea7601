# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath rs-agent`: starts the agent, serves its control socket, reloads on SIGHUP, and leaves with
empty filters on SIGTERM."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import structlog

from bfd_fastpath.agent.agent import RsAgent
from bfd_fastpath.agent.driver import DriverError
from bfd_fastpath.agent.filter_file import Lock
from bfd_fastpath.agent.guard import Guard
from bfd_fastpath.agent.load import load
from bfd_fastpath.agent.settings import Agent
from bfd_fastpath.agent.standing import empty
from bfd_fastpath.agent.views import VIEWS, exchange
from bfd_fastpath.config.fault import ConfigError
from bfd_fastpath.config.model import LogFormat
from bfd_fastpath.net import logs
from bfd_fastpath.net.control import ControlServer, ControlSocketError
from bfd_fastpath.net.control_protocol import CommandError
from bfd_fastpath.net.signals import handled

_ANSWER_S = 0.2
OK, FAILED, BAD_CONFIGURATION = 0, 1, 2
_log = structlog.get_logger("agent")


def main(path: Path) -> int:
    """Runs until told to leave; the process's exit code. What is wrong is on standard error, one sentence a
    fault."""
    try:
        settings = load(path)
    except ConfigError as error:
        print(*error.faults, sep="\n", file=sys.stderr)
        return BAD_CONFIGURATION
    _set_up_logs(settings)
    lock = Lock(settings.route_server.filter_file)
    try:
        if not lock.take():
            raise DriverError(
                f"another rs-agent drives {settings.route_server.filter_file}; stop that one first"
            )
        process = Process(path, settings)
        code = asyncio.run(process.run())
        if process.begins_again:
            lock.release()
            os.execv(sys.executable, [sys.executable, "-m", "bfd_fastpath", "rs-agent", "-c", str(path)])
        return code
    except (DriverError, ControlSocketError, OSError) as error:
        bare = isinstance(error, OSError) and error.filename is None and error.strerror
        print(f"bfd-fastpath: {bare or error}", file=sys.stderr)
        return FAILED
    finally:
        lock.release()


def fail_open(settings: Agent) -> None:
    """Empty the filters of an agent that is not there any more. Raises DriverError, also where there is
    one."""
    lock = Lock(settings.route_server.filter_file)
    if not lock.take():
        raise DriverError("the agent runs; stop it, and it empties its filters itself")
    try:
        empty(settings)
    finally:
        lock.release()


def _set_up_logs(settings: Agent) -> None:
    logs.set_up(settings.log.level, as_json=settings.log.format is LogFormat.JSON)


def opened(settings: Agent) -> bool:
    """Empty the filters of a route server that has no agent; False, and told, when it would not hear of
    it."""
    try:
        empty(settings)
    except DriverError as error:
        _log.error("cannot fail open", error=str(error))
        return False
    return True


class Process:
    """One agent and what belongs to its process."""

    def __init__(self, path: Path, settings: Agent) -> None:
        self._path = path
        self._agent = RsAgent(settings)
        self._guard = Guard(path, settings.fail_open_after_us / 1e6)
        self._leave = asyncio.Event()
        self._ending = False
        self.begins_again = False
        """It has left the route server as it was, for the agent that this process is to become."""
        self._reloading = asyncio.Lock()
        self._hang_up_task: asyncio.Task[None] | None = None

    async def run(self) -> int:
        """Raises what a failed start raises."""
        settings = self._agent.settings.control
        control = ControlServer(
            str(settings.path), self._answer, mode=settings.mode, owner=settings.owner, group=settings.group
        )
        signals = {
            signal.SIGTERM: self._end,
            signal.SIGINT: self._end,
            signal.SIGHUP: self._hang_up,
        }
        with handled(signals):
            await control.start()
            emptied = False
            try:
                self._guard.start()
                try:
                    await self._agent.start()
                except OSError:
                    emptied = await asyncio.to_thread(opened, self._agent.settings)
                    raise
                _log.info("running", listen=[str(one) for one in self._agent.settings.listen])
                await self._leave.wait()
                _log.info("leaving", begins_again=self.begins_again)
                emptied = await self._go()
            finally:
                await self._guard.stop(emptied=emptied)
                await control.close()
        if self.begins_again:
            self._guard.hand_over()
            return OK
        if not emptied:
            _log.error("the route server still has filters; the guard goes on trying to empty them")
        return OK if emptied else FAILED

    async def _go(self) -> bool:
        """Stop, or make room for another agent; whether the route server has empty filters."""
        if not self.begins_again:
            return await self._agent.stop()
        await self._agent.leave()
        return self._ending and await asyncio.to_thread(opened, self._agent.settings)

    def _end(self) -> None:
        """Also when it was about to begin again."""
        self._ending = True
        self.begins_again = False
        self._leave.set()

    async def _answer(self, command: str, arguments: Mapping[str, object]) -> object:
        if command == "reload":
            return {"changes": await self._reload()}
        if command == "restart":
            return self._restart()
        if command == "show-exchange":
            return await exchange(self._agent)
        if command in VIEWS:
            result = VIEWS[command](self._agent)
            return {**result, "guard-pid": self._guard.pid} if command == "agent-driver" else result
        raise CommandError(
            "unknown-command", f"This agent knows no command {command!r}; is it an older version?"
        )

    def _restart(self) -> dict[str, bool]:
        """Once the answer is out."""
        if self._ending:
            raise CommandError("ending", "The agent was told to end, and empties its filters.")
        self._load()
        self.begins_again = True
        asyncio.get_running_loop().call_later(_ANSWER_S, self._leave.set)
        return {"restarting": True}

    def _load(self) -> Agent:
        try:
            return load(self._path)
        except ConfigError as error:
            raise CommandError("bad-configuration", "\n".join(map(str, error.faults))) from None

    async def _reload(self) -> list[str]:
        async with self._reloading:
            settings = self._load()
            said = await self._agent.reload(settings)
            _set_up_logs(settings)
            for line in said:
                _log.info("reload", change=line)
            return said

    def _hang_up(self) -> None:
        async def reload() -> None:
            try:
                await self._reload()
            except CommandError as error:
                _log.error("reload refused, nothing was changed", faults=str(error).splitlines())

        self._hang_up_task = asyncio.create_task(reload())
