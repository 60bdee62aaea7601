# SPDX-License-Identifier: Apache-2.0
"""Takes TOML tables apart by the schema and collects what is wrong. What the values mean is sections.py's."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from bfd_fastpath.config.fault import Fault
from bfd_fastpath.config.key import Section
from bfd_fastpath.config.schema import BY_NAME
from bfd_fastpath.config.values import WrongError, kind

_REJECTED = {
    "password": WrongError(
        "a password must not stand in the configuration",
        'put it into a file and write password-file = "/etc/bfd-fastpath/password", or use password-env',
    ),
}


class Reader:
    """Takes tables apart by a schema, by default that of the router, and collects what is wrong."""

    def __init__(self, file: str, directory: Path, sections: Mapping[str, Section] = BY_NAME) -> None:
        self.file = file
        self.directory = directory
        self._sections = sections
        self.faults: list[Fault] = []

    def fault(self, key: str, wrong: str, instead: str) -> None:
        self.faults.append(Fault(self.file, key, wrong, instead))

    def failed(self, key: str) -> bool:
        """Whether the value of a key was there and could not be read."""
        return any(fault.key == key for fault in self.faults)

    def path(self, value: str) -> Path:
        """A path as the configuration means it: relative to its own directory."""
        return self.directory / Path(value).expanduser()

    def toml(self, text: str) -> dict[str, Any] | None:
        """None, and a fault, where it is not TOML."""
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self.fault("", f"not TOML: {error}", "mend the line; https://toml.io/en/v1.0.0 is the syntax")
        return None

    def whole(self, path: Path) -> dict[str, Any] | None:
        """A file's tables; None, and a fault, where it cannot be read or is not TOML."""
        try:
            return self.toml(path.read_text("utf-8"))
        except OSError as error:
            self.fault("", f"cannot be read: {error.strerror}", "name an existing, readable file")
        except UnicodeDecodeError:
            self.fault("", "is not UTF-8", "save it as UTF-8; TOML knows no other encoding")
        return None

    def sections(self, raw: Mapping[str, Any]) -> None:
        """Faults for sections that do not exist."""
        for name in raw:
            if name not in self._sections:
                self.unknown("", name, self._sections)

    def one(self, raw: Mapping[str, Any], name: str) -> dict[str, Any]:
        """The good values of a section that stands at most once, by key."""
        table = raw.get(name, {})
        if not isinstance(table, Mapping):
            plural = isinstance(table, list)
            self.fault(name, f"{kind(table)}, not a table", f"write [{name}]{', once' if plural else ''}")
            return {}
        return self._table(self._sections[name], table, name)

    def many(self, raw: Mapping[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
        """For each table of a section that may repeat: its key path, and its good values by key."""
        tables = raw.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(one, Mapping) for one in tables):
            self.fault(name, "not a list of tables", f"write [[{name}]] with double brackets")
            return []
        paths = [f"{name}[{index}]" for index in range(len(tables))]
        return [
            (path, self._table(self._sections[name], table, path))
            for path, table in zip(paths, tables, strict=True)
        ]

    def unknown(self, path: str, name: str, known: Collection[str]) -> None:
        key = f"{path}.{name}" if path else name
        if path and name in _REJECTED:
            self.fault(key, _REJECTED[name].wrong, _REJECTED[name].instead)
            return
        what = "key" if path else "section"
        near = difflib.get_close_matches(name.lower().replace("_", "-"), known, 1, 0.55)
        instead = f"write {near[0]}" if near else f"the {what}s here are {', '.join(known)}"
        self.fault(key, f"there is no such {what}", instead)

    def _table(self, section: Section, table: Mapping[str, Any], path: str) -> dict[str, Any]:
        keys = {key.name: key for key in section.keys}
        for name in table:
            if name not in keys:
                self.unknown(path, name, keys)
        good: dict[str, Any] = {}
        for key in section.keys:
            if key.name in table:
                try:
                    good[key.name] = key.parse(table[key.name])
                except WrongError as fault:
                    self.fault(f"{path}.{key.name}{fault.at}", fault.wrong, fault.instead)
            elif key.default is None:
                self.fault(
                    f"{path}.{key.name}", "it is missing", f"add {key.name} = ... ({key.type}): {key.text}"
                )
        return good
