# SPDX-License-Identifier: Apache-2.0
"""FRR's bfdd as a driven target: sessions made, changed and removed through vtysh on this machine."""

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from bfd_fastpath.lab.conformance.frame import Address
from bfd_fastpath.lab.conformance.row import Need
from bfd_fastpath.lab.conformance.subject import SubjectError, Wish

#: vtysh ends with 0 all the same; other lines with % are remarks.
_REFUSED: Final = re.compile(r"^% (Unknown|Ambiguous|Command incomplete|Invalid|Configuration failed)", re.M)
VTY_DIRECTORY: Final = Path("/var/run/frr")


class FrrDriver:
    """`ours` are the far end's addresses, the first and the second; `directory` is where FRR's vty sockets
    are.
    """

    daemon = "FRR's bfdd"
    offers = frozenset({Need.RESTART, Need.TIMERS, Need.ADMIN, Need.PASSIVE, Need.SECOND, Need.ECHO})

    def __init__(self, target: Address, ours: tuple[Address, ...], directory: Path = VTY_DIRECTORY) -> None:
        self._target, self._ours, self._directory = target, ours, directory
        self._made: set[Address] = set()
        self._scratch = tempfile.TemporaryDirectory(prefix="bfd-conformance-")
        #: Lines are loaded as one commit, so that no session is ever half configured.
        self._file = Path(self._scratch.name) / "frr.conf"

    def remove(self) -> None:
        for address in sorted(self._made):
            self._tell("bfd", f"no {self._peer(address)}")
        self._made.clear()

    def make(self, wish: Wish) -> None:
        self._configure(self._ours[0], wish)

    def change(self, wish: Wish) -> None:
        self._configure(self._ours[0], wish)

    def second(self, wish: Wish) -> None:
        self._configure(self._ours[1], wish)

    def reset_forwarding(self) -> None:
        raise SubjectError("bfdd does not know of resets of a forwarding plane")

    def concatenated(self, down: bool) -> None:
        raise SubjectError("bfdd does not know of concatenated paths")

    def close(self) -> None:
        self.remove()
        self._scratch.cleanup()

    def _peer(self, address: Address) -> str:
        return f"peer {address} local-address {self._target}"

    def _configure(self, address: Address, wish: Wish) -> None:
        self._made.add(address)
        echo = wish.echo_us // 1000
        self._tell(
            "bfd",
            self._peer(address),
            f"transmit-interval {wish.desired_us // 1000}",
            f"receive-interval {wish.required_us // 1000}",
            f"detect-multiplier {wish.multiplier}",
            "passive-mode" if wish.passive else "no passive-mode",
            *([f"echo transmit-interval {echo}", "echo-mode"] if echo else ["no echo-mode"]),
            "shutdown" if wish.admin_down else "no shutdown",
        )

    def _tell(self, *lines: str) -> None:
        self._file.write_text("\n".join(lines) + "\n")
        words = ["vtysh", "--vty_socket", str(self._directory), "-f", str(self._file)]
        try:
            done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=30)
        except OSError as error:
            raise SubjectError(f"vtysh does not start ({error.strerror}): is FRR installed here?") from error
        if done.returncode != 0 or _REFUSED.search(done.stdout):
            said = (done.stdout + done.stderr).strip()
            raise SubjectError(f"vtysh refused {' / '.join(lines)!r}: {said or f'exit {done.returncode}'}")
