# SPDX-License-Identifier: Apache-2.0
"""FRR's daemons in a namespace, configured and asked through vtysh, with sockets and logs of their own."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until

DAEMONS = Path("/usr/lib/frr")


class Frr:
    """zebra and the daemons named; `configuration` is vtysh text."""

    def __init__(self, space: Namespace, daemons: tuple[str, ...], configuration: str) -> None:
        self.space = space
        self.directory = directory = space.directory / "frr"
        directory.mkdir()
        shutil.chown(directory, "frr", "frr")
        for daemon in ("zebra", *daemons):
            space.start(
                DAEMONS / daemon,
                "--vty_socket",
                directory,
                "-z",
                directory / "zserv.api",
                "-i",
                directory / f"{daemon}.pid",
                "-u",
                "frr",
                "-g",
                "frr",
                "-A",
                "127.0.0.1",
                "-P",
                "0",
                "-f",
                "/dev/null",
                *(["-p", "179"] if daemon == "bgpd" else []),
                log=directory / f"{daemon}.out",
            )
            until(lambda vty=directory / f"{daemon}.vty": vty.exists(), what=f"{daemon}'s vty socket")
        self.configure(configuration)

    def configure(self, text: str) -> None:
        """Applies configuration lines as one commit."""
        file = self.directory / "frr.conf"
        file.write_text(text)
        self.space.run("vtysh", "--vty_socket", self.directory, "-f", file)

    def show(self, command: str) -> Any:
        return json.loads(
            self.space.run("vtysh", "--vty_socket", self.directory, "-c", f"show {command} json")
        )

    def bfd_peers(self) -> dict[str, dict[str, Any]]:
        """The BFD sessions by peer address."""
        return {row["peer"]: row for row in self.show("bfd peers")}
