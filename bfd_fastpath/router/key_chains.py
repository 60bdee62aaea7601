# SPDX-License-Identifier: Apache-2.0
"""The configured key chains in the engine: read when they come, when they change, and at each reload, since
what a file holds may be another key than before. Chains that nobody wants leave with their last session."""

from __future__ import annotations

import structlog

import pydp
from bfd_fastpath.config import ConfigError, model
from bfd_fastpath.config.secrets import secret
from bfd_fastpath.session import NamedKeyChains

_log = structlog.get_logger("router")
_ALGORITHMS = {
    model.CryptoAlgorithm.SIMPLE_PASSWORD: pydp.CryptoAlgorithm.SIMPLE_PASSWORD,
    model.CryptoAlgorithm.MD5: pydp.CryptoAlgorithm.MD5,
    model.CryptoAlgorithm.SHA_1: pydp.CryptoAlgorithm.SHA_1,
}


class ConfiguredKeyChains:
    """Puts the chains of a configuration into an engine."""

    def __init__(self, named: NamedKeyChains) -> None:
        self._named = named
        self._leaving: set[str] = set()

    def name(self, number: int) -> str | None:
        """What the engine's number stands for."""
        return self._named.name(number)

    def set(self, chain: model.KeyChain) -> None:
        """Read its secrets and make it, or replace its keys at once. ConfigError, PydpError."""
        keys = [
            pydp.Key(one.key_id, _ALGORITHMS[one.crypto_algorithm], secret(chain.name, one))
            for one in chain.keys
        ]
        self._named.set(chain.name, keys)
        self._leaving.discard(chain.name)

    def refresh(self, config: model.Config) -> None:
        """Read all again; one whose secret cannot be had keeps the keys it has."""
        for chain in config.key_chains:
            try:
                self.set(chain)
            except (ConfigError, pydp.PydpError) as error:
                _log.error("key chain stays as it was", key_chain=chain.name, error=str(error))

    def remove(self, name: str) -> None:
        """Nobody wants it any more."""
        self._leaving.add(name)
        self.purge()

    def purge(self) -> None:
        """Forget the unwanted ones that no session uses; the others stay for the next time."""
        for name in sorted(self._leaving):
            try:
                self._named.remove(name)
            except pydp.BusyError:
                continue
            self._leaving.discard(name)
