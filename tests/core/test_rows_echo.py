# SPDX-License-Identifier: Apache-2.0
"""Rows 89, 94, 110 and 129-133 of the RFC 5880 checklist: the Echo function. The oracle has no Echo, so this is the C core alone."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bfd_fastpath.wire.bfd import Diagnostic, NextHop, State
from tests.core.binding import ffi, lib
from tests.core.echoing import ECHO, MS, SECOND, Echoing
from tests.core.scene import US


def going(**fields: object) -> tuple[Echoing, int]:
    """An Up session whose echoes have come back for a second."""
    end = Echoing(**fields)  # type: ignore[arg-type]
    now = end.up()
    end.run(now, now + SECOND)
    return end, now + SECOND


def gaps(end: Echoing) -> list[int]:
    times = [time for time, _ in end.out]
    return [b - a for a, b in pairwise(times)]


def test_row_089_while_echoes_go_required_min_rx_is_a_second_by_a_poll() -> None:
    end = Echoing()
    now = end.up()
    assert end.sending
    end.tick(end.deadline)
    end.run(now, now + 50 * MS, hello=None)
    said = end.control[-1][1]
    assert (said.required_min_rx_us, said.poll) == (1_000_000, True)
    end.run(now + 50 * MS, now + 500 * MS)
    assert not end.session.packet().poll
    end.hear(now + 501 * MS, echo_rx=0)
    assert end.session.packet().required_min_rx_us == 50_000
    end.run(now + 501 * MS, now + 700 * MS, hello=None)
    assert end.control[-1][1].poll


def test_row_089_a_slower_wish_and_none_at_all_are_left_alone() -> None:
    for wish in (3_000_000, 0):
        end = Echoing(min_rx=wish)
        end.up()
        assert end.sending
        assert end.session.packet().required_min_rx_us == wish


@pytest.mark.parametrize("multiplier", [1, 2, 3, 20])
def test_row_094_130_missing_echoes_are_down_with_diagnostic_2(multiplier: int) -> None:
    end, now = going(multiplier=multiplier)
    sent = len(end.out)
    end.run(now, now + 5 * SECOND, rtt=None)
    assert end.down_at is not None
    missing = [time for time, _ in end.out[sent:]]
    assert len(missing) >= multiplier
    assert end.down_at == missing[0] + multiplier * ECHO * US
    assert (end.state, end.session.c.diagnostic) == (State.DOWN, Diagnostic.ECHO_FAILED)
    assert NextHop(end.session.c.nexthop) is NextHop.DEAD
    told = next(packet for time, packet in end.control if time == end.down_at)
    assert (told.state, told.diagnostic) == (State.DOWN, Diagnostic.ECHO_FAILED)


def test_row_094_one_that_comes_back_in_time_is_enough() -> None:
    end, now = going()
    for _ in range(20):
        end.run(now, now + 90 * MS, rtt=None)
        end.run(now + 90 * MS, now + 140 * MS)
        now += 140 * MS
    assert end.state is State.UP


def test_row_094_a_round_trip_of_several_intervals_is_no_loss() -> None:
    end = Echoing()
    now = end.up()
    end.run(now, now + 10 * SECOND, rtt=140 * MS)
    assert end.state is State.UP
    assert end.echo.rx_packets > 190
    assert end.echo.rtt_ns == 140 * MS


def test_row_094_a_worker_that_slept_blames_itself() -> None:
    """What it did not send cannot be missing: the multiplier's number must have gone and had time to return."""
    end, now = going()
    end.run(now, now + 40 * MS, rtt=None)
    end.hear(now + 10 * SECOND)
    end.tick(now + 10 * SECOND)
    assert end.state is State.UP
    sent = len(end.out)
    end.run(now + 10 * SECOND, now + 12 * SECOND, rtt=None)
    assert end.down_at is not None
    assert len(end.out) - sent >= 1
    assert end.down_at - end.out[-1][0] <= ECHO * US


def test_row_110_a_peer_that_says_0_is_sent_no_more() -> None:
    end, now = going()
    end.hear(now, echo_rx=0)
    assert not end.sending
    sent = len(end.out)
    end.run(now, now + 5 * SECOND)
    assert len(end.out) == sent
    assert end.state is State.UP


