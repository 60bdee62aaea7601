# SPDX-License-Identifier: Apache-2.0
"""A router on which a page of docs/ is followed: its files are written and its commands run."""

import sys
from pathlib import Path

from tests.interop.support.namespace import Namespace
from tests.interop.support.page import Block

REPOSITORY = Path(__file__).resolve().parents[3]


class Router:
    """The router of the page: a namespace, a folder to be in, and the page's commands on the PATH."""

    def __init__(self, space: Namespace) -> None:
        self.space = space
        self.room = room = space.directory
        self._bin = room / "bin"
        self._bin.mkdir()
        self._command(
            "bfd-fastpath",
            f'export BFD_FASTPATH_SOCKET={room}/control.sock\nexec {sys.executable} -m bfd_fastpath "$@"',
        )
        self._command("vtysh", f'exec /usr/bin/vtysh --vty_socket {room}/frr "$@"')

    def _command(self, name: str, script: str) -> None:
        file = self._bin / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def shell(self, text: str) -> tuple[str, ...]:
        line = f"set -e; cd {self.room}; export PATH={self._bin}:$PATH PYTHONPATH={REPOSITORY}; {text}"
        return ("sh", "-c", line)

    def run(self, text: str) -> str:
        return self.space.run(*self.shell(text))

    def follow(self, block: Block) -> None:
        """The configuration of ours gets a control socket of its own."""
        if block.label == "bfd-fastpath.toml":
            control = f'\n[control]\npath = "{self.room}/control.sock"\n'
            (self.room / block.label).write_text(block.text + control)
        elif block.language == "sh" and block.label == "service":
            self.service = self.space.start(*self.shell(f"exec {block.text}"), log=self.room / "service.log")
        elif block.language == "sh":
            self.run(block.text)
        else:
            (self.room / block.label).write_text(block.text)
