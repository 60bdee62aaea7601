# SPDX-License-Identifier: Apache-2.0
"""FRR's bgpd on loopback, alone, as a route server that announces networks to one client, or as a client of one."""

import json
from pathlib import Path
from typing import Any

from bfd_fastpath.bench.daemons.daemon import Daemon, free_port

BGPD = Path("/usr/lib/frr/bgpd")
CONFIGURATION = """
log stdout debugging
debug bgp neighbor-events
route-map next-hop permit 10
 set ip next-hop 198.51.100.4
 set ipv6 next-hop global 2001:db8::4
route-map out permit 10
 set ip next-hop 198.51.100.4
 set ipv6 next-hop global 2001:db8::4
router bgp {asn}
 bgp router-id 10.255.0.4
 bgp log-neighbor-changes
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 no bgp network import-check
 bgp graceful-restart
 bgp graceful-restart preserve-fw-state
 bgp graceful-restart restart-time 77
 neighbor {client} remote-as {client_asn}
 neighbor {client} {how}
 neighbor {client} disable-connected-check
 neighbor {client} timers 3 9
{extra} address-family ipv4 unicast
{networks4}  neighbor {client} activate
  neighbor {client} {role}
 exit-address-family
 address-family ipv6 unicast
{networks6}  neighbor {client} activate
  neighbor {client} {role}
 exit-address-family
"""


class FrrServer(Daemon):
    """`client`: its address and AS number. `extra`: what else is said of that neighbour, a line each. `server_port`: it
    is no client but a route server, which is connected to at that port."""

    def __init__(
        self,
        directory: Path,
        asn: int,
        address: str,
        client: tuple[str, int],
        extra: tuple[str, ...] = (),
        *,
        server_port: int | None = None,
    ) -> None:
        directory.mkdir(parents=True)
        self.asn, self.address, self.port = asn, address, free_port(address)
        self._client, self._extra, self._server_port = client, extra, server_port
        self._networks: set[str] = set()
        self._file = directory / "bgpd.conf"
        self._write()
        super().__init__(
            directory,
            BGPD,
            *("-Z", "-n", "-S", "-P", "0", "-p", str(self.port), "-l", address),
            *("-f", self._file, "--vty_socket", directory, "-i", directory / "bgpd.pid"),
        )
        self.ready(address, self.port)

    def announce(self, prefixes: list[str]) -> None:
        """Announces exactly these."""
        before, self._networks = self._networks, set(prefixes)
        for prefix in before - self._networks:
            self._configure(prefix, "no network {}")
        for prefix in self._networks - before:
            self._configure(prefix, "network {} route-map next-hop")

    def say(self, *communities: str) -> None:
        """Announces with these communities from here on, as a client."""
        line = f"set community {' '.join(communities)}" if communities else "no set community"
        self.vtysh("configure terminal", "route-map out permit 10", line)
        self.vtysh(f"clear bgp {self._client[0]} soft out")

    def again(self, prefixes: list[str]) -> None:
        """Killed, and begun once more with these to announce, as a restart that kept the forwarding."""
        self.kill()
        self._networks = set(prefixes)
        self._write()
        (self.directory / "bgpd.vty").unlink()
        self.start()
        self.ready(self.address, self.port)

    def neighbor(self, line: str) -> None:
        """`neighbor CLIENT LINE`, or `no neighbor CLIENT ...`, in the configuration of the running daemon."""
        words = line.split(" ", 1)
        no, said = ("no ", words[1]) if words[0] == "no" else ("", line)
        self.vtysh("configure terminal", f"router bgp {self.asn}", f"{no}neighbor {self._client[0]} {said}")

    def seen(self) -> Any:
        """`show bgp neighbors` of the client."""
        client = self._client[0]
        return json.loads(self.vtysh(f"show bgp neighbors {client} json"))[client]

    def vtysh(self, *commands: str) -> str:
        said = [word for one in commands for word in ("-c", one)]
        return self.ask("vtysh", "--vty_socket", self.directory, "-d", "bgpd", *said)

    def _configure(self, prefix: str, line: str) -> None:
        family = f"address-family ipv{6 if ':' in prefix else 4} unicast"
        self.vtysh("configure terminal", f"router bgp {self.asn}", family, line.format(prefix))

    def _write(self) -> None:
        lines = {4: "", 6: ""}
        for prefix in sorted(self._networks):
            lines[6 if ":" in prefix else 4] += f"  network {prefix} route-map next-hop\n"
        client, client_asn = self._client
        extra = "".join(f" neighbor {client} {line}\n" for line in self._extra)
        self._file.write_text(
            CONFIGURATION.format(
                asn=self.asn,
                client=client,
                client_asn=client_asn,
                extra=extra,
                how="passive" if self._server_port is None else f"port {self._server_port}",
                role="route-server-client" if self._server_port is None else "route-map out out",
                networks4=lines[4],
                networks6=lines[6],
            )
        )
