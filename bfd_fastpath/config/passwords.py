# SPDX-License-Identifier: Apache-2.0
"""Where TCP-MD5 passwords come from: a file that is nobody else's or the environment, never the
configuration's own text. No password stands in a fault."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from bfd_fastpath.config.fault import ConfigError, Fault
from bfd_fastpath.config.model import Address, Config, Neighbor
from bfd_fastpath.config.read import Reader
from bfd_fastpath.config.secret_file import first_line

MAX_OCTETS = 80
"""Linux's TCP_MD5SIG_MAXKEYLEN."""


def password(neighbor: Neighbor, environment: Mapping[str, str] | None = None) -> bytes | None:
    """The password of a peer, None where it has none. ConfigError when it cannot be had."""
    where = f"[[neighbor]] {neighbor.address}"
    if neighbor.password_file is not None:
        key = f"{where} password-file"
        secret = first_line(neighbor.password_file, key)
    elif neighbor.password_env is not None:
        key = f"{where} password-env"
        value = (os.environ if environment is None else environment).get(neighbor.password_env)
        if value is None:
            raise _error(key, f"there is no variable {neighbor.password_env}", "set it before the start")
        secret = os.fsencode(value)
    else:
        return None
    if not 1 <= len(secret) <= MAX_OCTETS:
        raise _error(key, f"{len(secret)} octets", f"TCP-MD5 takes 1 to {MAX_OCTETS}")
    if (odd := _unprintable(secret)) is not None:
        raise _error(
            key, f"octet {odd + 1} is no printable ASCII", "write what can be typed at the other side, too"
        )
    return secret


def of_table(reader: Reader, path: str, good: Mapping[str, Any], address: Address) -> bytes | None:
    """The password that a table at this key path names for a peer; None also where it cannot be had, and a
    fault then."""
    file = good.get("password-file")
    if file is not None and "password-env" in good:
        reader.fault(f"{path}.password-env", "stands beside password-file", "keep one of the two")
        return None
    where = None if file is None else reader.path(file)
    try:
        return password(
            Neighbor(address, good["asn"], password_file=where, password_env=good.get("password-env"))
        )
    except ConfigError as error:
        key = "password-env" if file is None else "password-file"
        for fault in error.faults:
            reader.fault(f"{path}.{key}", fault.wrong, fault.instead)
        return None


def _unprintable(secret: bytes) -> int | None:
    """Where the first octet is that not every daemon can be given in its configuration."""
    return next((at for at, octet in enumerate(secret) if not 0x20 <= octet < 0x7F), None)


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
