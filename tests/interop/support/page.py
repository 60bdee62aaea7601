# SPDX-License-Identifier: Apache-2.0
"""A Markdown page as something to follow: its fenced blocks in order, as files to write and commands to run."""

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Block:
    """```LANGUAGE LABEL: for sh the label says how to run it, for the rest it is the name of the file."""

    language: str
    label: str
    text: str


def blocks(page: Path) -> list[Block]:
    return [Block(language, label, text) for language, label, text in FENCE.findall(page.read_text())]
