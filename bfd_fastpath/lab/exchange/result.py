# SPDX-License-Identifier: Apache-2.0
"""What a run found, and its JSON. Arithmetic only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy

from bfd_fastpath.lab.exchange.truth import Verdict
from bfd_fastpath.lab.exchange.wanted import Pattern, Wanted

REAL: Final = (
    "BGP: sessions, codecs and every octet between members and route server (wire.bgp, wire.bgpls)",
    "members: next hop information base, session manager, reporter with fuse, hold of what bounces and "
    "coalescing, intake (nhib, session, report, router)",
    "route server: routeserver",
    "BFD: every packet of every session, by the engine's state machine and packet codec (native/core)",
)
SIMULATED: Final = (
    "time: BFD and BGP timers run by a virtual clock; control plane work is done at once, measured, and "
    "counted as if each member and the route server had a processor of its own",
    "links, switches and ports; TCP: octets wait while the path is broken, and are not lost",
    "each member's engine beyond BFD: no packet of data is forwarded, ARP is resolved",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """From the cut to the last withdrawal that a client got because of it, microseconds, over clients."""

    clients: int
    median_us: float
    p99_us: float
    max_us: float

    @classmethod
    def of(cls, values_ns: Sequence[int]) -> Times | None:
        """None where there are none."""
        if not values_ns:
            return None
        us = numpy.array(values_ns) / 1000
        median, p99, most = (float(numpy.percentile(us, share)) for share in (50, 99, 100))
        return cls(clients=len(values_ns), median_us=median, p99_us=p99, max_us=most)

    def as_json(self) -> dict[str, Any]:
        return {
            "clients": self.clients,
            "median": round(self.median_us, 1),
            "p99": round(self.p99_us, 1),
            "max": round(self.max_us, 1),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One failure pattern, broken and healed."""

    pattern: Pattern
    text: str
    #: How often something was cut.
    cuts: int
    affected: int
    broken: Verdict
    healed: Verdict
    #: From the cut to the last of each client's changes, nanoseconds, for those that hear from the server.
    took_ns: tuple[int, ...]
    #: BGP UPDATEs until all had converged after the cut, and then after the repair; (from the route server,
    #: from the members).
    messages_broken: tuple[int, int]
    messages_healed: tuple[int, int]
    virtual_s: float
    seconds: float

    @property
    def times(self) -> Times | None:
        return Times.of(self.took_ns)

    @property
    def messages(self) -> int:
        return sum(self.messages_broken) + sum(self.messages_healed)

    def as_json(self) -> dict[str, Any]:
        return {
            "failures": str(self.pattern),
            "broken": self.text,
            "affected": self.affected,
            "wrong-kept": self.broken.wrong_kept + self.healed.wrong_kept,
            "wrong-withdrawn": self.broken.wrong_withdrawn + self.healed.wrong_withdrawn,
            "wrong-kept-after-repair": self.healed.wrong_kept,
            "wrong-withdrawn-after-repair": self.healed.wrong_withdrawn,
            "unprotected-kept": self.broken.unprotected_kept,
            "cut-to-last-withdrawal-us": None if self.times is None else self.times.as_json(),
            "messages": self.messages,
            "cuts": self.cuts,
            "messages-per-cut": round(self.messages / self.cuts, 3),
            "messages-from-members": self.messages_broken[1] + self.messages_healed[1],
            "messages-from-server": self.messages_broken[0] + self.messages_healed[0],
            "virtual-seconds": round(self.virtual_s, 3),
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    wanted: Wanted
    members_without_bfd: int
    #: Pairs of members with a session that was Up at both ends before anything failed; NHIB entries.
    sessions: int
    entries: int
    bring_up_s: float
    bring_up_messages: int
    played: tuple[Played, ...]
    rss_bytes: int
    seconds: float

    def faults(self) -> list[str]:
        """A sentence for each thing that is not as it should be."""
        found = []
        for one in self.played:
            for verdict, when in ((one.broken, "after the failure"), (one.healed, "after the repair")):
                if verdict.wrong_kept:
                    found.append(f"{one.pattern}: {verdict.wrong_kept} routes wrongly kept {when}")
                if verdict.wrong_withdrawn:
                    found.append(f"{one.pattern}: {verdict.wrong_withdrawn} routes wrongly withdrawn {when}")
            if not one.affected:
                found.append(f"{one.pattern}: nothing was affected, so the run shows nothing")
        return found

    def as_json(self) -> dict[str, Any]:
        wanted = self.wanted
        times = Times.of([took_ns for one in self.played for took_ns in one.took_ns])
        return {
            "clients": wanted.clients,
            "prefixes": wanted.prefixes,
            "seed": wanted.seed,
            "family": f"ipv{wanted.version}",
            "transport": str(wanted.transport),
            "fuse": wanted.fuse,
            "hold": wanted.hold,
            "coalesce-us": wanted.coalesce_us,
            "dampening": wanted.dampening,
            "without-bfd": self.members_without_bfd,
            "sabotage": None if wanted.sabotage is None else str(wanted.sabotage),
            "failures": [str(one.pattern) for one in self.played],
            "sessions": self.sessions,
            "entries": self.entries,
            "affected": sum(one.affected for one in self.played),
            "wrong-kept": sum(one.broken.wrong_kept + one.healed.wrong_kept for one in self.played),
            "wrong-withdrawn": sum(
                one.broken.wrong_withdrawn + one.healed.wrong_withdrawn for one in self.played
            ),
            "unprotected-kept": sum(one.broken.unprotected_kept for one in self.played),
            "cut-to-last-withdrawal-us": None if times is None else times.as_json(),
            "messages": sum(one.messages for one in self.played),
            "rss-bytes": self.rss_bytes,
            "seconds": round(self.seconds, 3),
            "bring-up": {"seconds": round(self.bring_up_s, 3), "messages": self.bring_up_messages},
            "played": [one.as_json() for one in self.played],
            "real": list(REAL),
            "simulated": list(SIMULATED),
            "faults": self.faults(),
        }
