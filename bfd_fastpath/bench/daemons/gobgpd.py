# SPDX-License-Identifier: Apache-2.0
"""GoBGP on loopback: its neighbours connect to it, and it relays BGP-LS between them."""

from collections.abc import Sequence
from pathlib import Path

from bfd_fastpath.bench.daemons.daemon import Daemon, free_port

GLOBAL = """
[global.config]
  as = {asn}
  router-id = "10.255.0.1"
  port = {port}
  local-address-list = ["{address}"]
"""
NEIGHBOUR = """
[[neighbors]]
  [neighbors.config]
    neighbor-address = "{address}"
    peer-as = {asn}
  [neighbors.transport.config]
    passive-mode = true
"""
FAMILY = """
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "{name}"
"""
FAMILIES = ("ipv4-unicast", "ipv6-unicast", "ls")


class Gobgpd(Daemon):
    """`neighbours`: addresses and AS numbers."""

    def __init__(
        self, directory: Path, asn: int, address: str, neighbours: Sequence[tuple[str, int]]
    ) -> None:
        directory.mkdir(parents=True)
        self.asn, self.address = asn, address
        self.port, self._grpc = free_port(address), free_port(address)
        text = GLOBAL.format(asn=asn, port=self.port, address=address)
        for neighbour, peer_asn in neighbours:
            text += NEIGHBOUR.format(address=neighbour, asn=peer_asn)
            text += "".join(FAMILY.format(name=name) for name in FAMILIES)
        file = directory / "gobgpd.toml"
        file.write_text(text)
        grpc = f"{address}:{self._grpc}"
        super().__init__(directory, "gobgpd", "-p", "--pprof-disable", "--api-hosts", grpc, "-f", file)
        self.ready(address, self._grpc)
        self.ready(address, self.port)

    def tell(self, *words: str) -> str:
        return self.ask("gobgp", "-u", self.address, "-p", str(self._grpc), *words)

    def established(self, neighbour: str) -> bool:
        rows = [line.split() for line in self.tell("neighbor").splitlines()[1:]]
        return any(row[0] == neighbour and "Establ" in row for row in rows)
