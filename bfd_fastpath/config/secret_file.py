# SPDX-License-Identifier: Apache-2.0
"""A file with one secret in its first line, which nobody but its owner may open. What the octets mean
is the caller's."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bfd_fastpath.config.fault import ConfigError, Fault

LONGEST_LINE = 4096


def first_line(file: Path, key: str) -> bytes:
    """The octets before the first line end. ConfigError about `key` for what cannot be read, is no file,
    or is open to the group or to others. A secret never stands in it."""
    try:
        with open(file, "rb", opener=_without_waiting) as opened:
            # Of the file that is read, not of one that took its name meanwhile.
            mode = os.fstat(opened.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise _error(key, f"{file} is no file", "write the secret into a file (chmod 600)")
            if mode & 0o077:
                raise _error(key, f"{file} is open to others (mode {mode & 0o777:04o})", f"chmod 600 {file}")
            return opened.readline(LONGEST_LINE).rstrip(b"\r\n")
    except OSError as error:
        wrong = f"{file} cannot be read: {error.strerror}"
        raise _error(
            key, wrong, "write the secret into it, readable by this process alone (chmod 600)"
        ) from None


def _without_waiting(path: str, flags: int) -> int:
    """Opening a pipe would wait for somebody who writes."""
    return os.open(path, flags | os.O_NONBLOCK)


def _error(key: str, wrong: str, instead: str) -> ConfigError:
    return ConfigError([Fault("configuration", key, wrong, instead)])
