# SPDX-License-Identifier: Apache-2.0
"""A capture while it runs: dumpcap in a namespace, on one interface or on "any"."""

import signal
from pathlib import Path

from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until
from tests.replay.record.files import Recording, read


class Tap:
    """Records from the moment the constructor returns. On a bridge it sees what its ports received, dropped there or not."""

    def __init__(
        self, space: Namespace, interface: str, snap_length: int = 0, cooked: str = "", only: str = ""
    ) -> None:
        self._file = space.directory / "tap.pcapng"
        self._log = space.directory / "tap.out"
        cut = ["-s", str(snap_length)] if snap_length else []
        link = ["-y", cooked] if cooked else []
        kept = ["-f", only] if only else []
        self._process = space.start(
            *("dumpcap", "-q", "-i", interface, *cut, *link, *kept, "-w", self._file), log=self._log
        )
        until(lambda: "File:" in self._log.read_text(), what="dumpcap's file")

    def stop(self) -> Recording:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=10)
        return read(Path(self._file))
