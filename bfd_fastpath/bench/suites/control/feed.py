# SPDX-License-Identifier: Apache-2.0
"""Senders as child processes, and what a process needs in memory."""

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self


class Sender:
    """One route server; see sender.py."""

    def __init__(self, file: Path, own: str, asn: int, address: str, port: int) -> None:
        words = [str(file), own, str(asn), address, str(port)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bfd_fastpath.bench.suites.control.sender", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def first_ns(self) -> int:
        """When its first octet went out; waits for that. ChildProcessError when it ended instead."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ChildProcessError("the sender ended without a session")
        return int(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def resident(process: int | str = "self") -> int:
    """Octets of a process in memory."""
    status = Path(f"/proc/{process}/status").read_text()
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
