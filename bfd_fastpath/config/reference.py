# SPDX-License-Identifier: Apache-2.0
"""The reference of all sections and keys as Markdown, made from a schema."""

from __future__ import annotations

from collections.abc import Iterable

from bfd_fastpath.config.key import Key, Section
from bfd_fastpath.config.schema import SECTIONS


def reference(sections: Iterable[Section] = SECTIONS) -> str:
    """One heading and one table a section; by default those of the router's configuration."""
    return "\n".join(_section(one) for one in sections)


def _section(section: Section) -> str:
    title = f"[[{section.name}]]" if section.many else f"[{section.name}]"
    lines = [f"### `{title}`", "", section.text, "", "| key | value | default | |", "|---|---|---|---|"]
    lines += [_row(key) for key in section.keys]
    return "\n".join(lines) + "\n"


def _row(key: Key) -> str:
    default = "*required*" if key.default is None else f"`{key.default}`" if key.default else ""
    text = key.text.replace("|", "\\|")
    return f"| `{key.name}` | {key.type} | {default} | {text} |"
