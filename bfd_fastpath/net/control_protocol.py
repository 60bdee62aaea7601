# SPDX-License-Identifier: Apache-2.0
"""The words on the control socket: one JSON object a line, a request and then its response. No sockets.

Request:  {"version": 1, "command": "show-sessions", "arguments": {}}
Response: {"version": 1, "ok": true, "result": ...}
      or  {"version": 1, "ok": false, "error": {"code": "not-found", "text": "one sentence"}}

A connection may carry several requests, answered in order. Adding a command, an optional argument or a member
of a result keeps the version; anything else raises it. Members that a reader does not know are ignored.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

VERSION = 1
#: Longest line that either side accepts, in octets: a whole configuration travels in "config-diff".
MAX_REQUEST = 1 << 20
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


def encode_result(result: object) -> bytes:
    return _line({"version": VERSION, "ok": True, "result": result})


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
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
