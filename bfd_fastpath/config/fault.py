# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a configuration, and what to write instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. key is a path such as port[0].addresses[1]; empty where the file as a whole is meant."""

    file: str
    key: str
    wrong: str
    instead: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        return f"{where}: {self.wrong}; {self.instead}"


class ConfigError(Exception):
    """A configuration with faults: all of them, in the order of the file's sections."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)
