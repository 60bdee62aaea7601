# SPDX-License-Identifier: Apache-2.0
"""EAL and the engine's workers as checked records. Part of model.py, which has all the others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Hugepages(StrEnum):
    AUTO = "auto"
    NEVER = "never"
    REQUIRE = "require"


class Idle(StrEnum):
    SLEEP = "sleep"
    POLL = "poll"


@dataclass(frozen=True, slots=True)
class Eal:
    arguments: tuple[str, ...] = ()
    hugepages: Hugepages = Hugepages.AUTO
    memory_mib: int = 256


@dataclass(frozen=True, slots=True)
class Engine:
    idle: Idle = Idle.SLEEP
    cpu: int | None = None
    """Of the first worker. None: wherever the scheduler likes."""
    workers: int = 1
    cpus: tuple[int, ...] = ()
    """One for each worker, in place of cpu, or none."""
    max_sleep_us: int = 500
    max_sessions: int = 4096
    max_neighbours: int = 4096
