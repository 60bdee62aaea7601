# SPDX-License-Identifier: Apache-2.0
"""Where TCP-MD5 passwords come from: a file or the environment, never the configuration's own text."""

from __future__ import annotations

import os
from collections.abc import Mapping

from bfd_fastpath.config.fault import ConfigError, Fault
from bfd_fastpath.config.model import Config, Neighbor

MAX_OCTETS = 80
"""Linux's TCP_MD5SIG_MAXKEYLEN."""


def password(neighbor: Neighbor, environment: Mapping[str, str] | None = None) -> bytes | None:
    """The password of a peer, None where it has none. ConfigError when it cannot be had."""
    where = f"[[neighbor]] {neighbor.address}"
    if neighbor.password_file is not None:
        key = f"{where} password-file"
        try:
            text = neighbor.password_file.read_bytes()
        except OSError as error:
            wrong = f"{neighbor.password_file} cannot be read: {error.strerror}"
            raise _error(key, wrong, "write the password into it, readable by this process alone") from None
        secret = text.split(b"\n", 1)[0].rstrip(b"\r")
    elif neighbor.password_env is not None:
        key = f"{where} password-env"
        value = (os.environ if environment is None else environment).get(neighbor.password_env)
        if value is None:
            raise _error(key, f"there is no variable {neighbor.password_env}", "set it before the start")
        secret = value.encode()
    else:
        return None
    if not 1 <= len(secret) <= MAX_OCTETS:
        raise _error(key, f"{len(secret)} octets", f"TCP-MD5 takes 1 to {MAX_OCTETS}")
    return secret


def password_faults(config: Config) -> list[Fault]:
    """Every password that cannot be had."""
    faults: list[Fault] = []
    for neighbor in config.neighbors:
        try:
            password(neighbor)
        except ConfigError as error:
            faults += error.faults
    return faults


def _error(key: str, wrong: str, instead: str) -> ConfigError:
    return ConfigError([Fault("configuration", key, wrong, instead)])
