# SPDX-License-Identifier: Apache-2.0
"""What the watch tells of single-hop sessions: states, timers, silences, restarts."""

from pydp.ffi import lib
from tests.replay.crafting import (
    ADMIN_DOWN,
    DEMAND,
    DOWN,
    FINAL,
    INIT,
    MS,
    POLL,
    UP,
    A,
    B,
    Capture,
    bfd,
    datagram,
    ethernet,
)
from tests.replay.watching import address, watch


def come_up(capture: Capture, a: str = A, b: str = B, my: int = 1, other: int = 2) -> None:
    """Five packets: both Down, then Init and Up."""
    capture.say(a, b, bfd(my, 0, DOWN), after_us=10 * MS)
    capture.say(b, a, bfd(other, my, INIT), after_us=10 * MS)
    capture.say(a, b, bfd(my, other, UP), after_us=10 * MS)
    capture.say(b, a, bfd(other, my, UP), after_us=10 * MS)


def hellos(capture: Capture, count: int, a: str = A, b: str = B, my: int = 1, other: int = 2) -> None:
    for _ in range(count):
        capture.say(a, b, bfd(my, other, UP), after_us=25 * MS)
        capture.say(b, a, bfd(other, my, UP), after_us=25 * MS)


def test_both_ends_come_up_and_each_change_is_told_with_its_packet() -> None:
    capture = Capture()
    come_up(capture)
    hellos(capture, 10)
    seen = watch(capture.pcap())
    assert seen.story == [
        (1, "session", 0, 0),
        (1, "first", 0, 0),
        (2, "first", 0, 1),
        (3, "state", 0, 0),
        (4, "state", 0, 1),
    ]
    states = [(e.old_state, e.new_state, e.other_state) for e in seen.told("state")]
    assert states == [(DOWN, UP, INIT), (INIT, UP, UP)]
    (session,) = seen.sessions
    assert [address(end.address, 4) for end in session.ends] == [A, B]
    assert [(end.first_state, end.state) for end in session.ends] == [(DOWN, UP), (INIT, UP)]
    assert [(end.packets, end.discriminator) for end in session.ends] == [(12, 1), (12, 2)]
    assert [(end.interval_us, end.detection_us) for end in session.ends] == [(50 * MS, 150 * MS)] * 2
    assert session.ends[0].up.count == 10
    assert abs(session.ends[0].up.p50_ns / 50e6 - 1) < 0.01
    assert session.ends[0].up.max_ns == 50_000_000
    assert (seen.totals.packets, seen.totals.single_hop, seen.totals.sessions) == (24, 24, 1)
    assert [p.session for p in seen.packets] == [0] * 24
    assert [p.number for p in seen.packets] == list(range(1, 25))


def test_a_silence_beyond_the_detection_time_is_late_and_one_within_is_not() -> None:
    capture = Capture()
    come_up(capture)
    hellos(capture, 3)
    within = capture.say(A, B, bfd(1, 2, UP), after_us=100 * MS)
    capture.say(B, A, bfd(2, 1, UP))
    late = capture.say(A, B, bfd(1, 2, UP), after_us=151 * MS)
    seen = watch(capture.pcap())
    (event,) = seen.told("late")
    assert within < event.number == late
    assert (event.gap_ns, event.detection_ns, event.interval_ns) == (151_000_000, 150_000_000, 50_000_000)
    assert event.value == 150 * MS
    assert event.other_gap_ns == 151_000_000
    assert [end.late for end in seen.sessions[0].ends] == [1, 0]
    assert seen.sessions[0].ends[0].up.max_packet == late


def test_a_silence_that_ends_with_another_state_is_late_and_in_no_histogram() -> None:
    capture = Capture()
    come_up(capture)
    hellos(capture, 3)
    capture.say(A, B, bfd(1, 0, DOWN, diagnostic=1), after_us=500 * MS)
    seen = watch(capture.pcap())
    assert [(e.number, e.end) for e in seen.told("late", "state")[2:]] == [(11, 0), (11, 0)]
    assert seen.sessions[0].ends[0].up.max_ns == 50_000_000
    assert seen.told("state")[-1].diagnostic == 1


def test_no_end_is_late_that_was_not_up() -> None:
    capture = Capture()
    capture.say(A, B, bfd(1, 0, DOWN))
    capture.say(A, B, bfd(1, 0, DOWN), after_us=900 * MS)
    capture.say(A, B, bfd(1, 0, ADMIN_DOWN), after_us=900 * MS)
    capture.say(A, B, bfd(1, 0, ADMIN_DOWN), after_us=900 * MS)
    seen = watch(capture.pcap())
    assert not seen.told("late")
    end = seen.sessions[0].ends[0]
    assert (end.rest.count, end.up.count) == (2, 0)


