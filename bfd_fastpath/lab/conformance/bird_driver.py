# SPDX-License-Identifier: Apache-2.0
"""BIRD as a driven target: for the time of the run it has a configuration of the suite's, then its own
again.
"""

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from bfd_fastpath.lab.conformance.authentication import AuthType, Key
from bfd_fastpath.lab.conformance.frame import Address
from bfd_fastpath.lab.conformance.row import Need
from bfd_fastpath.lab.conformance.subject import SubjectError, Wish

CONTROL_SOCKET: Final = Path("/run/bird/bird.ctl")
_AUTHENTICATION: Final = {
    AuthType.SIMPLE_PASSWORD: "simple",
    AuthType.KEYED_MD5: "keyed md5",
    AuthType.METICULOUS_KEYED_MD5: "meticulous keyed md5",
    AuthType.KEYED_SHA1: "keyed sha1",
    AuthType.METICULOUS_KEYED_SHA1: "meticulous keyed sha1",
}


class BirdDriver:
    """`ours` are the far end's addresses, the first and the second."""

    daemon = "BIRD"
    offers = frozenset(
        {
            Need.RESTART,
            Need.TIMERS,
            Need.MULTIPLIER,
            Need.ADMIN,
            Need.PASSIVE,
            Need.SECOND,
            Need.SIMPLE,
            Need.MD5,
            Need.METICULOUS_MD5,
            Need.SHA1,
            Need.METICULOUS_SHA1,
        }
    )

    def __init__(self, target: Address, ours: tuple[Address, ...], control: Path = CONTROL_SOCKET) -> None:
        self._target, self._ours, self._control = target, ours, control
        self._interface = self._find_interface()
        # BIRD reads it with its own rights.
        self._directory = tempfile.TemporaryDirectory(prefix="bfd-conformance-")
        Path(self._directory.name).chmod(0o755)
        self._file = Path(self._directory.name) / "bird.conf"
        self._wishes: dict[Address, Wish] = {}

    def remove(self) -> None:
        if self._wishes:
            self._wishes.clear()
            self._configure()

    def make(self, wish: Wish) -> None:
        self._wishes[self._ours[0]] = wish
        self._configure()

    def change(self, wish: Wish) -> None:
        self.make(wish)

    def second(self, wish: Wish) -> None:
        self._wishes[self._ours[1]] = wish
        self._configure()

    def reset_forwarding(self) -> None:
        raise SubjectError("BIRD does not know of resets of a forwarding plane")

    def concatenated(self, down: bool) -> None:
        raise SubjectError("BIRD does not know of concatenated paths")

    def close(self) -> None:
        self._ask("configure")
        self._directory.cleanup()

    def _configure(self) -> None:
        first = next(iter(self._wishes.values()), Wish())
        lines = ["protocol device {}"]
        family = f"ipv{self._target.version}"
        if self._wishes:
            disabled = "  disabled;\n" if first.admin_down else ""
            neighbours = "".join(
                f'  neighbor {address} dev "{self._interface}" local {self._target};\n'
                for address in self._wishes
            )
            lines.append(
                f"protocol bfd conformance {{\n{disabled}  accept {family} direct;\n"
                f'  interface "{self._interface}" {{\n{_interface(first)}  }};\n{neighbours}}}'
            )
        self._file.write_text("router id 192.0.2.1;\n" + "\n".join(lines) + "\n")
        self._file.chmod(0o644)
        answer = self._ask(f'configure "{self._file}"')
        if "Reconfigur" not in answer:
            raise SubjectError(f"BIRD refused the suite's configuration: {answer.strip()}")

    def _find_interface(self) -> str:
        found = re.search(
            rf"^(\S+)\s.*\n(?:(?!\S).*\n)*?.*\b{re.escape(str(self._target))}/",
            self._ask("show interfaces"),
            re.M,
        )
        if found is None:
            raise SubjectError(f"BIRD has no interface with the address {self._target}")
        return found[1]

    def _ask(self, command: str) -> str:
        words = ["birdc", "-s", str(self._control), command]
        try:
            done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=30)
        except OSError as error:
            raise SubjectError(f"birdc does not start ({error.strerror}): is BIRD installed here?") from error
        if done.returncode != 0:
            raise SubjectError(
                f"birdc: {(done.stdout + done.stderr).strip()}; name its socket: --driver bird=SOCKET"
            )
        return done.stdout


def _interface(wish: Wish) -> str:
    lines = [
        f"min rx interval {wish.required_us // 1000} ms",
        f"min tx interval {wish.desired_us // 1000} ms",
        "idle tx interval 1 s",
        f"multiplier {wish.multiplier}",
        f"passive {'yes' if wish.passive else 'no'}",
    ]
    if wish.key is not None:
        lines += [f"authentication {_AUTHENTICATION[wish.key.type]}", _password(wish.key)]
    return "".join(f"    {line};\n" for line in lines)


def _password(key: Key) -> str:
    return f'password "{key.secret.decode("ascii")}" {{ id {key.key_id}; }}'
