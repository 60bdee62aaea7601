# SPDX-License-Identifier: Apache-2.0
"""A fuse: when nearly all next hops of a port fall silent at once, the fault is likelier ours than theirs, so
what would be reported of them is held for a moment. Decides; does nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from bfd_fastpath.nhib import Change, Observation, Reachability
from bfd_fastpath.report.settings import Address

SLOW_NS = 1_000_000_000
# By a name of its own: each look into an enumeration costs as much as all else in a line.
_DOWN = Reachability.DOWN


@dataclass(frozen=True, slots=True)
class FusePolicy:
    """When it blows: of `at_least` next hops of a port more than `share` miss a hello."""

    enabled: bool = True
    share: float = 0.8
    at_least: int = 10
    hold_ns: int | None = None
    """How long reports are held; None: the detection time of the session whose failure blew it."""


class Heard(Protocol):
    """How the peers of a port are heard at one moment: pydp.Hellos."""

    @property
    def up(self) -> int: ...
    @property
    def late(self) -> int: ...
    @property
    def fallen(self) -> int: ...
    @property
    def silent(self) -> int: ...


class Ports(Protocol):
    """What the fuse has to ask of the data plane."""

    def port_of(self, address: Address) -> int | None:
        """The port of the next hop's session; None without one."""

    def hellos(self, port: int, within_us: int) -> Heard:
        """`fallen` and `silent` count what went Down within the time."""


@dataclass(frozen=True, slots=True)
class Blown:
    """Reports about a port's next hops are held from here on."""

    port: int
    time_ns: int
    until_ns: int
    next_hops: int
    """That were Up a moment ago."""
    missing: int
    """Of them: at least one hello is missing."""
    first: Change
    """The failure that blew it."""


@dataclass(frozen=True, slots=True)
class Mended:
    """The hold is over."""

    port: int
    time_ns: int
    reported: int
    """Next hops that are Down still, and are reported now."""
    spared: int
    """Those that came back, or are no failure any more."""


class Fuse:
    """One router's. It holds Changes to Down and lets everything else pass; not thread-safe, one owner."""

    def __init__(self, ports: Ports, policy: FusePolicy | None = None) -> None:
        self._ports = ports
        self._policy = policy or FusePolicy()
        self._blown: dict[int, Blown] = {}
        self._held: dict[Address, tuple[int, Change]] = {}
        self._spared: dict[int, int] = {}
        self.count = 0
        """Times that it blew."""

    def set_policy(self, policy: FusePolicy) -> None:
        """For what comes; a hold that runs ends when it said, or at once where the fuse is off now."""
        self._policy = policy

    def sift(
        self, changes: Iterable[Change], now_ns: int, *, telling: bool
    ) -> tuple[list[Change], list[Blown]]:
        """What may be reported at once, and the ports that blew. `telling`: somebody is there to be told."""
        if not self._held and not (self._policy.enabled and telling):
            return list(changes), []
        passed: list[Change] = []
        blown: list[Blown] = []
        asked: set[int] = set()
        for change in changes:
            if change.new is not _DOWN:
                self._spare(change.address)
                passed.append(change)
                continue
            port = self._ports.port_of(change.address) if self._policy.enabled and telling else None
            if port is not None and port not in self._blown and port not in asked:
                asked.add(port)
                found = self._look(port, change, now_ns)
                if found is not None:
                    self._blown[port] = found
                    self.count += 1
                    blown.append(found)
            if port is not None and port in self._blown:
                self._held[change.address] = port, change
            else:
                passed.append(change)
        return passed, blown

    def due(self, now_ns: int) -> tuple[list[Change], list[Mended]]:
        """What was held for long enough."""
        over = [one for one in self._blown.values() if one.until_ns <= now_ns or not self._policy.enabled]
        changes: list[Change] = []
        mended: list[Mended] = []
        for one in over:
            del self._blown[one.port]
            still = [change for port, change in self._held.values() if port == one.port]
            for change in still:
                del self._held[change.address]
            changes += still
            mended.append(Mended(one.port, now_ns, len(still), self._spared.pop(one.port, 0)))
        return changes, mended

    def next_deadline(self) -> int | None:
        """When due() has something to do."""
        if self._blown and not self._policy.enabled:
            return 0
        return min((one.until_ns for one in self._blown.values()), default=None)

    def holds(self, address: Address) -> int | None:
        """Until when what is known of a next hop is not reported; None: it is."""
        held = self._held.get(address)
        return None if held is None else self._blown[held[0]].until_ns

    def blown(self) -> list[Blown]:
        """The holds that run."""
        return list(self._blown.values())

    def _look(self, port: int, change: Change, now_ns: int) -> Blown | None:
        detection_ns = _detection_ns(change.evidence)
        heard = self._ports.hellos(port, detection_ns // 1000)
        total, missing = heard.up + heard.fallen, heard.late + heard.silent
        if total < self._policy.at_least or missing <= self._policy.share * total:
            return None
        hold_ns = detection_ns if self._policy.hold_ns is None else self._policy.hold_ns
        return Blown(port, now_ns, now_ns + hold_ns, total, missing, change)

    def _spare(self, address: Address) -> None:
        held = self._held.pop(address, None)
        if held is not None:
            self._spared[held[0]] = self._spared.get(held[0], 0) + 1


def _detection_ns(seen: Observation | None) -> int:
    """The detection time that a failure is about; a second where nothing tells."""
    if seen is None:
        return SLOW_NS
    if seen.deadline_ns is not None and seen.last_hello_ns is not None:
        return max(0, seen.deadline_ns - seen.last_hello_ns)
    return seen.detection_time_us * 1000 or SLOW_NS
