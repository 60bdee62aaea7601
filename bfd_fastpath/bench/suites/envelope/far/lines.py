# SPDX-License-Identifier: Apache-2.0
"""Lines of JSON over a connection, each an object, of bounded length and in bounded time. What they mean is
words'.
"""

import json
import socket
import time
from typing import Any, Final

LONGEST: Final = 1 << 14
_PIECE: Final = 1 << 12
_SEND_S: Final = 5.0


class FarEndError(Exception):
    """Who is at the other end of the connection left, was silent for too long, or said what is not in the
    protocol; or the far end refused.
    """


class LeftError(FarEndError):
    """The connection ended."""


class SilentError(FarEndError):
    """Nothing was said in time."""


class Lines:
    """One at a time, either way."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._read = connection, b""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, value: dict[str, Any]) -> None:
        line = json.dumps(value, separators=(",", ":")).encode() + b"\n"
        try:
            self._connection.settimeout(_SEND_S)
            self._connection.sendall(line)
        except TimeoutError:
            raise FarEndError(f"it took nothing for {_SEND_S:g} s") from None
        except OSError as error:
            raise LeftError(f"the connection ended: {error.strerror}") from None

    def receive(self, within_s: float) -> Any:
        """The next value; FarEndError where it does not come in that time, or is no line of JSON."""
        end = time.monotonic() + within_s
        while b"\n" not in self._read:
            if len(self._read) > LONGEST:
                raise FarEndError(f"a line of more than {LONGEST} octets came")
            self._more(end - time.monotonic(), within_s)
        line, _, self._read = self._read.partition(b"\n")
        try:
            return json.loads(line)
        except (ValueError, RecursionError):
            raise FarEndError(f"this is no line of JSON: {line[:40]!r}") from None

    def _more(self, left_s: float, within_s: float) -> None:
        try:
            if left_s <= 0:
                raise TimeoutError
            self._connection.settimeout(left_s)
            piece = self._connection.recv(_PIECE)
        except TimeoutError:
            raise SilentError(f"it said nothing for {within_s:g} s") from None
        except OSError as error:
            raise LeftError(f"the connection ended: {error.strerror}") from None
        if not piece:
            raise LeftError("the connection ended")
        self._read += piece
