# SPDX-License-Identifier: Apache-2.0
"""What one session of one client tells by NH-Reach (draft-ietf-idr-rs-bfd-09 4.3): a state an address."""

from collections.abc import Iterable
from dataclasses import dataclass

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.routeserver.identity import Member, Members
from bfd_fastpath.routeserver.settings import Address
from bfd_fastpath.wire.nhreach import NhReachNlri, NhState, settled

_MEANING = {
    NhState.UNKNOWN: Reachability.UNKNOWN,
    NhState.UP: Reachability.UP,
    NhState.DOWN: Reachability.DOWN,
}


@dataclass(slots=True)
class TellCounters:
    """What was not taken as it came, since the session began."""

    #: A client asks nobody: dropped.
    asks_dropped: int = 0
    #: Tells about addresses outside the LAN, or about the client's own.
    refused: int = 0
    #: Addresses of which one UPDATE told two states: taken as Unknown.
    contradictions: int = 0


class TellTable:
    """The ReachTell-In of one session. Each method returns the addresses of which something else is told
    now."""

    def __init__(self, member: Member, members: Members) -> None:
        self._member = member
        self._members = members
        self._told: dict[Address, Reachability] = {}
        self.counters = TellCounters()

    def __len__(self) -> int:
        return len(self._told)

    def announce(self, nlris: Iterable[NhReachNlri]) -> set[Address]:
        """All that one UPDATE announces."""
        nlris = tuple(nlris)
        said = settled(nlris)
        self.counters.contradictions += len(
            {nlri.address for nlri in nlris if nlri.tell and nlri.state is not said[nlri.key]}
        )
        changed: set[Address] = set()
        for (tell, address), state in said.items():
            if not tell:
                self.counters.asks_dropped += 1
            elif address in self._member.addresses or not self._members.on_lan(address):
                self.counters.refused += 1
            elif self._told.get(address) is not _MEANING[state]:
                self._told[address] = _MEANING[state]
                changed.add(address)
        return changed

    def withdraw(self, nlris: Iterable[NhReachNlri]) -> set[Address]:
        """All that one UPDATE withdraws: by address alone, whatever state it repeats."""
        return {
            nlri.address for nlri in nlris if nlri.tell and self._told.pop(nlri.address, None) is not None
        }

    def forget(self, version: int) -> set[Address]:
        """The family was lost: everything of this IP version."""
        gone = {address for address in self._told if address.version == version}
        for address in gone:
            del self._told[address]
        return gone

    def state(self, address: Address) -> Reachability | None:
        """None: nothing was told."""
        return self._told.get(address)

    def states(self) -> dict[Address, Reachability]:
        """Everything that was told, Unknown included."""
        return dict(self._told)
