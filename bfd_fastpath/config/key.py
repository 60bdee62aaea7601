# SPDX-License-Identifier: Apache-2.0
"""What a key and a section are: type, default, meaning. The keys themselves are in keys_*.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bfd_fastpath.config.values import Parse

MAX_U32 = 2**32 - 1
DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Key:
    """One key. default is TOML as the reference shows it; None for a key that must be there, "" for none."""

    name: str
    type: str
    parse: Parse
    default: str | None
    text: str

    @property
    def field(self) -> str:
        """The model's name of it, where the value is taken as it is."""
        return self.name.replace("-", "_")


@dataclass(frozen=True, slots=True)
class Section:
    """One section; many: it is written with double brackets and may repeat."""

    name: str
    many: bool
    text: str
    keys: tuple[Key, ...]


def anything(value: Any) -> Any:
    """For keys whose form sections.py reads."""
    return value
