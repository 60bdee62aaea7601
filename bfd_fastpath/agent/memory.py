# SPDX-License-Identifier: Apache-2.0
"""What the route server was last given, in a file beside the one that it includes: an agent that starts again
goes on from there."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path

import structlog

from bfd_fastpath.agent.driver import DriverError, Wanted
from bfd_fastpath.agent.enforcer import Target
from bfd_fastpath.config.model import Address

_log = structlog.get_logger("driver")


class Memory:
    """`filter_file`: what the route server includes."""

    def __init__(self, filter_file: Path) -> None:
        self.path = filter_file.with_name(f".{filter_file.name}.last")

    def read(self) -> dict[Address, frozenset[Address]]:
        """Next hops by client. Nothing, and a warning, where the file cannot be used."""
        try:
            said = json.loads(self.path.read_text("ascii"))
            return {ip_address(one): frozenset(map(ip_address, hops)) for one, hops in said.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            _log.warning("what the agent before left cannot be read", file=str(self.path), reason=str(error))
            return {}

    def note(self, clients: Iterable[Address]) -> None:
        """Something may be left out for these, too; it is not known what. Raises DriverError."""
        known = self.read()
        more = set(clients) - known.keys()
        if more:
            nothing: frozenset[Address] = frozenset()
            self.write(known | dict.fromkeys(more, nothing))

    def write(self, excluded: Mapping[Address, Iterable[Address]]) -> None:
        """Raises DriverError."""
        beside = self.path.with_name(f"{self.path.name}.new")
        text = json.dumps({str(client): [_shown(hop) for hop in hops] for client, hops in excluded.items()})
        try:
            beside.write_text(text + "\n", "ascii")
            os.replace(beside, self.path)
        except OSError as error:
            raise DriverError(f"{self.path} cannot be written: {error.strerror}") from None


#: Many clients lose the same next hops.
_shown = lru_cache(maxsize=8192)(str)


class Remembered:
    """A target, and what it was last brought to."""

    def __init__(self, target: Target, memory: Memory) -> None:
        self._target = target
        self._memory = memory

    def apply(self, wanted: Wanted) -> None:
        """Raises DriverError."""
        try:
            self._target.apply(wanted)
        except DriverError:
            with contextlib.suppress(DriverError):
                self._memory.note(wanted.excluded)
            raise
        self._memory.write(wanted.excluded)
