# SPDX-License-Identifier: Apache-2.0
"""OpenBGPD and BIRD as an exchange's route server, configured as docs/rs-agent.md tells an operator to."""

import sys
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol

from bfd_fastpath.agent.drivers.bird import function
from bfd_fastpath.cli.client import NoDaemonError, ask
from tests.interop.exchange.members import ASN, EVERYBODY, SERVER, Who
from tests.interop.support.bird import Bird
from tests.interop.support.namespace import Namespace
from tests.interop.support.poll import until


class Server(Protocol):
    kind: str
    #: Keys of [route-server].
    keys: str
    #: [[member]] tables: BIRD's filters call functions that must be there before BIRD starts.
    members: str
    filters: Path

    def __init__(self, space: Namespace) -> None: ...

    def start(self) -> None: ...


class OpenbgpdServer:
    kind = "openbgpd"
    members = ""

    def __init__(self, space: Namespace) -> None:
        self._space = space
        self._file, self._socket = space.directory / "bgpd.conf", space.directory / "bgpd.sock"
        self.filters = space.directory / "rs-bfd.conf"
        self.keys = f'config-file = "{self._file}"\ncontrol-socket = "{self._socket}"\n'

    def start(self) -> None:
        neighbours = "".join(
            f"neighbor {address} {{\nremote-as {who.asn}\nannounce IPv{version} unicast\n}}\n"
            for who in EVERYBODY
            for version, address in zip((4, 6), who.addresses, strict=True)
        )
        self._file.write_text(
            f"AS {ASN}\nrouter-id {SERVER[0]}\nfib-update no\ntransparent-as yes\nrde evaluate all\n"
            f'listen on {SERVER[0]}\nlisten on {SERVER[1]}\nsocket "{self._socket}"\n'
            f'group "clients" {{\npassive\n{neighbours}}}\ninclude "{self.filters}"\n'
            "allow quick from any\nallow quick to any set nexthop no-modify\n"
        )
        self._file.chmod(0o600)
        log = self._space.directory / "bgpd.log"
        self._space.start("/usr/sbin/bgpd", "-d", "-f", self._file, log=log)
        until(self._socket.exists, what=f"bgpd: {log.read_text()}")


class BirdServer:
    kind = "bird"
    method = "reload"
    #: What goes into import filters, and into channels.
    mark = channel = ""
    members = "".join(
        f'[[member]]\nname = "{who.name}"\nasn = {who.asn}\naddresses = ["{who.addresses[0]}", "{who.addresses[1]}"]\n'
        for who in EVERYBODY
    )

    def __init__(self, space: Namespace) -> None:
        self._space = space
        self.filters = space.directory / "rs-bfd.conf"
        self.keys = f'control-socket = "{space.directory / "bird.ctl"}"\nmethod = "{self.method}"\n'

    def start(self) -> None:
        text = (
            f'log stderr all;\nrouter id {SERVER[0]};\nprotocol device {{ }}\ninclude "{self.filters}";\n'
            "ipv4 table rs4 sorted;\nipv6 table rs6 sorted;\n"
        )
        for who in EVERYBODY:
            for version, address, server in zip((4, 6), who.addresses, SERVER, strict=True):
                name = f"{who.name}{version}"
                text += (
                    f"filter announce_to_{name} {{ if {function(ip_address(address))}() then reject; accept; }}\n"
                    f"protocol bgp {name} {{ local {server} as {ASN}; neighbor {address} as {who.asn};"
                    f" strict bind yes; passive; rs client;"
                    f" ipv{version} {{ table rs{version}; secondary;{self.channel}"
                    f" import filter {{ {self.mark}accept; }}; export filter announce_to_{name}; }}; }}\n"
                )
        Bird(self._space, text)


class BirdRtrServer(BirdServer):
    """It is not reconfigured: what its clients lost is in ROA tables, which the agent feeds by RTR."""

    method = "rtr"
    mark = "rs_bfd_mark(); "
    channel = " rpki reload off;"


class EmbeddedServer:
    """`bfd-fastpath route-server`, which its clients tell what they reach over their sessions with it."""

    def __init__(self, space: Namespace, members: Iterable[Who], more: str) -> None:
        """`more`: keys of [route-server]. Answers on its control socket when the constructor returns."""
        self._socket, file = space.directory / "rs.sock", space.directory / "rs.toml"
        self.log = space.directory / "rs.log"
        clients = "".join(
            f'[[client]]\nname = "{who.name}"\nasn = {who.asn}\naddresses = ["{who.addresses[0]}", "{who.addresses[1]}"]\n'
            for who in members
        )
        file.write_text(
            f'[route-server]\nasn = {ASN}\nrouter-id = "{SERVER[0]}"\nlisten = ["{SERVER[0]}", "{SERVER[1]}"]\n'
            f'lan = ["192.0.2.0/24", "2001:db8::/64"]\n{more}{clients}[control]\npath = "{self._socket}"\n'
        )
        space.start(sys.executable, "-m", "bfd_fastpath", "route-server", "-c", file, log=self.log)
        until(self._answers, bound=30, what="the route server's control socket")

    def _answers(self) -> bool:
        try:
            return bool(ask(str(self._socket), "route-server-clients"))
        except NoDaemonError:
            return False
