# SPDX-License-Identifier: Apache-2.0
"""Key chains (RFC 8177) for the authentication of BFD sessions (RFC 5880 6.7). Secrets go into the engine and
never come out; here they stand in no repr.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydp.errors import InvalidArgumentError, raise_status
from pydp.ffi import ffi, lib
from pydp.states import CryptoAlgorithm

if TYPE_CHECKING:
    from pydp.engine import Engine


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `secret`: 1 to 16 octets, of SHA_1 1 to 20; `key_id`: 0 to 255."""

    key_id: int
    crypto_algorithm: CryptoAlgorithm
    secret: bytes = field(repr=False)


class KeyChains:
    """The key chains of one engine; made by `Engine.key_chains`."""

    #: How many there may be, numbered from 1, and how many keys each may have.
    MOST = int(lib.PYDP_KEY_CHAINS)
    MOST_KEYS = int(lib.PYDP_KEYS_A_CHAIN)

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    def set(self, chain: int, keys: Sequence[Key]) -> None:
        """Make the chain with this number, or replace all its keys at once.

        The peer may use any of the keys. A session sends with the first one, and takes a later one as soon as
        the peer is heard to use it validly; it never goes back. To change a key without losing a packet,
        append the new one at both ends, then make it the first (or only) one at either. Raises
        InvalidArgumentError.
        """
        raw = ffi.new("struct pydp_key_chain *")
        try:
            _fill(raw, chain, keys)
            raise_status(lib.pydp_key_chain_set(self._engine._c, raw))
        finally:
            ffi.buffer(raw)[:] = bytes(ffi.sizeof("struct pydp_key_chain"))

    def remove(self, chain: int) -> None:
        """Forget a chain; one that is not there is forgotten already. BusyError while a session uses it."""
        raise_status(lib.pydp_key_chain_remove(self._engine._c, chain))


def _fill(made: Any, chain: int, keys: Sequence[Key]) -> None:
    if len(keys) > KeyChains.MOST_KEYS:
        raise InvalidArgumentError(f"key chain {chain} has {len(keys)} keys: 1 to {KeyChains.MOST_KEYS}")
    try:
        made.id = chain
        made.key_count = len(keys)
        for place, key in zip(made.keys, keys, strict=False):
            place.key_id = key.key_id
            place.crypto_algorithm = key.crypto_algorithm
            place.length = min(len(key.secret), 255)
            ffi.memmove(
                place.secret, key.secret[: len(place.secret)], min(len(key.secret), len(place.secret))
            )
    except OverflowError as error:
        raise InvalidArgumentError(f"a number of key chain {chain} is out of range: {error}") from None
