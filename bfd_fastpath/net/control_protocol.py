# SPDX-License-Identifier: Apache-2.0
"""The words on the control socket: one JSON object a line, a request and then its response. No sockets.

Request:  {"version": 1, "command": "show-sessions", "arguments": {}}
Response: {"version": 1, "ok": true, "result": ...}
      or  {"version": 1, "ok": false, "error": {"code": "not-found", "text": "one sentence"}}

A connection may carry several requests, answered in order. Adding a command, an optional argument or a member
of a result keeps the version; anything else raises it. Members that a reader does not know are ignored.
"""

import json
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass

VERSION = 1
#: Longest line that either side accepts, in octets: a whole configuration travels in "config-diff".
MAX_REQUEST = 1 << 20
#: What of an answer is written piece by piece: itself, its result, that one's members, and each row of those.
DEPTH = 3
#: Characters of a step.
STEP = 1 << 16
#: Where the daemon listens unless the configuration says otherwise.
DEFAULT_PATH = "/run/bfd-fastpath/control.sock"


class CommandError(Exception):
    """A command was refused: `code` is stable and kebab-case, the text is one sentence for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Request:
    command: str
    arguments: Mapping[str, object]


def _object(line: bytes) -> dict[str, object]:
    """The JSON object in one line. Raises CommandError("bad-request")."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise CommandError("bad-request", "The line is not JSON; send one JSON object a line.") from None
    if not isinstance(value, dict):
        raise CommandError("bad-request", "The line is JSON but not an object.")
    return value


def decode_request(line: bytes) -> Request:
    """Raises CommandError with "bad-request" or "bad-version"."""
    value = _object(line)
    version = value.get("version")
    if version != VERSION or isinstance(version, bool):
        raise CommandError(
            "bad-version", f"This daemon speaks version {VERSION} of the control protocol, not {version!r}."
        )
    command = value.get("command")
    arguments = value.get("arguments", {})
    if not isinstance(command, str) or not isinstance(arguments, dict):
        raise CommandError("bad-request", '"command" must be a string and "arguments" an object.')
    return Request(command, arguments)


def encode_request(command: str, arguments: Mapping[str, object]) -> bytes:
    return _line({"version": VERSION, "command": command, "arguments": arguments})


def encode_result_in_steps(result: object) -> Generator[None, None, bytes]:
    """The line; a large result takes steps, since it can be that of a million pairs."""
    parts: list[bytes] = []
    pieces: list[str] = []
    size = 0
    for piece in _pieces({"version": VERSION, "ok": True, "result": result}, DEPTH):
        pieces.append(piece)
        size += len(piece)
        if size >= STEP:
            parts.append("".join(pieces).encode())
            pieces, size = [], 0
            yield
    pieces.append("\n")
    parts.append("".join(pieces).encode())
    return b"".join(parts)


def encode_error(error: CommandError) -> bytes:
    return _line({"version": VERSION, "ok": False, "error": {"code": error.code, "text": str(error)}})


def decode_response(line: bytes) -> object:
    """The result. Raises CommandError with the daemon's code and sentence, or "bad-response"."""
    try:
        value = _object(line)
    except CommandError:
        raise CommandError(
            "bad-response", "What answered is not a bfd-fastpath daemon: its line is not a JSON object."
        ) from None
    if value.get("ok") is True:
        return value.get("result")
    error = value.get("error")
    if not isinstance(error, dict):
        raise CommandError("bad-response", "The daemon's answer has neither a result nor an error.")
    raise CommandError(str(error.get("code", "failed")), str(error.get("text", "The daemon gave no reason.")))


def _line(value: object) -> bytes:
    return _json(value).encode() + b"\n"


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _pieces(value: object, depth: int) -> Iterator[str]:
    """The JSON text of a value. What lies deeper is one piece."""
    if depth and isinstance(value, dict) and value and all(isinstance(key, str) for key in value):
        before = "{"
        for key, inner in value.items():
            yield f"{before}{_json(key)}:"
            yield from _pieces(inner, depth - 1)
            before = ","
        yield "}"
    elif depth and isinstance(value, list) and value:
        before = "["
        for inner in value:
            yield before
            yield from _pieces(inner, depth - 1)
            before = ","
        yield "]"
    else:
        yield _json(value)
