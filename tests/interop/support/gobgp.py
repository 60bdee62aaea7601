# SPDX-License-Identifier: Apache-2.0
"""GoBGP in a namespace as a route server: configured by a TOML file, asked through its command line."""

import json

from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until

LINK_STATE = 16388


class Gobgp:
    def __init__(self, space: Namespace, configuration: str) -> None:
        self.space = space
        file = space.directory / "gobgpd.toml"
        file.write_text(configuration)
        space.start("gobgpd", "-p", "-f", file, "--pprof-disable", log=space.directory / "gobgpd.log")
        until(lambda: self.ask("global", check=False), what="gobgpd's gRPC port")

    def ask(self, *words: str, check: bool = True) -> str:
        return self.space.run("gobgp", *words, check=check)

    def established(self) -> set[str]:
        """Addresses of the neighbours whose session is Established."""
        rows = [line.split() for line in self.ask("neighbor").splitlines()[1:]]
        return {row[0] for row in rows if "Establ" in row}

    def link_states(self, neighbour: str) -> int:
        """How many BGP-LS routes a neighbour has announced. GoBGP 3.10 cannot print them, so they are only counted."""
        families = json.loads(self.ask("neighbor", neighbour, "-j"))["afi_safis"]
        states = [one["state"] for one in families if one["config"]["family"]["afi"] == LINK_STATE]
        return sum(int(state.get("received", 0)) for state in states)
