# SPDX-License-Identifier: Apache-2.0
"""A JSON log of ours, followed: what a member was told by the route server, and when something was said."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Told:
    """Reads what was added to the file since the last look."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._routes: dict[str, dict[str, str]] = {}
        self.lines: list[dict[str, Any]] = []

    def routes(self) -> dict[str, str]:
        """The next hop by prefix, as of now."""
        self._follow()
        return {prefix: hop for routes in self._routes.values() for prefix, hop in routes.items()}

    def last(self, event: str, **fields: object) -> dict[str, Any]:
        """The latest line of this event with these values."""
        self._follow()
        wanted = fields.items()
        return next(
            line for line in reversed(self.lines) if line["event"] == event and line.items() >= wanted
        )

    def _follow(self) -> None:
        for line in self._new():
            self.lines.append(line)
            event = line["event"]
            if event == "routes-learned":
                of_peer = self._routes.setdefault(line["peer"], {})
                of_peer.update(dict.fromkeys(line["prefixes"], line["next_hop"]))
            elif event == "routes-withdrawn":
                for prefix in line["prefixes"]:
                    self._routes[line["peer"]].pop(prefix, None)
            elif event == "bgp-down":
                self._routes.pop(line["peer"], None)

    def _new(self) -> Iterator[dict[str, Any]]:
        with self._path.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._read += len(whole)
        for text in whole.splitlines():
            if text.startswith(b"{"):
                yield json.loads(text)