def test_row_110_132_the_hello_s_short_way_never_hides_it() -> None:
    """Octets 20 to 23 are not compared there, so such a session never takes it; without the feature it does."""
    end, now = going()
    for _ in range(10):
        end.hear(now)
    assert end.session.short_ways == 0
    end.session.c.features = 0
    for _ in range(3):
        end.hear(now)
    assert end.session.short_ways == 2


def test_row_129_an_echo_is_matched_to_its_session_and_no_other() -> None:
    a, now = going()
    b, _ = going(discriminator=0x45600001)
    a.tick(a.deadline)
    assert b.back(a.out[-1][1], now) == "echo-forged"
    assert a.back(a.out[-1][1], a.out[-1][0]) == ""


@given(st.integers(0, 255), st.integers(0, 31))
def test_row_129_whatever_is_changed_in_it_makes_it_a_forgery(value: int, at: int) -> None:
    end = Echoing()
    end.up()
    end.tick(end.deadline)
    ((time, payload),) = end.out
    changed = payload[:at] + bytes([value]) + payload[at + 1 :]
    assert end.back(changed, time + MS) == ("" if changed == payload else "echo-forged")


@given(st.binary(max_size=80))
def test_row_129_what_was_never_ours_is_a_forgery(payload: bytes) -> None:
    end = Echoing()
    now = end.up()
    assert end.back(payload, now) == "echo-forged"


def test_row_129_a_second_copy_is_refused_and_one_that_was_overtaken_too() -> None:
    end, now = going(desired=10_000, required=10_000)
    for _ in range(3):
        end.tick(end.deadline)
    first, second, third = end.out[-3:]
    now = third[0] + MS
    assert end.back(second[1], now) == ""
    assert end.back(second[1], now) == "echo-not-awaited"
    assert end.back(first[1], now) == "echo-not-awaited"
    assert end.back(third[1], now) == ""
    assert end.back(third[1], now) == "echo-not-awaited"


def test_row_129_an_echo_after_down_is_refused_also_when_echoes_go_again() -> None:
    end, now = going()
    end.tick(end.deadline)
    late = end.out[-1][1]
    end.hear(now + 60 * MS, State.DOWN)
    assert not end.sending
    assert end.back(late, now + 61 * MS) == "echo-not-awaited"
    end.hear(now + 62 * MS, State.DOWN)
    end.hear(now + 62 * MS, State.UP)
    assert end.state is State.UP
    assert end.sending
    assert end.back(late, now + 63 * MS) == "echo-not-awaited"


@pytest.mark.parametrize("heard", [State.DOWN, State.INIT, State.UP])
def test_row_131_no_echo_unless_up(heard: State) -> None:
    end = Echoing()
    end.hear(MS, State.DOWN)
    assert not end.sending
    end.hear(2 * MS, heard)
    assert end.sending == (end.state is State.UP)
    lib.bfd_session_admin_down(end.session.c, 7, 3 * MS, end.rng, end.session.actions)
    end.follow(3 * MS)
    assert not end.sending


def test_row_132_no_echo_unless_the_peer_wants_any() -> None:
    end = Echoing()
    now = end.up(echo_rx=0)
    end.run(now, now + SECOND)
    assert end.out == []
    end.hear(now + SECOND, echo_rx=20_000)
    end.run(now + SECOND, now + 2 * SECOND)
    assert len(end.out) > 15


def test_no_echo_unless_the_configuration_wants_any() -> None:
    end = Echoing(desired=0)
    now = end.up()
    end.run(now, now + SECOND)
    assert end.out == []
    end.desired = 10_000
    end.configure()
    end.follow(now + SECOND)
    end.run(now + SECOND, now + 2 * SECOND)
    assert end.out