def test_one_direction_alone_is_judged_by_the_senders_own_words() -> None:
    capture = Capture()
    for _ in range(5):
        capture.say(A, B, bfd(1, 2, UP), after_us=50 * MS)
    capture.say(A, B, bfd(1, 2, UP), after_us=151 * MS)
    seen = watch(capture.pcap())
    (late,) = seen.told("late")
    assert (late.number, late.value, late.detection_ns, late.interval_ns) == (6, 150 * MS, 0, 0)
    first, other = seen.sessions[0].ends
    assert (first.packets, first.interval_us, first.detection_us) == (6, 0, 0)
    assert (other.first_packet, other.packets, address(other.address, 4)) == (0, 0, B)


def test_intervals_are_negotiated_from_both_ends() -> None:
    capture = Capture()
    capture.say(A, B, bfd(1, 2, UP, tx=100 * MS, rx=300 * MS, multiplier=5))
    capture.say(B, A, bfd(2, 1, UP, tx=200 * MS, rx=50 * MS, multiplier=3))
    a, b = watch(capture.pcap()).sessions[0].ends
    assert (a.interval_us, b.interval_us) == (100 * MS, 300 * MS)
    assert a.detection_us == 3 * 300 * MS, (
        "B's multiplier, and the larger of A's RequiredMinRx and B's DesiredMinTx"
    )
    assert b.detection_us == 5 * 100 * MS


def test_another_discriminator_is_a_restart_of_the_same_session() -> None:
    capture = Capture()
    come_up(capture)
    hellos(capture, 2)
    capture.say(B, A, bfd(77, 0, DOWN), after_us=10 * MS)
    seen = watch(capture.pcap())
    (restart,) = seen.told("restart")
    assert (restart.end, restart.value, restart.my_discriminator) == (1, 2, 77)
    assert (seen.totals.sessions, seen.sessions[0].ends[1].discriminator) == (1, 77)


def test_two_routers_with_one_discriminator_are_two_sessions() -> None:
    capture = Capture()
    come_up(capture)
    come_up(capture, "192.0.2.3", "192.0.2.4", 1, 2)
    come_up(capture, A, "192.0.2.4", 1, 2)
    seen = watch(capture.pcap())
    assert seen.totals.sessions == 3
    assert not seen.told("restart", "paired")


def test_ipv6_and_ipv4_are_two_sessions() -> None:
    capture = Capture()
    come_up(capture)
    come_up(capture, "2001:db8::1", "2001:db8::2")
    seen = watch(capture.pcap())
    assert [s.family for s in seen.sessions] == [4, 6]
    assert [address(end.address, 6) for end in seen.sessions[1].ends] == ["2001:db8::1", "2001:db8::2"]
    assert [end.state for end in seen.sessions[1].ends] == [UP, UP]


def test_a_timer_change_is_told_and_a_lowered_required_min_rx_waits_for_the_poll() -> None:
    capture = Capture()
    come_up(capture)
    hellos(capture, 2)
    lowered = bfd(1, 2, UP, rx=20 * MS, flags=POLL)
    capture.say(A, B, lowered, after_us=25 * MS)
    waiting = watch(capture.pcap())
    assert waiting.sessions[0].ends[0].detection_us == 150 * MS
    capture.say(B, A, bfd(2, 1, UP, tx=20 * MS, flags=FINAL), after_us=MS)
    done = watch(capture.pcap())
    assert done.sessions[0].ends[0].detection_us == 3 * 20 * MS
    assert [(e.end, e.required_min_rx_us, e.desired_min_tx_us) for e in done.told("timers")] == [
        (0, 20 * MS, 50 * MS),
        (1, 50 * MS, 20 * MS),
    ]
    assert [(end.polls, end.finals) for end in done.sessions[0].ends] == [(1, 0), (0, 1)]


def test_a_poll_whose_answer_was_not_captured_ends_with_the_next_plain_packet() -> None:
    capture = Capture()
    come_up(capture)
    capture.say(B, A, bfd(2, 1, UP, tx=20 * MS), after_us=MS)
    capture.say(A, B, bfd(1, 2, UP, rx=20 * MS, flags=POLL), after_us=MS)
    assert watch(capture.pcap()).sessions[0].ends[0].detection_us == 150 * MS
    capture.say(A, B, bfd(1, 2, UP, rx=20 * MS), after_us=MS)
    assert watch(capture.pcap()).sessions[0].ends[0].detection_us == 60 * MS


def test_a_raised_required_min_rx_is_in_force_at_once() -> None:
    capture = Capture()
    come_up(capture)
    capture.say(A, B, bfd(1, 2, UP, rx=200 * MS, flags=POLL), after_us=MS)
    assert watch(capture.pcap()).sessions[0].ends[0].detection_us == 600 * MS


