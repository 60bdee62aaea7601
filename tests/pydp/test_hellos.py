# SPDX-License-Identifier: Apache-2.0
"""How the peers on a port are heard, all at once: who is late, who fell, and who of them by silence."""

import pytest

import pydp

pytestmark = pytest.mark.eal
MS = 1_000_000


def test_all_is_well(pair):
    pair.up()
    pair.run(500)
    assert pair.engines[0].sessions.hellos(0, 1_000_000) == pydp.Hellos(1, 0, 0, 0)


def test_one_missing_hello_is_late_and_a_detection_time_is_silence(pair):
    ours, _ = pair.up()
    pair.run(500)
    last = pair.engines[0].sessions.read(ours).last_rx_time_ns
    pair.ends[1].cut()
    pair.until(lambda: pair.now_ns > last + 50 * MS)
    assert pair.engines[0].sessions.hellos(0).up == 1
    pair.until(lambda: pair.engines[0].sessions.hellos(0) == pydp.Hellos(1, 1, 0, 0), 60)
    assert pair.now_ns - pair.engines[0].sessions.read(ours).last_rx_time_ns > 50 * MS
    pair.until(lambda: pair.state(0, ours) is not pydp.State.UP, 1000)
    assert pair.engines[0].sessions.hellos(0, 100_000) == pydp.Hellos(0, 0, 1, 1)
    pair.run(200)
    assert pair.engines[0].sessions.hellos(0, 100_000) == pydp.Hellos(0, 0, 0, 0)


def test_a_peer_that_said_down_was_heard(pair):
    ours, theirs = pair.up()
    pair.run(500)
    pair.engines[1].sessions.forwarding_reset(theirs)
    pair.until(lambda: pair.state(0, ours) is not pydp.State.UP, 1000)
    assert pair.engines[0].sessions.hellos(0, 1_000_000) == pydp.Hellos(0, 0, 1, 0)


def test_an_admin_down_is_no_failure_and_a_session_that_guards_nothing_does_not_count(pair):
    ours, _ = pair.up()
    pair.engines[0].sessions.upsert(pair.config(0, admin_down=True))
    pair.run(50)
    assert pair.state(0, ours) is pydp.State.ADMIN_DOWN
    assert pair.engines[0].sessions.hellos(0, 10_000_000) == pydp.Hellos(0, 0, 0, 0)
    pair.engines[0].sessions.upsert(pair.config(0, guards_next_hop=False))
    pair.until(lambda: pair.state(0, ours) is pydp.State.UP)
    assert pair.engines[0].sessions.hellos(0, 10_000_000) == pydp.Hellos(0, 0, 0, 0)


def test_a_port_that_is_not_attached(pair):
    with pytest.raises(pydp.InvalidArgumentError, match="port 7 is not attached"):
        pair.engines[0].sessions.hellos(7)
