# SPDX-License-Identifier: Apache-2.0
"""Where the secrets of key chains come from: a file or the environment, never the configuration's own text.
No secret stands in a fault.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from bfd_fastpath.config.fault import ConfigError, Fault
from bfd_fastpath.config.model import Config, CryptoAlgorithm, KeyChain, KeySource
from bfd_fastpath.config.secret_file import first_line

LONGEST = {CryptoAlgorithm.SIMPLE_PASSWORD: 16, CryptoAlgorithm.MD5: 16, CryptoAlgorithm.SHA_1: 20}
"""Octets of a secret (RFC 5880 6.7.2 to 6.7.4)."""

_HEX = re.compile(rb"(?:0x|hex:)((?:[0-9A-Fa-f]{2}|:)*)")


def secret(chain: str, key: KeySource, environment: Mapping[str, str] | None = None) -> bytes:
    """The octets of a key: ASCII as it stands, or hexadecimal behind 0x or hex:. ConfigError when there is
    none to be had."""
    where = f"[[key-chain]] {chain} key {key.key_id}"
    written, at = _written(where, key, environment)
    octets = _octets(at, written)
    longest = LONGEST[key.crypto_algorithm]
    if not 1 <= len(octets) <= longest:
        raise _error(at, f"{len(octets)} octets", f"{key.crypto_algorithm.value} takes 1 to {longest}")
    return octets


def secret_faults(config: Config) -> list[Fault]:
    """Every key that cannot be had."""
    return [fault for chain in config.key_chains for fault in _chain_faults(chain)]


def _chain_faults(chain: KeyChain) -> list[Fault]:
    faults: list[Fault] = []
    for key in chain.keys:
        try:
            secret(chain.name, key)
        except ConfigError as error:
            faults += error.faults
    return faults


def _written(where: str, key: KeySource, environment: Mapping[str, str] | None) -> tuple[bytes, str]:
    """What stands there, and the key path it came from."""
    if key.key_file is None:
        at, name = f"{where} key-env", key.key_env or ""
        value = (os.environ if environment is None else environment).get(name)
        if value is None:
            raise _error(at, f"there is no variable {name}", "set it before the start")
        return os.fsencode(value), at
    at = f"{where} key-file"
    return first_line(key.key_file, at), at


def _octets(at: str, written: bytes) -> bytes:
    if written.startswith((b"0x", b"hex:")):
        found = _HEX.fullmatch(written)
        if found is None:
            raise _error(at, "not hexadecimal", "write two digits an octet behind 0x or hex:")
        return bytes.fromhex(found[1].replace(b":", b"").decode())
    if not written.isascii():
        raise _error(at, "not ASCII", "write binary keys in hexadecimal, behind hex:")
    return written


def _error(key: str, wrong: str, instead: str) -> ConfigError:
    return ConfigError([Fault("configuration", key, wrong, instead)])
