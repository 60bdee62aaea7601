# SPDX-License-Identifier: Apache-2.0
"""ExaBGP on loopback: connects to a BGP speaker and writes what it decodes as JSON, one object a line."""

import getpass
import json
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from bfd_fastpath.bench.daemons.daemon import Daemon

CONFIGURATION = """
process reader {{
    run /bin/sh {script};
    encoder json;
}}
neighbor {remote} {{
    router-id {router_id};
    local-address {local};
    local-as {asn};
    peer-as {peer_asn};
    connect {port};
    family {{ {families} }}
    api {{ processes [ reader ]; receive {{ parsed; update; notification; }} neighbor-changes; }}
}}
"""
Known = dict[str, dict[str, Any]]


class Exabgp(Daemon):
    def __init__(
        self,
        directory: Path,
        asn: int,
        local: str,
        peer: tuple[str, int, int],
        families: str = "bgp-ls bgp-ls;",
    ) -> None:
        """`peer`: its address, port and AS number."""
        directory.mkdir(parents=True)
        self._told = directory / "told.json"
        self._told.touch()
        script = directory / "reader.sh"
        script.write_text(f"cat > {self._told}\n")
        file = directory / "exabgp.conf"
        remote, port, peer_asn = peer
        file.write_text(
            CONFIGURATION.format(
                script=script,
                remote=remote,
                router_id=local.replace("127.", "10.", 1),
                local=local,
                asn=asn,
                peer_asn=peer_asn,
                port=port,
                families=families,
            )
        )
        quiet = {
            "exabgp_daemon_drop": "false",
            "exabgp_daemon_user": getpass.getuser(),
            "exabgp_api_cli": "false",
            "exabgp_api_ack": "false",
        }
        program = Path(sys.executable).with_name("exabgp")
        super().__init__(directory, program, "server", file, environment=quiet)

    def messages(self) -> Iterator[dict[str, Any]]:
        """What it told, complete lines only."""
        for line in self._told.read_text().split("\n")[:-1]:
            yield json.loads(line)

    def states(self) -> list[str]:
        return [message["neighbor"]["state"] for message in self.messages() if message["type"] == "state"]

    def notifications(self) -> list[dict[str, Any]]:
        return [each["neighbor"]["message"] for each in self.messages() if each["type"] == "notification"]

    def link_state(self) -> set[str]:
        """The nodes and links announced and not withdrawn, in short: "node X" and "link A->X"."""
        present: set[str] = set()
        for message in self.messages():
            if message["type"] != "update":
                continue
            update = message["neighbor"]["message"].get("update", {})
            for entry in update.get("withdraw", {}).get("bgp-ls bgp-ls", []):
                present.discard(brief(entry))
            for entries in update.get("announce", {}).get("bgp-ls bgp-ls", {}).values():
                present.update(brief(entry) for entry in entries)
        return present


def brief(entry: dict[str, Any]) -> str:
    """One NLRI of its JSON, by what makes it different from others in these tests."""
    assert entry["protocol-id"] in (5, 7)
    if entry["ls-nlri-type"] == "bgpls-link":
        return f"link {entry['interface-addresses'][0]}->{entry['neighbor-addresses'][0]}"
    if entry["protocol-id"] == 7:
        named = {key: value for one in entry["node-descriptors"] for key, value in one.items()}
        router = IPv4Address(int(named["generic-node-descriptor-516"], 16))
        return f"router {router} of AS {named['autonomous-system']}, {entry['l3-routing-topology']}"
    (descriptor,) = entry["node-descriptors"]
    return f"node {descriptor['router-id']}"
