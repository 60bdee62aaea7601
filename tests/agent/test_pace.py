# SPDX-License-Identifier: Apache-2.0
"""When reloads begin, by a stepped clock."""

from bfd_fastpath.agent.pace import REST, Pace

MS = 1_000_000


def pace() -> Pace:
    return Pace(
        interval_ns=100 * MS, rest_most_ns=3_000 * MS, retry_first_ns=1_000 * MS, retry_most_ns=3_000 * MS
    )


def test_the_first_change_goes_at_once_and_later_ones_wait_together():
    one = pace()
    assert one.due_ns() is None
    one.change()
    assert one.due_ns() == 0
    one.begin()
    assert one.due_ns() is None
    one.change()
    one.change()
    assert one.due_ns() is None, "one at a time"
    one.succeeded(50 * MS)
    assert one.due_ns() == 150 * MS
    one.begin()
    one.succeeded(200 * MS)
    assert one.due_ns() is None, "both were in that one"


def test_after_a_quiet_time_a_change_goes_at_once_again():
    one = pace()
    one.change()
    one.begin()
    one.succeeded(0)
    one.change()
    due = one.due_ns()
    assert due is not None
    assert due <= 100 * MS


def test_a_long_reload_leaves_the_route_server_time_for_its_work():
    one = pace()
    one.change()
    one.begin()
    one.succeeded(1_000 * MS, took_ns=500 * MS)
    one.change()
    assert one.due_ns() == 1_000 * MS + REST * 500 * MS
    one.begin()
    one.succeeded(4_000 * MS, took_ns=2_000 * MS)
    one.change()
    assert one.due_ns() == 7_000 * MS, "but a change does not wait for ever"


def test_failures_are_tried_again_with_growing_waits():
    one = pace()
    one.change()
    waits = []
    for _ in range(4):
        one.begin()
        one.failed(0)
        waits.append(one.due_ns())
    assert waits == [1_000 * MS, 2_000 * MS, 3_000 * MS, 3_000 * MS]
    assert one.failures == 4
    one.begin()
    one.succeeded(0)
    assert (one.failures, one.due_ns()) == (0, None)


def test_who_leaves_does_not_wait():
    one = pace()
    one.change()
    one.begin()
    one.failed(5_000 * MS)
    one.hurry()
    assert one.due_ns() == 0
