# SPDX-License-Identifier: Apache-2.0
"""Key chains by name, for an engine that knows them by number. What a secret is stays in the engine."""

from __future__ import annotations

from collections.abc import Sequence

from pydp import Engine, Key, KeyChains


class NamedKeyChains:
    """The chains of one engine. The one who sets them owns the names."""

    def __init__(self, engine: Engine) -> None:
        self._chains: KeyChains = engine.key_chains
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        """What the engine calls it. KeyError where there is no such chain."""
        return self._numbers[name]

    def name(self, number: int) -> str | None:
        """What it is called; None for a number that none has."""
        return next((name for name, one in self._numbers.items() if one == number), None)

    def set(self, name: str, keys: Sequence[Key]) -> None:
        """Make the chain, or replace its keys at once. PydpError."""
        number = self._numbers.get(name) or self._free()
        self._chains.set(number, keys)
        self._numbers[name] = number

    def remove(self, name: str) -> None:
        """Forget it. BusyError while a session uses it, one that is saying AdminDown among them."""
        if name in self._numbers:
            self._chains.remove(self._numbers[name])
            del self._numbers[name]

    def _free(self) -> int:
        taken = set(self._numbers.values())
        return next((one for one in range(1, KeyChains.MOST + 1) if one not in taken), KeyChains.MOST + 1)
