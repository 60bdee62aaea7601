# SPDX-License-Identifier: Apache-2.0
"""OpenBGPD on loopback as a route server that announces networks to one client.

It needs root to start, and the directory it changes its root to, which a running system makes at boot.
"""

import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bfd_fastpath.bench.daemons.daemon import Daemon, free_port

CONFIGURATION = """
AS {asn}
router-id 10.255.0.3
fib-update no
transparent-as yes
listen on {address} port {port}
socket "{control}"
neighbor {client} {{
    remote-as {client_asn}
    passive
    multihop 2
    announce IPv4 unicast
    announce IPv6 unicast
    {extra}
}}
allow from any
allow to any set nexthop no-modify
"""


@contextmanager
def root_of_openbgpd() -> Iterator[None]:
    """bgpd changes its root to a directory that a running system makes at boot."""
    home = Path(pwd.getpwnam("_openbgpd").pw_dir)
    made = not home.exists()
    home.mkdir(exist_ok=True)
    try:
        yield
    finally:
        if made:
            shutil.rmtree(home)


class Openbgpd(Daemon):
    """`client`: its address and AS number. `extra`: more lines for its neighbour block."""

    def __init__(
        self, directory: Path, asn: int, address: str, client: tuple[str, int], extra: str = ""
    ) -> None:
        directory.mkdir(parents=True)
        self.asn, self.address, self.port = asn, address, free_port(address)
        self._control = directory / "bgpd.sock"
        file = directory / "bgpd.conf"
        file.write_text(
            CONFIGURATION.format(
                asn=asn,
                address=address,
                port=self.port,
                control=self._control,
                client=client[0],
                client_asn=client[1],
                extra=extra,
            )
        )
        file.chmod(0o600)
        home = Path(pwd.getpwnam("_openbgpd").pw_dir)
        self._made = None if home.exists() else home
        home.mkdir(exist_ok=True)
        super().__init__(directory, "/usr/sbin/bgpd", "-d", "-f", file)
        self.ready(address, self.port)

    def again(self) -> None:
        """Killed, and begun once more, with nothing to announce."""
        self.kill()
        self._control.unlink(missing_ok=True)
        self.start()
        self.ready(self.address, self.port)

    def close(self) -> None:
        super().close()
        if self._made is not None:
            shutil.rmtree(self._made)

    def tell(self, *words: str) -> str:
        return self.ask("bgpctl", "-s", self._control, *words)

    def announce(self, prefix: str, next_hop: str) -> None:
        self.tell("network", "add", prefix, "nexthop", next_hop)

    def withdraw(self, prefix: str) -> None:
        self.tell("network", "delete", prefix)
