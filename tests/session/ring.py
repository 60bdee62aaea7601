# SPDX-License-Identifier: Apache-2.0
"""An engine's event ring without an engine, and what may come out of one."""

from ipaddress import ip_address

import numpy
from hypothesis import strategies as st

from bfd_fastpath.nhib import BfdState
from bfd_fastpath.session import EventType
from pydp.events import EVENT_DTYPE
from tests.session.scene import S

ADMIN_DOWN, DOWN, INIT, UP = BfdState
MS = 1_000_000
HOPS = [ip_address(f"198.51.100.{number}") for number in range(2, 34)]


class Ring:
    """Gives records as they are put in, `piece` at a time at most."""

    fd = 7

    def __init__(self, piece=1 << 20):
        self.piece = piece
        self.rows = numpy.empty(0, dtype=EVENT_DTYPE)
        self.armed = 0

    def put(self, *rows):
        self.rows = numpy.concatenate([self.rows, *(row.reshape(-1) for row in rows)])

    def arm(self):
        self.armed += 1
        return bool(len(self.rows))

    def drain(self, most):
        most = min(most, self.piece)
        given, self.rows = self.rows[:most], self.rows[most:]
        return given


def row(session, old, new, time_ns=S, type_=EventType.STATE, remote=DOWN, **more):
    made = numpy.zeros(1, dtype=EVENT_DTYPE)
    fields = {"session": session, "time_ns": time_ns, "type": type_, "old_state": old, "new_state": new}
    for name, value in (fields | {"remote_state": remote, "neighbour_state": 1} | more).items():
        made[name] = value
    return made[0]


STEPS = {DOWN: (INIT, UP, ADMIN_DOWN), INIT: (UP, DOWN), UP: (DOWN, INIT, ADMIN_DOWN), ADMIN_DOWN: (DOWN,)}


@st.composite
def streams(draw):
    """What an engine tells of its sessions, in the order in which it happens: row()'s arguments."""
    state = dict.fromkeys(range(1, len(HOPS) + 1), DOWN)
    rows = []
    for number in range(draw(st.integers(20, 120))):
        session = draw(st.sampled_from(sorted(state)))
        time_ns = S + number * draw(st.sampled_from((MS, 20 * MS)))
        old = state[session]
        kind = draw(st.sampled_from((EventType.STATE,) * 6 + (EventType.TIMERS, EventType.REMOTE)))
        remote = draw(st.sampled_from((DOWN, INIT, UP, ADMIN_DOWN)))
        if kind is EventType.STATE:
            new = state[session] = draw(st.sampled_from(STEPS[old]))
            rows.append((session, old, new, time_ns, kind, remote))
        else:
            new = remote if kind is EventType.REMOTE else old
            rows.append((session, DOWN, new, time_ns, kind, remote))
    return rows
