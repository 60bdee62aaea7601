# SPDX-License-Identifier: Apache-2.0
"""What is seen of a batch is what its records say."""

import numpy
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.nhib import BfdState, Neighbour, Observation, Slot
from bfd_fastpath.session import EventRecord, EventType, Records, strangers
from pydp.events import EVENT_DTYPE
from tests.session.ledger import batch

NEIGHBOURS = [
    Neighbour.INCOMPLETE,
    Neighbour.REACHABLE,
    Neighbour.STALE,
    Neighbour.STATIC,
    Neighbour.FAILED,
]
NARROW = {"flags": 1, "nexthop_state": 2, "old_nexthop_state": 2, "neighbour_state": 4} | dict.fromkeys(
    ("old_state", "new_state", "remote_state"), 3
)


@st.composite
def records(draw):
    fields = {}
    for name in EventRecord.__slots__:
        width = EVENT_DTYPE[name].itemsize
        fields[name] = draw(st.integers(0, NARROW.get(name, 2 ** (8 * width) - 1)))
    fields["type"] = draw(st.sampled_from([one for one in EventType if one is not EventType.UNSOLICITED]))
    fields["last_rx_ns"] = draw(st.sampled_from((0, fields["last_rx_ns"])))
    return EventRecord(**fields)


def said(record):
    """Read off struct pydp_event's comments."""
    new = BfdState(record.new_state)
    return Observation(
        state=new,
        old_state=BfdState(record.old_state) if record.type == EventType.STATE else new,
        remote_state=BfdState(record.remote_state),
        diagnostic=record.local_diagnostic,
        remote_diagnostic=record.remote_diagnostic,
        neighbour=NEIGHBOURS[record.neighbour_state],
        slot=Slot(record.nexthop_state),
        last_hello_ns=None if record.last_rx_ns == 0 else record.last_rx_ns,
        deadline_ns=None if record.deadline_ns == 0 else record.deadline_ns,
        detection_time_us=record.detection_time_us,
        poll_gap_us=record.poll_gap_us,
        reread=record.reread,
    )


@given(st.lists(records(), min_size=1, max_size=8))
def test_what_is_seen_is_what_the_records_say(rows):
    found = Records(batch(rows))
    assert list(found) == [found[number] for number in range(len(rows))] == rows
    assert list(found.observations()) == [(one.session, one.type, one.time_ns, said(one)) for one in rows]


def test_what_strangers_told_is_not_among_them_and_the_ring_may_overwrite_it():
    ring = numpy.zeros(3, dtype=EVENT_DTYPE)
    ring["type"] = [EventType.STATE, EventType.UNSOLICITED, EventType.STATE]
    ring["session"] = [1, 0, 2]
    found, whole = Records(ring), Records(ring[[0, 2]])
    ring["session"] = 9
    assert [one.session for one in found] == [one.session for one in whole] == [1, 2]
    assert strangers(ring[:1]) == []
