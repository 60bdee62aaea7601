# SPDX-License-Identifier: Apache-2.0
"""BIRD on loopback as a plain client of a route server: no reachability family, no BFD."""

from pathlib import Path

from bfd_fastpath.bench.daemons.daemon import Daemon, DaemonError

CONFIGURATION = """
log stderr all;
router id 192.0.2.2;
protocol device {{ }}
protocol static {{ ipv4; {routes4} }}
protocol static {{ ipv6; {routes6} }}
protocol bgp server {{
    local {address} as {asn};
    neighbor {server} port {port} as {server_asn};
    multihop;
    strict bind yes;
    connect retry time 1;
    connect delay time 1;
    {extra}
    ipv4 {{
        extended next hop yes;
        import all;
        export filter {{ {policy} bgp_next_hop = {next_hop4}; accept; }};
    }};
    ipv6 {{ import all; export filter {{ {policy} bgp_next_hop = 2001:db8::2; accept; }}; }};
}}
"""


class BirdClient(Daemon):
    """Announces `routes` with `policy`, a filter's statements. `server`: address, port and AS number."""

    def __init__(
        self,
        directory: Path,
        asn: int,
        address: str,
        server: tuple[str, int, int],
        routes: list[str],
        policy: str = "",
        next_hop4: str = "198.51.100.2",
        extra: str = "",
    ) -> None:
        directory.mkdir(parents=True)
        file, self._control = directory / "bird.conf", directory / "bird.ctl"
        lines = {4: "", 6: ""}
        for route in routes:
            lines[6 if ":" in route else 4] += f"route {route} blackhole; "
        file.write_text(
            CONFIGURATION.format(
                routes4=lines[4],
                routes6=lines[6],
                address=address,
                asn=asn,
                server=server[0],
                port=server[1],
                server_asn=server[2],
                policy=policy,
                next_hop4=next_hop4,
                extra=extra,
            )
        )
        super().__init__(
            directory, "bird", "-f", "-c", file, "-s", self._control, "-P", directory / "bird.pid"
        )

    def tell(self, command: str) -> str:
        return self.ask("birdc", "-s", self._control, command)

    def route(self, prefix: str) -> str:
        """What it has heard of a prefix, with all attributes; empty for nothing."""
        if not self._control.exists():
            return ""
        try:
            return self.tell(f"show route for {prefix} protocol server all")
        except DaemonError as error:
            if "Network not found" not in str(error):
                raise
            return ""
