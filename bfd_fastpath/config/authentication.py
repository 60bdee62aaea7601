# SPDX-License-Identifier: Apache-2.0
"""From a [[key-chain]] table and an authentication key to their records. The secrets are secrets.py's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bfd_fastpath.config import values
from bfd_fastpath.config.model import Authentication, CryptoAlgorithm, KeyChain, KeySource
from bfd_fastpath.config.read import Reader
from bfd_fastpath.config.values import Parse, WrongError

MOST_KEYS = 16

_AUTHENTICATION: dict[str, Parse] = {"key-chain": values.name, "meticulous": values.boolean}
_KEY: dict[str, Parse] = {
    "key-id": values.integer(0, 255),
    "crypto-algorithm": values.choice(CryptoAlgorithm),
    "key-file": values.text,
    "key-env": values.text,
}
_NO_SECRET = ("key", "secret", "password", "key-string")


def build_authentication(
    reader: Reader, path: str, good: dict[str, Any], base: Authentication | None
) -> Authentication | None:
    """What a section says, or else what base does."""
    if "authentication" not in good:
        return base
    found = _table(reader, f"{path}.authentication", good["authentication"], _AUTHENTICATION)
    if found is None:
        return None
    if "key-chain" not in found:
        if not reader.failed(f"{path}.authentication.key-chain"):
            reader.fault(f"{path}.authentication.key-chain", "it is missing", "name a [[key-chain]]")
        return None
    return Authentication(found["key-chain"], found.get("meticulous", False))


def build_key_chain(reader: Reader, path: str, good: dict[str, Any]) -> KeyChain | None:
    """The chain, or None when it has faults (which the reader has then)."""
    before = len(reader.faults)
    listed = good.get("keys", [])
    if not isinstance(listed, list):
        reader.fault(f"{path}.keys", f"{values.kind(listed)}, not a list", "write it in square brackets")
        return None
    if "keys" in good and not 1 <= len(listed) <= MOST_KEYS:
        reader.fault(f"{path}.keys", f"{len(listed)} keys", f"write 1 to {MOST_KEYS}")
    keys = [_key(reader, f"{path}.keys[{index}]", item) for index, item in enumerate(listed)]
    seen: dict[int, int] = {}
    for index, key in enumerate(keys):
        if key is not None and seen.setdefault(key.key_id, index) != index:
            instead = "give each key of a chain its own key-id"
            wrong = f"keys[{seen[key.key_id]}] has {key.key_id} already"
            reader.fault(f"{path}.keys[{index}].key-id", wrong, instead)
    if len(reader.faults) > before or "name" not in good or "keys" not in good:
        return None
    return KeyChain(good["name"], tuple(key for key in keys if key is not None))


def _key(reader: Reader, path: str, item: Any) -> KeySource | None:
    before = len(reader.faults)
    found = _table(reader, path, item, _KEY)
    if found is None:
        return None
    for name in ("key-id", "crypto-algorithm"):
        if name not in item:
            reader.fault(f"{path}.{name}", "it is missing", f"add {name} = ...")
    sources = [name for name in ("key-file", "key-env") if name in item]
    if len(sources) != 1:
        wrong = "stands beside key-file" if sources else "neither key-file nor key-env is there"
        key = f"{path}.key-env" if sources else path
        reader.fault(key, wrong, "say once where the secret is")
    if len(reader.faults) > before:
        return None
    file = reader.path(found["key-file"]) if "key-file" in found else None
    return KeySource(found["key-id"], found["crypto-algorithm"], file, found.get("key-env"))


def _table(reader: Reader, path: str, item: Any, known: Mapping[str, Parse]) -> dict[str, Any] | None:
    """The good values of an inline table, by key; None for what is none."""
    if not isinstance(item, Mapping):
        reader.fault(path, f"{values.kind(item)}, not a table", "write it in braces")
        return None
    good: dict[str, Any] = {}
    for name, value in item.items():
        if name in _NO_SECRET and name not in known:
            reader.fault(
                f"{path}.{name}", "a key must not stand in the configuration", "use key-file or key-env"
            )
        elif name not in known:
            reader.unknown(path, name, known)
        else:
            try:
                good[name] = known[name](value)
            except WrongError as fault:
                reader.fault(f"{path}.{name}{fault.at}", fault.wrong, fault.instead)
    return good
