# SPDX-License-Identifier: Apache-2.0
"""A LAN in virtual time: who hears whom, sessions on it, and what is told of them."""

import numpy
import pytest

import pydp
from pydp.errors import InvalidArgumentError, NotFoundError
from pydp.lan import Lan
from pydp.states import Diagnostic, EventType, State

SECOND_NS = 1_000_000_000


@pytest.fixture
def lan():
    with Lan(4, switches=2, delay_ns=50_000, seed=7) as made:
        yield made


def meet(lan, one, other, **timers):
    return lan.session(one, other, **timers), lan.session(other, one, **timers)


def drain(lan, until_ns):
    """All events to that time, as copies."""
    found = []
    while lan.now_ns < until_ns or not found:
        found += list(lan.run(until_ns).copy())
        if lan.now_ns >= until_ns:
            return found
    return found


def states(events, session):
    return [
        int(one["new_state"])
        for one in events
        if one["session"] == session and one["type"] == EventType.STATE
    ]


def test_two_members_come_up_and_stay_up(lan):
    a, b = meet(lan, 0, 1)
    events = drain(lan, 5 * SECOND_NS)
    assert states(events, a)[-1] == states(events, b)[-1] == State.UP
    assert (a, b) == (0 * 4 + 1 + 1, 1 * 4 + 0 + 1)
    assert drain(lan, 600 * SECOND_NS) == []
    totals = lan.totals()
    assert (totals.sessions, totals.up, totals.lost) == (2, 2, 0)
    # A hello takes 0.75 to 1 s: 875 ms on average.
    assert 2 * 600 <= totals.sent <= 2 * 810


def test_a_member_that_loses_its_port_misses_everybody(lan):
    meet(lan, 0, 1)
    meet(lan, 0, 2)
    meet(lan, 1, 2)
    drain(lan, 10 * SECOND_NS)
    assert lan.hellos(0, 3_000_000) == pydp.Hellos(up=2, late=0, fallen=0, silent=0)
    lan.port(0, hears=False)
    drain(lan, 10 * SECOND_NS + 1_500_000_000)
    assert lan.hellos(0, 3_000_000) == pydp.Hellos(up=2, late=2, fallen=0, silent=0)
    drain(lan, 14 * SECOND_NS)
    assert lan.hellos(0, 3_000_000) == pydp.Hellos(up=0, late=0, fallen=2, silent=2)
    # The others were told that they are Down; they are heard, so they are not silent.
    assert lan.hellos(1, 3_000_000) == pydp.Hellos(up=1, late=0, fallen=1, silent=0)
    drain(lan, 20 * SECOND_NS)
    assert lan.hellos(0, 3_000_000).fallen == 0
    with pytest.raises(InvalidArgumentError, match="no member 4"):
        lan.hellos(4)


def test_silence_is_detected_after_the_detection_time(lan):
    a, b = meet(lan, 0, 1, desired_min_tx_us=300_000, required_min_rx_us=300_000)
    drain(lan, 10 * SECOND_NS)
    lan.link(0, 1, False)
    events = drain(lan, 20 * SECOND_NS)
    (down,) = [one for one in events if one["session"] == b and one["old_state"] == State.UP]
    assert down["local_diagnostic"] == Diagnostic.CONTROL_EXPIRY
    late_ns = int(down["time_ns"]) - int(down["last_rx_ns"]) - 900_000_000
    assert 0 <= late_ns < 40_000
    # The other end is still heard and hears of it.
    (told,) = [one for one in events if one["session"] == a and one["old_state"] == State.UP]
    assert told["local_diagnostic"] == Diagnostic.NEIGHBOR_DOWN
    lan.link(0, 1, True)
    assert states(drain(lan, 30 * SECOND_NS), a)[-1] == State.UP


def test_a_probe_finds_what_carries_frames(lan):
    whole = ~numpy.eye(4, dtype=bool)
    assert (lan.probe() == whole).all()
    lan.link(0, 1, False)
    lan.port(3, hears=False)
    lan.place(2, 1)
    lan.trunk(1, 0, False)
    broken = {(0, 1), (0, 3), (1, 3), (2, 3), (2, 0), (2, 1)}
    found = lan.probe()
    assert {(a, b) for a in range(4) for b in range(4) if a != b and not found[a, b]} == broken
    assert lan.now_ns == 0
    assert lan.totals().probes == 2 * 12


