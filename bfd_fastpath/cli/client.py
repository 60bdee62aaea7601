# SPDX-License-Identifier: Apache-2.0
"""One question to the running daemon over its control socket, and its answer. Blocking, with a time limit."""

import os
import socket
from collections.abc import Mapping

from bfd_fastpath.net import control_protocol as protocol


class NoDaemonError(Exception):
    """Nobody answers on the socket; the text is one sentence with the remedy."""


def default_socket() -> str:
    """BFD_FASTPATH_SOCKET, or where the daemon listens by default."""
    return os.environ.get("BFD_FASTPATH_SOCKET", protocol.DEFAULT_PATH)


def ask(
    path: str,
    command: str,
    arguments: Mapping[str, object] | None = None,
    *,
    timeout_s: float = 10.0,
    daemon: str = "run",
) -> object:
    """The result of one command. `daemon`: what starts the one that is asked. Raises NoDaemonError, or
    CommandError with the daemon's reason."""
    request = protocol.encode_request(command, arguments or {})
    if len(request) > protocol.MAX_REQUEST:
        raise protocol.CommandError("too-long", f"The request has more than {protocol.MAX_REQUEST} octets.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        try:
            connection.connect(path)
            connection.sendall(request)
            with connection.makefile("rb") as stream:
                line = stream.readline()
        except (FileNotFoundError, ConnectionRefusedError):
            raise NoDaemonError(
                f"No daemon answers on {path}; start one with `bfd-fastpath {daemon} -c FILE`, "
                "or name its control socket with --socket."
            ) from None
        except PermissionError:
            raise NoDaemonError(
                f"You may not use the control socket {path}; "
                "run this as its owner, or change [control] mode or group."
            ) from None
        except TimeoutError:
            raise NoDaemonError(f"The daemon on {path} did not answer within {timeout_s:g} s.") from None
        except OSError as error:
            raise NoDaemonError(
                f"The control socket {path} cannot be used ({error.strerror or error})."
            ) from None
    if not line.endswith(b"\n"):
        raise NoDaemonError(f"The daemon on {path} closed the connection without an answer.")
    return protocol.decode_response(line)
