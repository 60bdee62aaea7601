# SPDX-License-Identifier: Apache-2.0
"""The daemon's end of the control socket: a unix stream socket whose clients cannot hurt it.

It reads lines, asks one handler and writes the answers; what the commands mean is the handler's business.
"""

import asyncio
import contextlib
import grp
import os
import pwd
import socket
import stat
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from bfd_fastpath.net import control_protocol as protocol
from bfd_fastpath.net.control_protocol import CommandError
from bfd_fastpath.net.turns import in_turns

Handler = Callable[[str, Mapping[str, object]], Awaitable[object]]
_log = structlog.get_logger("control")


class ControlSocketError(Exception):
    """The socket could not be made; the text says why and what to do, in one sentence."""


@dataclass(frozen=True, slots=True)
class ControlLimits:
    """What one client may cost. Times in seconds."""

    clients: int = 32
    request_octets: int = protocol.MAX_REQUEST
    #: A request line must be complete this long after the previous answer.
    read_s: float = 30.0
    #: An answer must be taken this long after it was written.
    write_s: float = 10.0


class ControlServer:
    """Listens on `path`, with file mode `mode` and, where given, another user and group (names or
    numbers)."""

    def __init__(
        self,
        path: str,
        handler: Handler,
        *,
        mode: int = 0o600,
        owner: str | None = None,
        group: str | None = None,
        limits: ControlLimits | None = None,
    ) -> None:
        self._path = path
        self._handler = handler
        self._mode = mode
        self._owner = owner
        self._group = group
        self._limits = limits or ControlLimits()
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self._inode: tuple[int, int] | None = None

    async def start(self) -> None:
        """Raises ControlSocketError. A stale socket file, on which nobody listens, is replaced."""
        _owner_ids(self._owner, self._group)
        listener = _bind(self._path)
        found = os.stat(self._path)
        self._inode = (found.st_dev, found.st_ino)
        try:
            self.permit(self._mode, self._owner, self._group)
        except ControlSocketError:
            listener.close()
            os.unlink(self._path)
            raise
        self._server = await asyncio.start_unix_server(
            self._accept, sock=listener, limit=self._limits.request_octets
        )

    @property
    def path(self) -> str:
        return self._path

    def permit(self, mode: int, owner: str | None, group: str | None) -> None:
        """Give the socket file another mode, user and group. Raises ControlSocketError."""
        uid, gid = _owner_ids(owner, group)
        try:
            os.chown(self._path, uid, gid)
            os.chmod(self._path, mode)
        except OSError as error:
            raise ControlSocketError(
                f"The control socket {self._path} cannot be given to {owner or '-'}:{group or '-'} "
                f"({error.strerror}); run as root, or leave [control] owner and group out."
            ) from error

    async def close(self) -> None:
        """Stops listening, ends the clients and removes the socket file (only if it is still ours)."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        current = asyncio.current_task()
        clients = [task for task in self._clients if task is not current]
        for task in clients:
            task.cancel()
        await asyncio.gather(*clients, return_exceptions=True)
        with contextlib.suppress(OSError):
            found = os.stat(self._path)
            if (found.st_dev, found.st_ino) == self._inode:
                os.unlink(self._path)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        # drain() then waits until the client has taken everything: a connection that ends holds nothing back.
        writer.transport.set_write_buffer_limits(0)
        try:
            if len(self._clients) > self._limits.clients:
                writer.write(
                    protocol.encode_error(
                        CommandError("busy", "Too many clients on the control socket; try again.")
                    )
                )
                await self._taken(writer)
            else:
                await self._serve(reader, writer)
        except (OSError, asyncio.CancelledError):
            # The client went away or was too slow (TimeoutError is an OSError), or we are closing.
            pass
        finally:
            self._clients.discard(task)
            # Not close(): a client that does not read would keep the answer, and this connection, for ever.
            if writer.transport.get_write_buffer_size():
                writer.transport.abort()
            else:
                writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                async with asyncio.timeout(self._limits.read_s):
                    line = await reader.readuntil(b"\n")
            except asyncio.IncompleteReadError:
                return
            except asyncio.LimitOverrunError:
                text = f"A request may have at most {self._limits.request_octets} octets."
                writer.write(protocol.encode_error(CommandError("too-long", text)))
                await self._taken(writer)
                return
            writer.write(await self._answer(line))
            await self._taken(writer)

    async def _taken(self, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(self._limits.write_s):
            await writer.drain()

    async def _answer(self, line: bytes) -> bytes:
        try:
            request = protocol.decode_request(line)
            result = await self._handler(request.command, request.arguments)
            return await in_turns(protocol.encode_result_in_steps(result))
        except CommandError as refused:
            return protocol.encode_error(refused)
        except Exception:
            # One command's fault must not take the router down; the trace goes to the log, not to the client.
            _log.exception("control command failed")
            return protocol.encode_error(
                CommandError("internal", "The daemon failed at this command; its log says more.")
            )


def _bind(path: str) -> socket.socket:
    """A bound socket that does not listen yet: nobody can connect before its file has its mode and owner."""
    _remove_stale(path)
    try:
        os.makedirs(os.path.dirname(path) or ".", mode=0o755, exist_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listener.bind(path)
        except BaseException:
            listener.close()
            raise
        return listener
    except OSError as error:
        reason = error.strerror or str(error)
        raise ControlSocketError(
            f"The control socket {path} cannot be made ({reason}); "
            "give [control] a path that this user may write to, of at most 107 characters."
        ) from error


def _remove_stale(path: str) -> None:
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            raise ControlSocketError(
                f"{path} exists and is not a socket; remove it or give [control] another path."
            )
    except FileNotFoundError:
        return
    except OSError as error:
        raise ControlSocketError(
            f"The control socket {path} cannot be looked at ({error.strerror})."
        ) from error
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            return
        except OSError:
            pass
    raise ControlSocketError(
        f"Another process answers on the control socket {path}; "
        "stop that daemon or give [control] another path."
    )


def _owner_ids(owner: str | None, group: str | None) -> tuple[int, int]:
    """(uid, gid), -1 for "leave it". Names and numbers are both taken."""
    try:
        uid = -1 if owner is None else int(owner) if owner.isdigit() else pwd.getpwnam(owner).pw_uid
    except KeyError:
        raise ControlSocketError(
            f"[control] owner: there is no user {owner} here; name one that exists."
        ) from None
    try:
        gid = -1 if group is None else int(group) if group.isdigit() else grp.getgrnam(group).gr_gid
    except KeyError:
        raise ControlSocketError(
            f"[control] group: there is no group {group} here; name one that exists."
        ) from None
    return uid, gid
