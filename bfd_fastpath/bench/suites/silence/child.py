# SPDX-License-Identifier: Apache-2.0
"""One of our own ends in a network namespace: a module that answers lines of its standard input."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from bfd_fastpath.lab.netspace import Space

_PATIENCE_S: Final = 10.0


class Child:
    """In a session of its own, so that Ctrl-C reaches it only through the block's end. Its complaints go to a
    log.
    """

    def __init__(self, space: Space, module: str, words: Sequence[object], log: Path) -> None:
        self._log, self._module = log, module
        with log.open("w") as file:
            self._process = subprocess.Popen(
                ["ip", "netns", "exec", space.name, sys.executable, "-m", module, *map(str, words)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                start_new_session=True,
            )

    def ask(self, line: str) -> Any:
        """What it answers; ChildProcessError when it ended instead."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise ChildProcessError(f"{self._module} ended: {self._log.read_text()[-300:]}")
        return json.loads(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._process.terminate()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
