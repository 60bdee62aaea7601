# SPDX-License-Identifier: Apache-2.0
"""BIRD's control socket: one command a line; an answer is lines with four-digit codes, the last one followed
by a space. birdc would hide the codes."""

import socket
import time
from pathlib import Path

from bfd_fastpath.agent.driver import DriverError, UnansweredError

_LONGEST = 1 << 26


class BirdControl:
    """Asks one command a connection."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        self._path = path
        self._timeout_s = timeout_s

    def ask(self, command: str) -> tuple[str, str]:
        """The last line's code, and the text of all lines without theirs. Raises DriverError without an
        answer."""
        end = time.monotonic() + self._timeout_s
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(self._timeout_s)
                connection.connect(str(self._path))
                lines = _Lines(connection, end)
                _answer(lines)
                connection.sendall(command.encode() + b"\n")
                return _answer(lines)
        except TimeoutError:
            raise UnansweredError(
                f"BIRD did not answer {command!r} within {self._timeout_s:g} s; it may be reading its filters"
            ) from None
        except OSError as error:
            raise DriverError(f"BIRD's control socket {self._path}: {error.strerror or error}") from None


class _Lines:
    def __init__(self, connection: socket.socket, end: float) -> None:
        self._connection = connection
        self._end = end
        self._data = b""

    def next(self) -> str:
        while b"\n" not in self._data:
            left = self._end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._connection.settimeout(left)
            more = self._connection.recv(65536)
            if not more or len(self._data) > _LONGEST:
                raise DriverError("BIRD closed its control socket in the middle of an answer")
            self._data += more
        line, _, self._data = self._data.partition(b"\n")
        return line.decode("utf-8", "replace")


def _answer(lines: _Lines) -> tuple[str, str]:
    """A line that begins with a space goes on with the code of the line before."""
    found: list[str] = []
    while True:
        line = lines.next()
        code, mark = line[:4], line[4:5]
        if not code.isdigit():
            found.append(line[1:])
            continue
        found.append(line[5:])
        if mark == " ":
            return code, "\n".join(found).strip() if code < "1000" else found[-1]