def test_no_hello_is_due_where_the_other_end_asked_for_silence() -> None:
    for quiet in ({"flags": DEMAND}, {"rx": 0}):
        capture = Capture()
        come_up(capture)
        capture.say(B, A, bfd(2, 1, UP, **quiet), after_us=MS)  # type: ignore[arg-type]
        capture.say(A, B, bfd(1, 2, UP), after_us=900 * MS)
        assert not watch(capture.pcap(), long_gap_permille=1500).told("late", "gap"), quiet
        capture.say(B, A, bfd(2, 1, UP), after_us=MS)
        capture.say(A, B, bfd(1, 2, UP), after_us=900 * MS)
        assert [e.end for e in watch(capture.pcap()).told("late")][-1] == 0


def test_a_long_gap_is_told_when_asked_for() -> None:
    capture = Capture()
    come_up(capture)
    hellos(capture, 2)
    capture.say(A, B, bfd(1, 2, UP), after_us=70 * MS)
    seen = watch(capture.pcap(), long_gap_permille=1500)
    assert [(e.number, e.gap_ns) for e in seen.told("gap")] == [(9, 95_000_000)]
    assert not watch(capture.pcap()).told("gap")
    assert not watch(capture.pcap(), long_gap_permille=2000).told("gap")


def test_another_diagnostic_in_the_same_state_is_told() -> None:
    capture = Capture()
    capture.say(A, B, bfd(1, 0, DOWN))
    capture.say(A, B, bfd(1, 0, DOWN, diagnostic=5), after_us=MS)
    (event,) = watch(capture.pcap()).told("diagnostic")
    assert (event.number, event.diagnostic) == (2, 5)


def test_vlans_and_interfaces_keep_sessions_apart() -> None:
    capture = Capture()
    packet = bfd(1, 0, DOWN)
    for vlans in ((), (10,), (20,), (5, 20)):
        capture.say(A, B, packet, vlans=vlans)
    capture.say(A, B, packet, interface=1)
    seen = watch(capture.pcapng())
    assert [(s.interface, s.vlan) for s in seen.sessions] == [(0, 0), (0, 10), (0, 20), (1, 0)]
    assert [p.vlans for p in seen.packets] == [0, 1, 1, 2, 0]
    assert [(i.name.rstrip(b"\0"), i.packets) for i in seen.interfaces] == [(b"eth0", 4), (b"eth1", 1)]


def test_a_stamp_that_runs_backwards_is_taken_as_the_one_before() -> None:
    capture = Capture()
    come_up(capture)
    capture.say(A, B, bfd(1, 2, UP), after_us=50 * MS)
    capture.say(A, B, bfd(1, 2, UP), after_us=-200 * MS)
    capture.say(A, B, bfd(1, 2, UP), after_us=240 * MS)
    seen = watch(capture.pcap())
    assert seen.totals.backwards == 1
    assert [p.gap_ns for p in seen.packets[-2:]] == [0, 40_000_000]
    times = [p.time_ns for p in seen.packets]
    assert times == sorted(times)
    assert seen.totals.last_ns == times[-1]


def test_a_capture_may_begin_at_time_0() -> None:
    capture = Capture(start_us=0)
    for _ in range(3):
        capture.say(A, B, bfd())
        capture.now_us += 10
    seen = watch(capture.pcap())
    assert (seen.totals.first_ns, seen.totals.last_ns) == (0, 20_000)


def test_a_gap_of_nothing_is_not_the_gap_before_a_first_packet() -> None:
    capture = Capture()
    for who, state in ((A, DOWN), (A, DOWN), (B, DOWN), (A, INIT)):
        capture.say(who, B if who == A else A, bfd(1 if who == A else 2, 1, state))
    seen = watch(capture.pcap())
    never = lib.PYDP_REPLAY_NEVER
    assert [p.gap_ns for p in seen.packets] == [never, 0, never, 0]
    told = [(e.number, e.gap_ns, e.other_gap_ns) for e in seen.told("first", "state")]
    assert told == [(1, never, never), (3, never, 0), (4, 0, 0)]


def test_a_packet_knows_where_its_octets_are() -> None:
    capture = Capture()
    frames = [ethernet(datagram(A, B, bfd(n + 1))) for n in range(3)]
    for frame in frames:
        capture.add(frame)
    data = capture.pcap()
    for packet, frame in zip(watch(data).packets, frames, strict=True):
        assert (packet.network_at, packet.payload_at, packet.captured) == (14, 42, len(frame))
    at = watch(data).packets[0].at
    assert data[at : at + len(frames[0])] == frames[0]
