# SPDX-License-Identifier: Apache-2.0
"""Five members of an exchange: two of ours, FRR with bfdd, BIRD with BFD, and BIRD without.

Each announces a prefix of its own in both families; B and C announce one more, which they share.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Protocol

from tests.interop.exchange.log import Told
from tests.interop.support.bird import Bird
from tests.interop.support.frr import Frr
from tests.interop.support.lan import Lan
from tests.interop.support.namespace import Namespace
from tests.interop.support.product import Product

ASN = 64500
SERVER, AGENT = ("192.0.2.250", "2001:db8::250"), ("192.0.2.251", "2001:db8::251")
SHARED = ("198.18.100.0/24", "2001:db8:100::/48")
INTERVAL_MS, MULTIPLIER = 300, 5


@dataclass(frozen=True)
class Who:
    """A member; `number` is in all of its addresses."""

    name: str
    number: int
    shares: bool = False
    #: Announces one more, with its AS twice in the path.
    detour: bool = False

    @property
    def asn(self) -> int:
        return 65000 + self.number

    @property
    def addresses(self) -> tuple[str, str]:
        return f"192.0.2.{self.number}", f"2001:db8::{self.number}"

    @property
    def own(self) -> tuple[str, str]:
        return f"198.18.{self.number}.0/24", f"2001:db8:{self.number}::/48"

    @property
    def longer(self) -> tuple[str, str]:
        return f"198.19.{self.number}.0/24", f"2001:db8:9{self.number:03}::/48"

    @property
    def prefixes(self) -> tuple[str, ...]:
        return self.own + (SHARED if self.shares else ()) + (self.longer if self.detour else ())

    def of(self, version: int) -> list[str]:
        return [prefix for prefix in self.prefixes if ip_network(prefix).version == version]


#: Of which another one announces that it is reached by this one.
THIRD = ("198.18.60.0/24", "2001:db8:60::/48")
A, B, C, D, E = Who("a", 1), Who("b", 2, shares=True), Who("c", 3, shares=True), Who("d", 4), Who("e", 5)
EVERYBODY = (A, B, C, D, E)


@dataclass(frozen=True)
class Session:
    """A [[neighbor]] of ours."""

    address: str
    families: str
    announced: Sequence[str] = ()
    extended: bool = False

    def __str__(self) -> str:
        text = f'[[neighbor]]\naddress = "{self.address}"\nremote-as = {ASN}\nfamilies = [{self.families}]\n'
        text += f'announce = {json.dumps(list(self.announced))}\nconnect-retry = "500ms"\n'
        return text + ("extended-next-hop = true\n" if self.extended else "")


def places(lan: Lan, members: Iterable[Who]) -> dict[str, Namespace]:
    """A namespace on the LAN for each of these, by name."""
    return {
        who.name: lan.member(who.name, f"{who.addresses[0]}/24", f"{who.addresses[1]}/64") for who in members
    }


class Running(Protocol):
    def routes(self) -> dict[str, str]:
        """What the route server sent: the next hop by prefix."""


class Ours:
    """bfd-fastpath beside its kernel: BGP with the route server for routes, with the agent for reachability."""

    def __init__(
        self,
        space: Namespace,
        who: Who,
        *,
        reach: str = '"bgp-ls"',
        transport: str = "auto",
        driver: str = "af_packet",
        sessions: tuple[Session, ...] | None = None,
    ) -> None:
        """`reach`: the families of its session with the agent; `transport`: of [report]; `sessions`: others than with
        a route server and an agent."""
        four, six = who.addresses
        options = ",force_copy=1" if driver == "af_xdp" else ""
        more = 'xdp-redirect = "bfd"\n' if driver == "af_xdp" else ""
        sessions = sessions or (
            Session(SERVER[0], '"ipv4-unicast"', who.of(4)),
            Session(SERVER[1], '"ipv6-unicast"', who.of(6)),
            Session(AGENT[0], reach),
        )
        self.product = Product(
            space,
            f'[router]\nname = "{who.name}"\nasn = {who.asn}\nrouter-id = "{four}"\n'
            f'[[port]]\nname = "lan"\ndevargs = "net_{driver}0,iface=eth0{options}"\n{more}addresses = ["{four}/24", "{six}/64"]\n'
            'neighbours = "kernel"\n'
            f'[bfd]\nmin-interval = "{INTERVAL_MS}ms"\nlocal-multiplier = {MULTIPLIER}\n'
            f'{"".join(map(str, sessions))}[report]\ntransport = "{transport}"\n[log]\nlevel = "debug"\nformat = "json"\n',
        )
        self.told = Told(self.product.log)

    def routes(self) -> dict[str, str]:
        return self.told.routes()


class FrrMember:
    def __init__(self, space: Namespace, who: Who, servers: tuple[str, str] = SERVER) -> None:
        """`servers`: with whom it exchanges routes of IPv4, and of IPv6; the same is one session (RFC 8950)."""
        self._who = who
        peers = "".join(self._peer(address) for other in (A, B) for address in other.addresses)
        families = "".join(
            f" address-family ipv{version} unicast\n  neighbor {server} activate\n"
            f"  neighbor {server} prefix-list own{version} out\n"
            + "".join(
                f"  network {prefix}{' route-map detour' if prefix in who.longer else ''}\n"
                for prefix in who.of(version)
            )
            + " exit-address-family\n"
            for version, server in zip((4, 6), servers, strict=True)
        )
        own = "".join(
            f"ip{'v6' if version == 6 else ''} prefix-list own{version} permit {prefix}\n"
            for version in (4, 6)
            for prefix in who.of(version)
        )
        self._frr = Frr(
            space,
            ("bgpd", "bfdd"),
            f"{own}route-map detour permit 10\n set as-path prepend {who.asn}\nexit\n"
            f"router bgp {who.asn}\n bgp router-id {who.addresses[0]}\n no bgp ebgp-requires-policy\n"
            " no bgp network import-check\n no bgp default ipv4-unicast\n"
            + "".join(
                f" neighbor {one} remote-as {ASN}\n neighbor {one} timers connect 1\n"
                + (f" neighbor {one} capability extended-nexthop\n" if servers[0] == servers[1] else "")
                for one in dict.fromkeys(servers)
            )
            + f"{families}exit\n{peers}",
        )

    def _peer(self, address: str, *more: str) -> str:
        local = self._who.addresses[":" in address]
        lines = (
            f"transmit-interval {INTERVAL_MS}",
            f"receive-interval {INTERVAL_MS}",
            f"detect-multiplier {MULTIPLIER}",
        )
        return f"bfd\n peer {address} local-address {local} interface eth0\n" + "".join(
            f"  {line}\n" for line in (*lines, *more)
        )

    def admin_down(self, who: Who, down: bool) -> None:
        for address in who.addresses:
            self._frr.configure(self._peer(address, "shutdown" if down else "no shutdown"))

    def routes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for version in (4, 6):
            table: dict[str, Any] = self._frr.show(f"bgp ipv{version} unicast")["routes"]
            for prefix, paths in table.items():
                for path in paths:
                    hops = [hop["ip"] for hop in path["nexthops"] if hop.get("scope") != "link-local"]
                    if path.get("bestpath") and hops[0] not in ("0.0.0.0", "::"):
                        found[prefix] = hops[0]
        return found


class BirdMember:
    def __init__(self, space: Namespace, who: Who, bfd: bool, third: Who | None = None) -> None:
        """`third`: announce THIRD with its addresses as next hops."""
        self._bird = Bird(space, self._text(who, bfd, third))
        self._who, self._bfd = who, bfd

    def announce(self, third: Who | None) -> None:
        self._bird.configure(self._text(self._who, self._bfd, third))

    def _text(self, who: Who, bfd: bool, third: Who | None) -> str:
        peers = "".join(f' neighbor {one} dev "eth0";' for other in (A, B) for one in other.addresses)
        timers = f'interface "eth0" {{ interval {INTERVAL_MS} ms; multiplier {MULTIPLIER}; }};'
        text = f"log stderr all;\nrouter id {who.addresses[0]};\nprotocol device {{ }}\n"
        text += f"protocol bfd {{ {timers}{peers} }}\n" if bfd else ""
        for version, server, local in zip((4, 6), SERVER, who.addresses, strict=True):
            routes = "".join(f" route {prefix} blackhole;" for prefix in who.of(version))
            detour = f"if net = {who.longer[version == 6]} then bgp_path.prepend({who.asn}); "
            text += (
                f"protocol static {{ ipv{version};{routes} }}\n"
                f"{_third(version) if third else ''}"
                f"protocol bgp rs{version} {{ local {local} as {who.asn}; neighbor {server} as {ASN};"
                f" connect retry time 1; error wait time 1, 2; connect delay time 1;"
                f" ipv{version} {{ import all; export filter {{"
                f" if source != RTS_STATIC then reject; {detour}{_next_hop(version, third) if third else ''}accept; }}; }}; }}\n"
            )
        return text

    def routes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for version in (4, 6):
            prefix = ""
            for line in self._bird.ask(f"show route protocol rs{version} all").splitlines():
                words = line.split()
                if words and "/" in words[0] and not line.startswith((" ", "\t")):
                    prefix = words[0]
                if words[:1] == ["BGP.next_hop:"]:
                    found[prefix] = words[1]
        return found


def _third(version: int) -> str:
    return f"protocol static third{version} {{ ipv{version}; route {THIRD[version == 6]} blackhole; }}\n"


def _next_hop(version: int, third: Who) -> str:
    return f'if proto = "third{version}" then bgp_next_hop = {third.addresses[version == 6]}; '


def bfd_alone(space: Namespace, who: Who, others: Iterable[Who]) -> Bird:
    """A router on the LAN that is nobody's BGP neighbour: BIRD with BFD."""
    peers = "".join(
        f' neighbor {address} dev "eth0" local {local};'
        for other in others
        for address, local in zip(other.addresses, who.addresses, strict=True)
    )
    timers = f'interface "eth0" {{ interval {INTERVAL_MS} ms; multiplier {MULTIPLIER}; }};'
    text = f"log stderr all;\nrouter id {who.addresses[0]};\nprotocol device {{ }}\n"
    return Bird(space, f"{text}protocol bfd {{ {timers}{peers} }}\n")
