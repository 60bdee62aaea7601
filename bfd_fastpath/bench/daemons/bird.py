# SPDX-License-Identifier: Apache-2.0
"""BIRD on loopback as a route server that announces static routes to one client."""

from pathlib import Path

from bfd_fastpath.bench.daemons.daemon import Daemon, DaemonError, free_port

CONFIGURATION = """
log stderr all;
router id 10.255.0.2;
protocol device {{ }}
protocol static {{ ipv4; {routes4} }}
protocol static {{ ipv6; {routes6} }}
protocol bgp peer1 {{
    local {address} port {port} as {asn};
    neighbor {client} as {client_asn};
    multihop;
    strict bind yes;
    passive yes;
    rs client;
    {extra}
    ipv4 {{ import all; {channel4} export filter {{ bgp_next_hop = {next_hop4}; accept; }}; }};
    ipv6 {{ import all; export filter {{ bgp_next_hop = 2001:db8::2; accept; }}; }};
}}
"""


class Bird(Daemon):
    """`client`: its address and AS number. `extra`: more lines for its protocol. `over_v6`: IPv4 prefixes
    have an IPv6 next hop (RFC 8950), if the client takes that."""

    def __init__(
        self,
        directory: Path,
        asn: int,
        address: str,
        client: tuple[str, int],
        extra: str = "",
        *,
        over_v6: bool = False,
    ) -> None:
        directory.mkdir(parents=True)
        self.asn, self.address, self.port = asn, address, free_port(address)
        self._client, self._extra, self._over_v6 = client, extra, over_v6
        self._file, self._control = directory / "bird.conf", directory / "bird.ctl"
        self._write([])
        super().__init__(
            directory, "bird", "-f", "-c", self._file, "-s", self._control, "-P", directory / "bird.pid"
        )
        self.ready(address, self.port)

    def again(self, prefixes: list[str]) -> None:
        """Killed, and begun once more with these to announce, as a restart that kept the forwarding."""
        self.kill()
        self._write(prefixes)
        self.start("-R")
        self.ready(self.address, self.port)

    def announce(self, prefixes: list[str]) -> None:
        """Announces exactly these."""
        self._write(prefixes)
        answer = self.tell("configure")
        if "Reconfigur" not in answer:
            raise DaemonError(answer)

    def tell(self, command: str) -> str:
        return self.ask("birdc", "-s", self._control, command)

    def _write(self, prefixes: list[str]) -> None:
        lines = {4: "", 6: ""}
        for prefix in prefixes:
            lines[6 if ":" in prefix else 4] += f"route {prefix} blackhole; "
        self._file.write_text(
            CONFIGURATION.format(
                routes4=lines[4],
                routes6=lines[6],
                address=self.address,
                port=self.port,
                asn=self.asn,
                client=self._client[0],
                client_asn=self._client[1],
                extra=self._extra,
                channel4="extended next hop yes;" if self._over_v6 else "",
                next_hop4="2001:db8::2" if self._over_v6 else "198.51.100.2",
            )
        )
