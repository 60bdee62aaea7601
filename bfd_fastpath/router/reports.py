# SPDX-License-Identifier: Apache-2.0
"""What is told to all neighbours and when: the gate between the NHIB and the reporters of a router."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

import pydp
from bfd_fastpath.config.model import Config
from bfd_fastpath.net.kernel_link import LinkState
from bfd_fastpath.nhib import Change, Entry
from bfd_fastpath.report import Blown, BouncePolicy, CoalescePolicy, FusePolicy, Gate, Held, Mended
from bfd_fastpath.router.events import Address, FuseBlown, FuseMended, RouterEvent

if TYPE_CHECKING:
    from bfd_fastpath.router.router import Router


class Reports:
    """One router's."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._gate = Gate(_Ports(router))

    def set_policies(self, config: Config) -> None:
        """The rules, as configured."""
        fuse, report = config.fuse, config.report
        hold_ns = None if fuse.hold_us is None else fuse.hold_us * 1000
        self._gate.set_policies(
            FusePolicy(fuse.enabled, fuse.share / 100, fuse.at_least, hold_ns),
            BouncePolicy(report.bounce_window_us * 1000, report.bounce_hold_us * 1000),
            CoalescePolicy(report.coalesce_us * 1000),
        )

    def tell(self, changes: list[Change]) -> Iterator[RouterEvent]:
        """Tell the neighbours what may be told of these changes; what happened, made as it is taken."""
        now = pydp.clock_ns()
        sifted = self._gate.sift(changes, now, telling=self._router.neighbours.telling())
        events: list[RouterEvent] = [self._blown(one) for one in sifted.blown]
        return chain(events, self._router.neighbours.report(sifted.changes))

    def timer(self, now_ns: int) -> Iterator[RouterEvent]:
        """Tell what was held for long enough."""
        if (deadline := self.next_deadline()) is None or deadline > now_ns:
            return iter(())
        sifted = self._gate.due(now_ns)
        events: list[RouterEvent] = [self._mended(one) for one in sifted.mended]
        return chain(events, self._router.neighbours.report(sifted.changes))

    def next_deadline(self) -> int | None:
        return self._gate.next_deadline()

    def entries(self, fresh: bool) -> Iterable[Entry]:
        """The NHIB as it is to be reported, to a session that heard nothing yet (fresh) or one that runs."""
        return self._gate.believed(self._router.nhib.entries(), fresh=fresh)

    def entries_of(self, addresses: Iterable[Address]) -> Iterable[Entry]:
        """Those of some next hops, as they are to be reported to whom was told nothing of them yet."""
        nhib = self._router.nhib
        found = (entry for address in addresses if (entry := nhib.get(address)) is not None)
        return self._gate.believed(found, fresh=True)

    def held(self, address: Address) -> Held | None:
        """Whether what is known of a next hop is not told yet."""
        return self._gate.held(address)

    def view(self, now_ns: int) -> dict[str, Any]:
        """The fuse, for `show reporter`."""
        policy = self._router.config.fuse
        names = self._router.dataplane.names()
        return {
            "enabled": policy.enabled,
            "times-blown": self._gate.fuse_count,
            "blown": [
                {
                    "port": names[one.port],
                    "next-hops": one.next_hops,
                    "missing": one.missing,
                    "seconds-left": max(0.0, (one.until_ns - now_ns) / 1e9),
                }
                for one in self._gate.blown()
            ],
        }

    def _blown(self, one: Blown) -> FuseBlown:
        """With a look at what is ours: the port, and how late we were."""
        seen = one.first.evidence
        name = self._router.dataplane.names()[one.port]
        return FuseBlown(
            one.time_ns,
            name,
            one.first.address,
            one.next_hops,
            one.missing,
            (one.until_ns - one.time_ns) // 1000,
            self._router.dataplane.link(name) is LinkState.UP,
            seen.poll_gap_us if seen is not None else 0,
        )

    def _mended(self, one: Mended) -> FuseMended:
        return FuseMended(one.time_ns, self._router.dataplane.names()[one.port], one.reported, one.spared)


class _Ports:
    """The fuse's questions, asked of the session manager and the engine."""

    def __init__(self, router: Router) -> None:
        self._router = router

    def port_of(self, address: Address) -> int | None:
        return self._router.manager.port_of(address)

    def hellos(self, port: int, within_us: int) -> pydp.Hellos:
        return self._router.engine.sessions.hellos(port, within_us)
