# SPDX-License-Identifier: Apache-2.0
"""From TOML text to a checked Config: every fault is collected. Only load() reads a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bfd_fastpath.config.check import check
from bfd_fastpath.config.fault import ConfigError, Fault
from bfd_fastpath.config.model import Config
from bfd_fastpath.config.read import Reader
from bfd_fastpath.config.sections import build


@dataclass(frozen=True, slots=True)
class Parsed:
    """A configuration, or None and why not."""

    config: Config | None
    faults: tuple[Fault, ...]


def parse(text: str, file: str = "configuration", directory: Path | None = None) -> Parsed:
    """Read and check a configuration; paths in it are relative to directory (default: as they are)."""
    reader = Reader(file, directory or Path())
    return _checked(reader, reader.toml(text))


def _checked(reader: Reader, raw: dict[str, Any] | None) -> Parsed:
    drafts = None if raw is None else build(reader, raw)
    if drafts is not None:
        check(reader, drafts)
    if drafts is None or reader.faults:
        return Parsed(None, tuple(reader.faults))
    return Parsed(drafts.config(), ())


def load(path: str | Path) -> Config:
    """The checked configuration in a file. ConfigError with every fault, an unreadable file among them."""
    path = Path(path)
    reader = Reader(str(path), path.parent.absolute())
    parsed = _checked(reader, reader.whole(path))
    if parsed.config is None:
        raise ConfigError(parsed.faults)
    return parsed.config
