# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath run`: starts a router, serves its control socket, reloads on SIGHUP and leaves in order on
SIGTERM."""

import asyncio
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import structlog

import pydp
from bfd_fastpath.config import Config, ConfigError, load, restarts_needed
from bfd_fastpath.config.model import Control
from bfd_fastpath.config.passwords import password_faults
from bfd_fastpath.config.render import render
from bfd_fastpath.config.secrets import secret_faults
from bfd_fastpath.daemon import logs
from bfd_fastpath.daemon.commands import Commands, render_steps
from bfd_fastpath.daemon.environment import start_eal
from bfd_fastpath.net.control import ControlServer, ControlSocketError
from bfd_fastpath.net.control_protocol import CommandError
from bfd_fastpath.net.signals import handled
from bfd_fastpath.router.router import Router

OK, FAILED, BAD_CONFIGURATION = 0, 1, 2
#: What ends a start with one sentence; anything else is a fault of ours and shows its trace.
_SENTENCES = (pydp.PydpError, ControlSocketError, OSError)
_log = structlog.get_logger("daemon")


def _load(path: Path) -> Config:
    """The configuration with everything that this process needs of it; ConfigError with all the faults."""
    config = load(path)
    faults = password_faults(config) + secret_faults(config)
    if faults:
        raise ConfigError(faults)
    return config


def main(path: Path) -> int:
    """Runs until told to leave; the process's exit code. What is wrong is on standard error, one sentence a
    fault."""
    try:
        config = _load(path)
    except ConfigError as error:
        print(*error.faults, sep="\n", file=sys.stderr)
        return BAD_CONFIGURATION
    logs.set_up(config.log)
    try:
        line = start_eal(config)
        _log.info("eal", line=" ".join(line[1:]), hugepages=pydp.eal.has_hugepages())
        return asyncio.run(Daemon(path, config).run())
    except _SENTENCES as error:
        # A busy TCP port is an OSError whose text is the sentence; its number says nothing to a person.
        bare = isinstance(error, OSError) and error.filename is None and error.strerror
        print(f"bfd-fastpath: {bare or error}", file=sys.stderr)
        return FAILED


class Daemon:
    """One router and what belongs to its process. EAL is up."""

    def __init__(self, path: Path, config: Config) -> None:
        self._path = path
        self._router = Router(config)
        self._control: ControlServer | None = None
        self._commands = Commands(self._router, self._reload)
        self._ready = asyncio.Event()
        self._leave = asyncio.Event()
        self._leave_now = asyncio.Event()
        self._reloading = asyncio.Lock()

    async def run(self) -> int:
        """Raises what a failed start raises."""
        self._router.observe(logs.log_event)
        signals = {
            signal.SIGTERM: self._terminate,
            signal.SIGINT: self._terminate,
            signal.SIGHUP: self._hang_up,
        }
        with handled(signals):
            self._control = await self._listen(self._router.config.control)
            try:
                await self._router.start()
                self._ready.set()
                _log.info("running", name=self._router.config.router.name)
                await self._leave.wait()
                _log.info("leaving", text="withdrawing, then AdminDown for the peers' detection time")
                await self._stop()
            finally:
                await self._control.close()
        _log.info("gone")
        return OK

    async def _stop(self) -> None:
        leaving = asyncio.create_task(self._router.stop())
        hurry = asyncio.create_task(self._leave_now.wait())
        await asyncio.wait((leaving, hurry), return_when=asyncio.FIRST_COMPLETED)
        if not leaving.done():
            _log.warning("leaving at once")
            await self._router.stop(at_once=True)
        hurry.cancel()
        await leaving

    async def _listen(self, settings: Control) -> ControlServer:
        """The control socket stands before anything else: of two daemons with one path, the second one
        starts nothing."""
        server = ControlServer(
            str(settings.path),
            self._answer,
            mode=settings.mode,
            owner=settings.owner,
            group=settings.group,
        )
        await server.start()
        return server

    async def _answer(self, command: str, arguments: Mapping[str, object]) -> object:
        """Whoever asks while the router starts waits for it."""
        await self._ready.wait()
        return await self._commands(command, arguments)

    async def _reload(self) -> list[str]:
        async with self._reloading:
            try:
                config = _load(self._path)
            except ConfigError as error:
                raise CommandError("bad-configuration", "\n".join(map(str, error.faults))) from None
            before = self._router.config
            steps = await self._router.reload(config)
            if before.log != config.log:
                logs.set_up(config.log)
            if before.control != config.control:
                await self._move_control(config.control)
            for step in steps:
                _log.info("reload", step=render(step))
            if restarts_needed(steps):
                _log.warning("some changes need a restart; nothing was done about them")
            return render_steps(steps)

    async def _move_control(self, settings: Control) -> None:
        """The new socket first, so that a bad path leaves the old one."""
        old = self._control
        assert old is not None
        try:
            if str(settings.path) == old.path:
                old.permit(settings.mode, settings.owner, settings.group)
                return
            self._control = await self._listen(settings)
        except ControlSocketError as error:
            _log.error("control socket stays as it was", error=str(error))
            return
        await old.close()

    def _terminate(self) -> None:
        if self._leave.is_set():
            self._leave_now.set()
        self._leave.set()

    def _hang_up(self) -> None:
        async def reload() -> None:
            try:
                await self._reload()
            except CommandError as error:
                _log.error("reload refused, nothing was changed", faults=str(error).splitlines())

        self._hang_up_task = asyncio.create_task(reload())
