# SPDX-License-Identifier: Apache-2.0
"""What an engine record becomes for observers, and for the JSON of a failure."""

from ipaddress import ip_address

from bfd_fastpath.router import engine_events
from bfd_fastpath.session import EventType
from tests.session.ledger import record

PEER = ip_address("192.0.2.7")


def state(**values):
    return engine_events.from_record(PEER, record(1, EventType.STATE, 2_000_000_000, **values))


def test_a_detection_carries_the_detection_time_that_expired():
    """The engine's record says 0, as none runs after it."""
    event = state(last_rx_ns=1_000_000_000, deadline_ns=1_150_000_000, detection_time_us=0)
    assert event.detection_time_us == 150_000


def test_a_change_by_the_peers_word_carries_the_detection_time_that_runs():
    event = state(last_rx_ns=1_000_000_000, deadline_ns=0, detection_time_us=150_000)
    assert event.detection_time_us == 150_000


def test_a_first_hello_has_no_detection_time_behind_it():
    assert state(last_rx_ns=0, deadline_ns=0, detection_time_us=0).detection_time_us == 0