@pytest.mark.parametrize(("desired", "theirs"), [(10_000, 50_000), (50_000, 10_000), (1, 40_000)])
@pytest.mark.parametrize("multiplier", [1, 3])
def test_row_133_echoes_go_no_faster_than_the_peer_wants_less_jitter(
    desired: int, theirs: int, multiplier: int
) -> None:
    end = Echoing(desired=desired, multiplier=multiplier)
    now = end.up(echo_rx=theirs)
    end.run(now, now + 20 * SECOND)
    slowest = max(desired, theirs) * US
    assert min(gaps(end)) >= slowest * 0.75
    assert max(gaps(end)) <= slowest * (0.9 if multiplier == 1 else 1)
    assert len(set(gaps(end))) > 50, "jitter for each"


def test_row_133_a_slower_wish_of_the_peer_holds_from_the_last_echo_on() -> None:
    end, now = going()
    last = end.out[-1][0]
    end.hear(now, echo_rx=400_000)
    end.run(now, now + 3 * SECOND)
    first = next(time for time, _ in end.out if time > now)
    assert first - last >= 300 * MS
    assert end.state is State.UP


def test_row_133_starting_and_stopping_sends_none_the_sooner() -> None:
    end, now = going()
    for step in range(100):
        end.hear(now + step * MS, echo_rx=0)
        end.hear(now + step * MS, echo_rx=ECHO)
        end.run(now + step * MS, now + (step + 1) * MS, hello=None)
    assert min(gaps(end)) >= ECHO * US * 0.75


def test_a_faster_wish_does_not_make_what_is_out_late() -> None:
    end, now = going(desired=10_000)
    end.hear(now, echo_rx=1_000_000)
    end.run(now, now + 900 * MS)
    end.hear(now + 901 * MS, echo_rx=10_000)
    end.run(now + 901 * MS, now + 3 * SECOND)
    assert end.state is State.UP
    assert end.down_at is None


def reflections(required: int, times: list[int]) -> list[int]:
    echo = ffi.new("struct bfd_echo *")
    lib.bfd_echo_init(echo)
    lib.bfd_echo_configure(echo, ffi.new("struct bfd_echo_config *", {"required_min_rx_us": required}))
    return [time for time in times if lib.bfd_echo_reflect(echo, time)]


def test_a_peer_s_echoes_are_reflected_as_fast_as_we_said() -> None:
    times = [SECOND + step * 37_500 * US for step in range(200)]
    assert reflections(50_000, times) == times, "75 % of the interval, always"
    assert reflections(0, times) == []


def test_what_the_peer_may_not_know_yet_is_reflected_as_before() -> None:
    """Else a peer would call the echoes lost that it sends before it hears our new Required Min Echo RX."""
    echo = ffi.new("struct bfd_echo *")
    lib.bfd_echo_init(echo)
    for required, tell, holds in ((50_000, True, 50_000), (50_000, False, 50_000), (20_000, True, 20_000)):
        assert (
            lib.bfd_echo_configure(
                echo, ffi.new("struct bfd_echo_config *", {"required_min_rx_us": required})
            )
            == tell
        )
        assert echo.reflect_us == holds
    for required in (90_000, 0):
        assert lib.bfd_echo_configure(
            echo, ffi.new("struct bfd_echo_config *", {"required_min_rx_us": required})
        )
        assert echo.reflect_us == 20_000
        lib.bfd_echo_told(echo)
        assert echo.reflect_us == required
        lib.bfd_echo_configure(echo, ffi.new("struct bfd_echo_config *", {"required_min_rx_us": 20_000}))
        assert echo.reflect_us == 20_000


@given(st.lists(st.integers(0, 300 * MS), max_size=200), st.integers(1, 100_000))
def test_and_never_much_faster(steps: list[int], required: int) -> None:
    times = [SECOND]
    for step in steps:
        times.append(times[-1] + step)
    passed = reflections(required, times)
    for i, start in enumerate(passed):
        for j, end in enumerate(passed[i:], start=i):
            assert (j - i + 1 - 3) * required * 750 <= end - start


def test_siphash_is_the_paper_s() -> None:
    """Appendix A of the paper: key 00..0f, message 00..0e."""
    key = ffi.new("struct siphash_key *", {"k0": 0x0706050403020100, "k1": 0x0F0E0D0C0B0A0908})
    assert lib.siphash(key, bytes(range(15)), 15) == 0xA129CA6149BE45E5
    assert lib.siphash(key, b"", 0) == 0x726FDB47DD0E0E31
