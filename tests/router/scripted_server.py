# SPDX-License-Identifier: Apache-2.0
"""A route server of a test's own making: it says what it is told to say, and remembers what it was told."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any, Self

from bfd_fastpath.net.bgp_listener import Listener
from bfd_fastpath.net.speaker import Speaker
from bfd_fastpath.net.speaker_settings import SpeakerSettings
from bfd_fastpath.wire import bgp
from bfd_fastpath.wire.bgpls import Flag, LinkNlri, LinkState, NodeNlri, Participation
from bfd_fastpath.wire.bgpls.profile_l5 import node
from bfd_fastpath.wire.nhreach import NhReachNlri
from tests.router.exchange import AS_A, AS_SERVER, LOOPBACK, A, client

UNICAST = (bgp.IPV4_UNICAST, bgp.IPV6_UNICAST)
NH_REACH = (bgp.nh_reach(4), bgp.nh_reach(6))


@dataclass
class ScriptedServer:
    """`async with`: listens on loopback for router A."""

    families: tuple[bgp.Family, ...]
    number: int = 254
    tells: dict[Any, int] = field(default_factory=dict)
    """What ReachTells say now: address -> state as on the wire."""
    story: list[tuple[Any, int | None]] = field(default_factory=list)
    """Every ReachTell in order; None for a withdrawn one."""
    links: set[Any] = field(default_factory=set)
    """BGP-LS NLRIs that are announced."""
    done: set[bgp.Family] = field(default_factory=set)
    """Families whose End-of-RIB came."""
    extended_next_hop: tuple[bgp.ExtendedNextHop, ...] = ()

    async def __aenter__(self) -> Self:
        session = bgp.SessionSettings(
            AS_SERVER,
            IPv4Address(f"192.0.2.{self.number}"),
            self.families,
            peer_asn=AS_A,
            extended_next_hop=self.extended_next_hop,
        )
        self.speaker = Speaker(SpeakerSettings(session, LOOPBACK, connect=False), self._event)
        self._listener = Listener(LOOPBACK, 0)
        self._listener.add(self.speaker)
        await self._listener.start()
        self.port = self._listener.port
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._listener.stop()
        await self.speaker.stop()

    @property
    def peer(self) -> bgp.PeerInfo | None:
        return self.speaker.peer

    def ask(self, *addresses: Any) -> None:
        for address in addresses:
            nlri = NhReachNlri(address)
            self.announce(bgp.nh_reach(address.version), (nlri,))

    def unask(self, *addresses: Any) -> None:
        for address in addresses:
            family = bgp.nh_reach(address.version)
            for update in bgp.pack_withdrawals(family, [(NhReachNlri(address),)]):
                self.speaker.send(update)

    def member(self, address: Any, asn: int, identifier: str) -> None:
        """The address is this router's, and takes part."""
        said = LinkState.make(participation=Participation(Flag.TAKES_PART, asn, IPv4Address(identifier)))
        attributes = bgp.Attributes(
            origin=bgp.Origin.IGP, as_path=bgp.AsPath.sequence(AS_SERVER), link_state=said
        )
        for update in bgp.pack_announcements(bgp.BGP_LS, attributes, (LOOPBACK,), [(node(address),)]):
            self.speaker.send(update)

    def announce(self, family: bgp.Family, nlris: tuple[Any, ...], *next_hops: Any) -> None:
        """Under an AS path of ours."""
        attributes = bgp.Attributes(origin=bgp.Origin.IGP, as_path=bgp.AsPath.sequence(AS_SERVER))
        for update in bgp.pack_announcements(family, attributes, next_hops, [(one,) for one in nlris]):
            self.speaker.send(update)

    def _event(self, event: bgp.Event) -> None:
        match event:
            case bgp.EndOfRib(family=family):
                self.done.add(family)
            case bgp.UpdateReceived(update=update):
                for _, nlris in update.withdrawals():
                    self._take(nlris, gone=True)
                for _, _, nlris in update.announcements():
                    self._take(nlris, gone=False)
            case bgp.Closed():
                self.tells.clear()
                self.links.clear()
                self.done.clear()
            case _:
                pass

    def _take(self, nlris: Any, *, gone: bool) -> None:
        for nlri in nlris:
            if isinstance(nlri, NhReachNlri):
                assert nlri.tell, "a client asks nothing"
                self.story.append((nlri.address, None if gone else int(nlri.state)))
                if gone:
                    del self.tells[nlri.address]
                else:
                    self.tells[nlri.address] = int(nlri.state)
            elif isinstance(nlri, NodeNlri | LinkNlri):
                (self.links.discard if gone else self.links.add)(nlri)


def member(*servers: ScriptedServer, extra: str = "", families: str = "") -> Any:
    """Router A with these neighbors: 50 ms x 4."""
    neighbors = "".join(
        f"""
        [[neighbor]]
        address = "127.0.0.1"
        remote-as = {AS_SERVER}
        port = {server.port}
        connect-retry = "100ms"
        {families}
        """
        for server in servers
    )
    return client("a", extra=f"{extra}\n{neighbors}")


def waiting() -> Any:
    """Router B, which knows A and nobody else."""
    sessions = "".join(
        f'[[session]]\ninterface = "lan0"\ndest-addr = "{address}"\n' for address in (A, "2001:db8::1")
    )
    return client("b", extra=sessions)
