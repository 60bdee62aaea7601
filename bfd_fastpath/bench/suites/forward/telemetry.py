# SPDX-License-Identifier: Apache-2.0
"""What a DPDK program says of its ports over its telemetry socket, which every DPDK program has."""

import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Telemetry:
    """A program that was started with `--file-prefix PREFIX`."""

    def __init__(self, prefix: str) -> None:
        root = Path("/var/run/dpdk") if os.geteuid() == 0 else _own_directory()
        self._path = root / prefix / "dpdk_telemetry.v2"
        self._socket: socket.socket | None = None
        self._most = 1024

    def connect(self, until: float, runs: Callable[[], bool] = lambda: True) -> bool:
        """False when the socket is not there by then (time.monotonic), or the program has ended."""
        while time.monotonic() < until and runs():
            made = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            made.settimeout(10.0)
            try:
                made.connect(str(self._path))
                self._most = int(json.loads(made.recv(1024))["max_output_len"])
            except OSError:
                made.close()
                time.sleep(0.05)
                continue
            self._socket = made
            return True
        return False

    def ask(self, question: str) -> Any:
        assert self._socket is not None
        self._socket.send(question.encode())
        return json.loads(self._socket.recv(self._most))[question.split(",")[0]]

    def ports(self) -> tuple[int, int]:
        """Packets received and sent by all ports."""
        received = sent = 0
        for port in self.ask("/ethdev/list"):
            stats = self.ask(f"/ethdev/stats,{port}")
            received, sent = received + stats["ipackets"], sent + stats["opackets"]
        return received, sent

    def mac(self, port: int) -> str:
        """Of a port; "" where there is none."""
        info = self.ask(f"/ethdev/info,{port}")
        return str(info["mac_addr"]).lower() if info else ""

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()


def _own_directory() -> Path:
    return Path(os.environ.get("XDG_RUNTIME_DIR", "/tmp")) / "dpdk"
