# SPDX-License-Identifier: Apache-2.0
"""`bfd-fastpath generate` in a namespace whose kernel has no address: the far end of a daemon."""

import json
import subprocess
import sys
from typing import Any

from tests.interop.support.namespace import Namespace


class FarEnd:
    """Started by the constructor; it runs for its --duration."""

    def __init__(self, space: Namespace, *words: str) -> None:
        self._log = space.directory / "generate.out"
        self._process = space.start(
            *(sys.executable, "-m", "bfd_fastpath", "generate", "--port", "net_af_packet0,iface=eth0"),
            *("--idle", "sleep", "--json", *words),
            log=self._log,
        )

    def result(self, bound: float = 60) -> Any:
        """Its JSON, once it has ended by itself; the exit code is in "exit"."""
        try:
            code = self._process.wait(timeout=bound)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"generate did not end:\n{self._log.read_text()}") from None
        text = self._log.read_text()
        assert text.startswith("{"), text
        told, _ = json.JSONDecoder().raw_decode(text)
        return {**told, "exit": code}