def test_hellos_go_the_way_of_probes(lan):
    """What a probe says is so for BFD: no session across what it found broken comes Up, every other one does."""
    lan.link(0, 1, False)
    lan.place(2, 1)
    lan.trunk(0, 1, False)
    for a in range(4):
        for b in range(4):
            if a != b:
                lan.session(a, b)
    drain(lan, 10 * SECOND_NS)
    found = lan.probe()
    up = {
        (a, b)
        for a in range(4)
        for b in range(4)
        if a != b and lan.look(a * 4 + b + 1)["new_state"] == State.UP
    }
    assert (
        up
        == {(a, b) for a in range(4) for b in range(4) if found[a, b] and found[b, a]}
        == {
            (0, 3),
            (3, 0),
            (1, 3),
            (3, 1),
        }
    )


def test_a_removed_session_says_admin_down_and_then_goes(lan):
    a, b = meet(lan, 0, 1)
    drain(lan, 5 * SECOND_NS)
    lan.remove(a)
    events = drain(lan, 20 * SECOND_NS)
    (down,) = [one for one in events if one["session"] == b and one["old_state"] == State.UP]
    assert down["remote_state"] == State.ADMIN_DOWN
    (gone,) = [one for one in events if one["type"] == EventType.REMOVED]
    assert gone["session"] == a
    assert lan.look(a) is None
    with pytest.raises(NotFoundError):
        lan.remove(a)


def test_a_member_that_crashed_comes_back_as_another(lan):
    a, b = meet(lan, 0, 1)
    drain(lan, 5 * SECOND_NS)
    before = int(lan.look(a)["local_discriminator"])
    lan.crash(0)
    assert lan.look(a) is None
    assert lan.session(0, 1) == a
    assert lan.look(a)["local_discriminator"] != before
    events = drain(lan, 20 * SECOND_NS)
    assert states(events, b)[0] == State.DOWN
    assert states(events, b)[-1] == State.UP


def test_the_same_seed_gives_the_same_events():
    def play(seed):
        with Lan(3, delay_ns=1000, seed=seed) as lan:
            meet(lan, 0, 1), meet(lan, 0, 2)
            lan.run(SECOND_NS // 2)
            lan.link(1, 0, False)
            return numpy.concatenate(
                [lan.run(t * SECOND_NS, slice_ns=SECOND_NS).copy() for t in range(1, 20)]
            )

    assert (play(3) == play(3)).all()
    assert len(play(3)) != len(play(4)) or (play(3) != play(4)).any()


def test_events_that_do_not_fit_wait():
    with Lan(8, delay_ns=1000, capacity=4) as lan:
        for a in range(8):
            for b in range(8):
                if a != b:
                    lan.session(a, b)
        seen = set()
        while lan.now_ns < 10 * SECOND_NS:
            batch = lan.run(10 * SECOND_NS)
            assert len(batch) <= 4
            seen |= {int(one["session"]) for one in batch if one["new_state"] == State.UP}
        assert len(seen) == lan.totals().up == 56


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda lan: Lan(1), "members 1 is not in 2 to 4096"),
        (lambda lan: Lan(2, switches=65), "switches 65"),
        (lambda lan: Lan(2, delay_ns=2 * SECOND_NS), "more than a second"),
        (lambda lan: lan.place(4, 0), "there is no member 4: the LAN has 4"),
        (lambda lan: lan.place(0, 2), "there is no switch 2"),
        (lambda lan: lan.link(1, 1, False), "no pair"),
        (lambda lan: lan.session(0, 9), "there is no member 9"),
        (lambda lan: lan.session(0, 1, multiplier=0), "multiplier is 0"),
        (lambda lan: lan.session(0, 1, desired_min_tx_us=0), "desired_min_tx_us is 0"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(lan, call, text):
    with pytest.raises(InvalidArgumentError, match=text):
        call(lan)


def test_a_closed_lan_says_so(lan):
    lan.close()
    lan.close()
    with pytest.raises(pydp.PydpError):
        lan.probe()
