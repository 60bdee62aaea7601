# SPDX-License-Identifier: Apache-2.0
"""What one session of one client says about the next hops it can reach: its Links and Nodes (profiles L5 and
L7, and rs-bfd-01's form), judged into Unknown, Up and Down. It decodes nothing and knows no routes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.entries import SeenLink, SeenNode, Unreadable
from bfd_fastpath.routeserver.identity import Member, Members, node_ids
from bfd_fastpath.routeserver.settings import Address

#: Others' names that a session is remembered to have claimed.
CLAIMS_KEPT = 64

T = TypeVar("T")


@dataclass(slots=True)
class ReachCounters:
    """What was not taken as it came, since the session began."""

    links_discarded: int = 0
    #: Those of the discarded that say they are another's.
    links_of_others: int = 0
    nodes_ignored: int = 0
    links_without_node: int = 0
    #: Entries of another protocol id, another identifier, or another kind.
    foreign: int = 0
    malformed: int = 0
    #: Prefixes that were leaks by their Only to Customer (RFC 9234 5).
    leaks: int = 0


class SessionReach:
    """The table of one session. Change it with `announce` and `withdraw`, then `judge` once the whole UPDATE
    is in."""

    def __init__(self, member: Member, members: Members) -> None:
        self._member = member
        self._members = members
        self._links: dict[bytes, SeenLink] = {}
        self._nodes: dict[bytes, SeenNode] = {}
        self._good: Counter[Address] = Counter()
        self._faulty: Counter[Address] = Counter()
        self._faulty_ids: Counter[bytes] = Counter()
        self._node_ids: Counter[bytes] = Counter()
        self._identifier_ids: Counter[bytes] = Counter()
        #: Nodes of profile L7, by AS, BGP identifier and IP version.
        self._routers: Counter[tuple[int, bytes, int]] = Counter()
        #: Addresses for which a good Link came at any time in this session.
        self._linked: set[Address] = set()
        #: Node ids that a Link used for an address they are not the literal form of: BGP identifiers
        #: (rs-bfd-01).
        self._used_as_identifier: set[bytes] = set()
        #: Malformed NLRI, which might be a Link for anything.
        self._unreadable: set[bytes] = set()
        self._touched: set[Address] = set()
        self._end_of_rib = False
        self._states: dict[Address, Reachability] = {}
        self._claims: dict[str, bool] = {}
        self.counters = ReachCounters()

    def __len__(self) -> int:
        """What the session makes this table remember: its entries, and the addresses and ids of its Links."""
        kept = len(self._links) + len(self._nodes) + len(self._unreadable)
        return kept + len(self._linked) + len(self._used_as_identifier)

    def announce(self, entry: SeenLink | SeenNode | Unreadable) -> None:
        """The session has this entry. Announcing it again changes nothing."""
        if isinstance(entry, SeenLink):
            self._announce_link(entry)
        elif isinstance(entry, SeenNode):
            self._announce_node(entry)
        else:
            self._announce_unreadable(entry.key)

    def withdraw(self, key: bytes) -> None:
        """The session no longer has the NLRI with these octets; nothing happens when it had not."""
        if (link := self._links.pop(key, None)) is not None:
            if link.counts and link.remote is not None:
                _count(self._good, link.remote, -1)
            else:
                self._count_faulty(link, -1)
            self._touch_link(link)
        elif (node := self._nodes.pop(key, None)) is not None:
            self._count_node(node, -1)
        elif key in self._unreadable:
            self._unreadable.remove(key)
            self.touch_everything()

    def end_of_rib(self) -> None:
        """From here on a Node without a Link is Down."""
        if not self._end_of_rib:
            self._end_of_rib = True
            self.touch_everything()

    def touch_everything(self) -> None:
        """Judge all addresses again, since something that concerns all of them changed."""
        for node in self._nodes.values():
            self._touch_node(node)
        self._touched.update(self._states)

    def touch(self, addresses: Iterable[Address]) -> None:
        """Judge these again, since something is known now about whose they are."""
        self._touched.update(addresses)

    def claims(self) -> list[str]:
        """Whose Links it has claimed, each name once, and at most CLAIMS_KEPT of them."""
        new = [name for name, told in self._claims.items() if not told]
        self._claims.update(dict.fromkeys(new, True))
        return new

    def judge(self) -> set[Address]:
        """Call once after each whole UPDATE. Returns the addresses of which this session now says something
        else."""
        changed = set()
        for address in self._touched:
            state = self._judge(address)
            if state is not self._states.get(address, Reachability.UNKNOWN):
                changed.add(address)
            if state is Reachability.UNKNOWN:
                self._states.pop(address, None)
            else:
                self._states[address] = state
        self._touched.clear()
        return changed

    def state(self, address: Address) -> Reachability:
        """As of the last `judge`."""
        return self._states.get(address, Reachability.UNKNOWN)

    def states(self) -> dict[Address, Reachability]:
        """Everything that is not Unknown, as of the last `judge`."""
        return dict(self._states)

    def _announce_link(self, link: SeenLink) -> None:
        if self._links.get(link.key) == link:
            return
        self.withdraw(link.key)
        self._links[link.key] = link
        if link.counts and link.remote is not None:
            _count(self._good, link.remote, 1)
            self._linked.add(link.remote)
            if link.remote_id is not None and link.remote_id not in node_ids(link.remote):
                self._used_as_identifier.add(link.remote_id)
        else:
            self.counters.links_discarded += 1
            self._count_faulty(link, 1)
            if link.claimed:
                self.counters.links_of_others += 1
                if len(self._claims) < CLAIMS_KEPT:
                    self._claims.setdefault(link.claimed, False)
        self._touch_link(link)

    def _announce_node(self, node: SeenNode) -> None:
        if node.key in self._nodes:
            return
        self._nodes[node.key] = node
        if not self._names_anybody(node):
            self.counters.nodes_ignored += 1
        self._count_node(node, 1)

    def _names_anybody(self, node: SeenNode) -> bool:
        if node.router is not None:
            name = node.router.router
            return any(m.asn == name.asn for m in self._members.with_identifier(name.router_id.packed))
        octets = node.node_id
        return octets is not None and bool(
            self._members.literal(octets) or self._members.with_identifier(octets)
        )

    def _announce_unreadable(self, key: bytes) -> None:
        """An NLRI that cannot be read: until it goes, no missing Link of this session counts as Down."""
        self.counters.malformed += 1
        if key not in self._unreadable:
            self._unreadable.add(key)
            self.touch_everything()

    def _judge(self, address: Address) -> Reachability:
        node = self._has_node(address)
        if address in self._good:
            if not node:
                self.counters.links_without_node += 1
            return Reachability.UP
        faulty = address in self._faulty or any(i in self._faulty_ids for i in self._ids_of(address))
        if faulty or self._unreadable or not node or not self._end_of_rib:
            return Reachability.UNKNOWN
        return Reachability.DOWN

    def _ids_of(self, address: Address) -> list[bytes]:
        ids = list(node_ids(address))
        owner = self._members.owner(address)
        if owner is not None and owner.identifier is not None:
            ids.append(owner.identifier.packed)
        return ids

    def _has_node(self, address: Address) -> bool:
        if address in self._member.addresses or not self._members.on_lan(address):
            return False
        if any(i in self._node_ids and i not in self._used_as_identifier for i in node_ids(address)):
            return True
        owner = self._members.owner(address)
        if owner is None or owner is self._member or owner.identifier is None:
            return False
        identifier = owner.identifier.packed
        if (owner.asn, identifier, address.version) in self._routers:
            # It stands for one address of the router: the only one, or one that a Link has named.
            alike = [a for a in owner.addresses if a.version == address.version]
            return len(alike) == 1 or address in self._linked
        if address not in self._linked:
            return False
        if identifier in self._identifier_ids:
            return True
        meant = identifier in self._used_as_identifier or self._members.literal(identifier) is None
        return identifier in self._node_ids and meant

    def _count_faulty(self, link: SeenLink, step: int) -> None:
        if link.remote is not None and self._members.on_lan(link.remote):
            _count(self._faulty, link.remote, step)
        elif link.remote_id is not None:
            _count(self._faulty_ids, link.remote_id, step)

    def _count_node(self, node: SeenNode, step: int) -> None:
        if node.router is not None:
            name = node.router.router
            _count(self._routers, (name.asn, name.router_id.packed, node.router.version), step)
        elif node.node_id is not None:
            _count(self._node_ids if node.asn is None else self._identifier_ids, node.node_id, step)
        self._touch_node(node)

    def _touch_link(self, link: SeenLink) -> None:
        if link.remote is not None:
            self._touched.add(link.remote)
        self._touch_node_id(link.remote_id)

    def _touch_node(self, node: SeenNode) -> None:
        if node.router is None:
            self._touch_node_id(node.node_id)
            return
        for member in self._members.with_identifier(node.router.router.router_id.packed):
            self._touched.update(member.addresses)

    def _touch_node_id(self, octets: bytes | None) -> None:
        if octets is None:
            return
        literal = self._members.literal(octets)
        if literal is not None:
            self._touched.add(literal)
        for member in self._members.with_identifier(octets):
            self._touched.update(member.addresses)


def _count(counter: Counter[T], key: T, step: int) -> None:
    counter[key] += step
    if not counter[key]:
        del counter[key]
