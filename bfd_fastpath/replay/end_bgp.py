# SPDX-License-Identifier: Apache-2.0
"""The BGP session in which a route server would have been told: both ends in memory, at capture time. The
route server's end only listens.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import Final

from bfd_fastpath.config.model import Config, Neighbor
from bfd_fastpath.net.tcp_flow import TcpFlow
from bfd_fastpath.nhib import Change
from bfd_fastpath.replay.end_pcapng import PcapngFile
from bfd_fastpath.replay.end_report import MOST, Address, EndError, Told
from bfd_fastpath.report import LanAddress, Outgoing, Reporter, Session
from bfd_fastpath.router.announcing import announce
from bfd_fastpath.router.reporting import believed, report_settings
from bfd_fastpath.router.speaking import families
from bfd_fastpath.wire import bgp

_DAY_NS: Final = 24 * 3600 * 10**9
#: TCP port of the end that connects; any will do.
_PORT: Final = 49152
_SERVER_IDS: Final = (IPv4Address("192.0.2.254"), IPv4Address("192.0.2.253"))


class RouteServerTalk:
    """One session between the router and its first neighbor. `file` None: it is not written down. A session
    that is to last longer than a day says hold time 0, so that it is no file of keepalives.

    EndError (2) where the configuration does not say from which address the router would connect.
    """

    def __init__(self, config: Config, address: Address, file: PcapngFile | None, duration_ns: int) -> None:
        neighbor = config.neighbors[0]
        asn, router_id = config.router.asn, config.router.router_id
        if asn is None or router_id is None:
            raise EndError("the configuration's neighbor needs router.asn and router.router-id", 2)
        self._asn = asn
        self._neighbor = neighbor
        self._file = file
        self._local = local_address(config, neighbor, address)
        offered, safi = families(neighbor), neighbor.nh_reach_safi
        hold_time_s = neighbor.hold_time_s if duration_ns <= _DAY_NS else 0
        identifier = _server_id(neighbor, router_id)
        self._router = bgp.BgpSession(
            bgp.SessionSettings(
                asn, router_id, offered, neighbor.remote_as, hold_time_s=hold_time_s, nh_reach_safi=safi
            )
        )
        self._server = bgp.BgpSession(
            bgp.SessionSettings(
                neighbor.remote_as, identifier, offered, asn, hold_time_s=hold_time_s, nh_reach_safi=safi
            )
        )
        self._settings = report_settings(neighbor, config, _lans(config, address))
        self._reporter = Reporter(self._settings)
        self._flow: TcpFlow | None = None
        #: At most MOST, and how many more there were.
        self.told: list[Told] = []
        self.omitted = 0

    def open(self, now_ns: int) -> None:
        """TCP and BGP come up within one moment; the router says who it is and what it announces."""
        ends = (self._local, self._neighbor.address)
        if self._file is not None:
            client, server = ends[::-1] if self._neighbor.passive else ends
            self._flow = TcpFlow(self._file, (client, _PORT), server, now_ns)
        self._router.connected(now_ns, *(bgp.Endpoint(one, _PORT) for one in ends))
        self._server.connected(now_ns, *(bgp.Endpoint(one, _PORT) for one in ends[::-1]))
        self._exchange(now_ns)

    def report(self, changes: Iterable[Change], now_ns: int) -> None:
        """Tell what these changes make of what was told."""
        self._say(self._reporter.report(changes), now_ns)
        self._exchange(now_ns)

    def next_deadline(self) -> int | None:
        """When a keepalive is due."""
        times = [self._router.next_deadline(), self._server.next_deadline()]
        return min((time for time in times if time is not None), default=None)

    def timer(self, now_ns: int) -> None:
        """Whatever is due at this time."""
        self._router.timer(now_ns)
        self._server.timer(now_ns)
        self._exchange(now_ns)

    def _exchange(self, now_ns: int) -> None:
        """Octets go to and fro until neither side has any."""
        while True:
            said = self._router.data_to_send()
            if said:
                self._write(True, said, now_ns)
                self._server.receive(said, now_ns)
            answer = self._server.data_to_send()
            if answer:
                self._write(False, answer, now_ns)
                self._router.receive(answer, now_ns)
            self._happened(now_ns)
            if not said and not answer:
                return

    def _write(self, by_router: bool, data: bytes, now_ns: int) -> None:
        if self._flow is not None:
            self._flow.said(by_router != self._neighbor.passive, data, now_ns)

    def _happened(self, now_ns: int) -> None:
        for event in self._server.events():
            if isinstance(event, bgp.Established):
                for family in sorted(event.peer.families):
                    self._server.send_end_of_rib(family, now_ns)
        for event in self._router.events():
            if isinstance(event, bgp.Established):
                self._established(event.peer, now_ns)

    def _established(self, peer: bgp.PeerInfo, now_ns: int) -> None:
        """In the order of router.peer: routes, End-of-RIB of theirs, then what is known of next hops."""
        router = self._router
        for update in announce(self._neighbor.announce, self._asn, peer, router.limit):
            router.send(update, now_ns)
        chosen = self._settings.choose(peer.families)
        for family in sorted(peer.families - (frozenset() if chosen is None else chosen[1])):
            router.send_end_of_rib(family, now_ns)
        if chosen is not None:
            session = Session(self._local, peer.asn, router.limit, peer.as4, *chosen)
            self._say(self._reporter.open(session, ()), now_ns)

    def _say(self, said: Iterable[Outgoing], now_ns: int) -> None:
        for one in said:
            self._router.send(one.update, now_ns)
            told = [Told(now_ns, address, believed(state)) for address, state in one.told]
            room = max(0, MOST - len(self.told))
            self.told += told[:room]
            self.omitted += len(told[room:])


def local_address(config: Config, neighbor: Neighbor, address: Address) -> Address:
    """Where the router would connect from: as configured, else the address that is played, else one of its
    own in the neighbor's family, those in its subnet first. EndError (2) where there is none.
    """
    if neighbor.local_address is not None:
        return neighbor.local_address
    ours = [one for port in config.ports for one in port.addresses if not one.address.is_link_local]
    family = [one for one in ours if one.address.version == neighbor.address.version]
    near = [one.address for one in family if neighbor.address in one.network]
    fitting = near or [one.address for one in family]
    if not fitting:
        raise EndError(
            f"no port has an IPv{neighbor.address.version} address from which neighbor {neighbor.address} "
            "could be told: write local-address into its [[neighbor]]",
            2,
        )
    return address if address in fitting else fitting[0]


def _lans(config: Config, address: Address) -> tuple[LanAddress, ...]:
    """Our addresses on LANs; the one that is played first, because reports carry the first that fits."""
    lans = [LanAddress(one.address, port.lan) for port in config.ports for one in port.addresses]
    return tuple(sorted(lans, key=lambda lan: lan.address != address))


def _server_id(neighbor: Neighbor, router_id: IPv4Address) -> IPv4Address:
    """The route server's BGP identifier, which no configuration of ours knows: never the router's own."""
    if isinstance(neighbor.address, IPv4Address) and neighbor.address != router_id:
        return neighbor.address
    return _SERVER_IDS[router_id == _SERVER_IDS[0]]
