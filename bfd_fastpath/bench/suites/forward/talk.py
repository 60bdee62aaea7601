# SPDX-License-Identifier: Apache-2.0
"""Lines of JSON to and from a program of ours that takes part."""

import json
import select
import time
from typing import Any

from bfd_fastpath.bench.suites.forward.process import PartError, Process


class Talk:
    """With one process; name: what it is called where it does not answer."""

    def __init__(self, name: str, process: Process) -> None:
        self._name, self._process = name, process
        self._heard = b""

    def say(self, what: Any) -> None:
        """PartError where it has gone."""
        try:
            self._process.input.write(json.dumps(what).encode() + b"\n")
        except OSError:
            raise PartError(f"{self._name} has gone: {self._process.last_words()}") from None

    def hear(self, seconds: float) -> dict[str, Any]:
        """The next answer; PartError when none comes, or one that says what went wrong."""
        until = time.monotonic() + seconds
        while b"\n" not in self._heard:
            left = until - time.monotonic()
            ready = left > 0 and select.select([self._process.output], [], [], left)[0]
            heard = self._process.output.read(65536) if ready else b""
            if not heard:
                raise PartError(f"{self._name} does not answer: {self._process.last_words()}")
            self._heard += heard
        line, _, self._heard = self._heard.partition(b"\n")
        said: dict[str, Any] = json.loads(line)
        if "error" in said:
            raise PartError(f"{self._name}: {said['error']}")
        return said

    def ask(self, what: Any, seconds: float) -> dict[str, Any]:
        """Say and hear."""
        self.say(what)
        return self.hear(seconds)
