# SPDX-License-Identifier: Apache-2.0
"""What a peer is told is the same whether records come one by one or together, and in whatever order the ring gives
those of different sessions."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bfd_fastpath.nhib import Reachability
from bfd_fastpath.report import BouncePolicy, CoalescePolicy, FusePolicy, Gate, Reporter, Transport
from bfd_fastpath.session import UrgentFirst
from bfd_fastpath.wire.bgp import BGP_LS, nh_reach
from tests.report.scene import SESSION, SETTINGS
from tests.session.ring import HOPS, MS, Ring, row, streams
from tests.session.scene import S, Scene


class NoPorts:
    def port_of(self, address):
        return None


class Told:
    """A member with one peer: from records to what the peer knows by the octets."""

    def __init__(self, transport, bounce_ns):
        self.scene = Scene()
        self.gate = Gate(NoPorts())
        self.gate.set_policies(
            FusePolicy(enabled=False), BouncePolicy(10 * S, bounce_ns), CoalescePolicy(50 * MS)
        )
        family = nh_reach(4) if transport is Transport.NH_REACH else BGP_LS
        self.reporter = Reporter(SETTINGS)
        for hop in HOPS:
            self.scene.manager.want(hop, "bgp", None, 0)
        self.peer = {}
        self.hear(
            self.reporter.open(
                replace(SESSION, transport=transport, families=frozenset((family,))),
                self.scene.nhib.entries(),
            )
        )

    def play(self, source, most):
        now_ns = S
        while len(batch := source.drain(most)):
            now_ns = max(now_ns, int(batch["time_ns"][-1]))
            changes = self.scene.manager.events(batch).changes
            self.hear(self.reporter.report(self.gate.sift(changes, now_ns, telling=True).changes))
            self.hear(self.reporter.report(self.gate.due(now_ns).changes))
        while (due_ns := self.gate.next_deadline()) is not None:
            self.hear(self.reporter.report(self.gate.due(max(now_ns, due_ns)).changes))
        return self

    def hear(self, said):
        for one in said:
            for part in (one.update.mp_unreach, one.update.mp_reach):
                for nlri in part.nlris if part is not None else ():
                    octets = nlri.encode()
                    if part is one.update.mp_reach:
                        self.peer[octets[-4:] if len(octets) == 5 else octets] = octets
                    else:
                        self.peer.pop(octets[-4:] if len(octets) == 5 else octets, None)

    def all(self):
        view = self.reporter.view()
        return self.peer, view.told, self.scene.nhib.entries()


@pytest.mark.parametrize("transport", [Transport.NH_REACH, Transport.BGP_LS])
@pytest.mark.parametrize("bounce_ns", [0, S])
@settings(max_examples=40, deadline=None)
@given(rows=streams(), piece=st.integers(1, 64))
def test_the_peer_knows_the_same_in_the_end(transport, bounce_ns, rows, piece):
    single, together = Ring(), Ring(piece)
    for ring in (single, together):
        ring.put(*(row(*one) for one in rows))
    one_by_one = Told(transport, bounce_ns).play(single, 1)
    assert Told(transport, bounce_ns).play(UrgentFirst(together), 256).all() == one_by_one.all()


def test_a_storm_is_told_in_as_few_messages_as_hold_it():
    ring = Ring()
    ring.put(*(row(number, 2, 3) for number in range(1, 33)), *(row(number, 3, 1) for number in range(1, 33)))
    told = Told(Transport.NH_REACH, 0)
    before = told.reporter.view().updates
    told.play(UrgentFirst(ring), 32)
    assert set(told.reporter.view().told.values()) == {Reachability.DOWN}
    assert told.reporter.view().updates == before + 2
