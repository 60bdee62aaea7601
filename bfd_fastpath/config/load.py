# SPDX-License-Identifier: Apache-2.0
"""From TOML text to a checked Config: every fault is collected. Only load() reads a file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

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
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reader.fault("", f"not TOML: {error}", "mend the line; https://toml.io/en/v1.0.0 is the syntax")
        return Parsed(None, tuple(reader.faults))
    drafts = build(reader, raw)
    check(reader, drafts)
    if reader.faults:
        return Parsed(None, tuple(reader.faults))
    return Parsed(drafts.config(), ())


def load(path: str | Path) -> Config:
    """The checked configuration in a file. ConfigError with every fault, an unreadable file among them."""
    path = Path(path)
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        fault = Fault(str(path), "", f"cannot be read: {error.strerror}", "name an existing, readable file")
        raise ConfigError([fault]) from None
    except UnicodeDecodeError:
        fault = Fault(str(path), "", "is not UTF-8", "save it as UTF-8; TOML knows no other encoding")
        raise ConfigError([fault]) from None
    parsed = parse(text, str(path), path.parent.absolute())
    if parsed.config is None:
        raise ConfigError(parsed.faults)
    return parsed.config
