# SPDX-License-Identifier: Apache-2.0
"""The target's authentication key, from a file or an environment variable: one line, "TYPE ID KEY"."""

import os
import stat
from pathlib import Path

from bfd_fastpath.lab.conformance.authentication import AuthType, Key

VARIABLE = "BFD_FASTPATH_AUTH_KEY"
_TYPES = {one.words: one for one in AuthType}
_FORM = "TYPE ID KEY with TYPE one of " + ", ".join(_TYPES)


class KeyFaultError(Exception):
    """The key cannot be had or understood; the key itself is never in the text."""


def read_key(file: Path) -> Key:
    """Raises KeyFaultError, also where others than its owner may read or change the file."""
    try:
        with open(file, "rb", opener=_without_waiting) as opened:
            # Of the file that is read, not of one that took its name meanwhile.
            mode = os.fstat(opened.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise KeyFaultError(f"{file}: is no file; it has one line: {_FORM}")
            if mode & 0o077:
                raise KeyFaultError(f"{file}: open to others (mode {mode & 0o777:04o}); chmod 600 {file}")
            text = opened.read().decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not ASCII"
        raise KeyFaultError(f"{file}: cannot be read ({why}); it has one line: {_FORM}") from error
    return parse_key(text, str(file))


def _without_waiting(path: str, flags: int) -> int:
    """Opening a pipe would wait for somebody who writes."""
    return os.open(path, flags | os.O_NONBLOCK)


def key_of_environment() -> Key | None:
    """None where the variable is not set. Raises KeyFaultError."""
    text = os.environ.get(VARIABLE)
    return parse_key(text, f"${VARIABLE}") if text is not None else None


def parse_key(text: str, where: str) -> Key:
    """KEY is ASCII, or hexadecimal digits behind 0x. Raises KeyFaultError."""
    words = text.split(maxsplit=2)
    if len(words) != 3 or words[0] not in _TYPES or not words[1].isdecimal() or int(words[1]) > 255:
        raise KeyFaultError(f"{where}: write {_FORM}, and an ID of 0 to 255")
    kind = _TYPES[words[0]]
    given = words[2].rstrip("\r\n")
    try:
        secret = bytes.fromhex(given[2:]) if given.startswith("0x") else given.encode("ascii")
    except ValueError as error:
        raise KeyFaultError(f"{where}: the key is neither ASCII nor hexadecimal digits behind 0x") from error
    if not 1 <= len(secret) <= kind.digest_octets:
        raise KeyFaultError(f"{where}: a key of {kind.words} has 1 to {kind.digest_octets} octets")
    return Key(kind, int(words[1]), secret)
