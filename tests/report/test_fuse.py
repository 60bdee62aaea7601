# SPDX-License-Identifier: Apache-2.0
"""The fuse: reports of Down wait when nearly all next hops of a port fall silent at once, and never else."""

from dataclasses import dataclass, field
from ipaddress import ip_address

import pytest

from bfd_fastpath.nhib import BfdState, Change, Observation, Reachability, Reason
from bfd_fastpath.report.fuse import Fuse, FusePolicy

DOWN, UP, UNKNOWN = Reachability.DOWN, Reachability.UP, Reachability.UNKNOWN
MS = 1_000_000
NOW = 10_000 * MS
HOPS = [ip_address(f"198.51.100.{number}") for number in range(1, 51)]


@dataclass
class Heard:
    up: int
    late: int = 0
    fallen: int = 1
    silent: int = 1


@dataclass
class Ports:
    """Port 0 has all next hops but the last, which is on port 1."""

    answers: dict[int, Heard]
    asked: list[tuple[int, int]] = field(default_factory=list)

    def port_of(self, address):
        if address not in HOPS:
            return None
        return 1 if address == HOPS[-1] else 0

    def hellos(self, port, within_us):
        self.asked.append((port, within_us))
        return self.answers[port]


def down(address, time_ns=NOW):
    """After 150 ms of silence."""
    seen = Observation(
        BfdState.DOWN,
        BfdState.UP,
        diagnostic=1,
        last_hello_ns=time_ns - 151 * MS,
        deadline_ns=time_ns - MS,
    )
    return Change(address, UP, DOWN, Reason.SESSION_DOWN, time_ns, seen)


def other(address, new, old=DOWN):
    return Change(address, old, new, Reason.ASKED, NOW)


def fuse(heard, policy=None, more=None):
    return Fuse(Ports({0: heard} | ({1: more} if more else {})), policy)


def test_a_port_that_falls_silent_holds_reports_for_one_detection_time():
    one = fuse(Heard(up=9, late=9))
    passed, (blown,) = one.sift([down(HOPS[0])], NOW, telling=True)
    assert passed == []
    assert (blown.port, blown.next_hops, blown.missing, blown.until_ns) == (0, 10, 10, NOW + 150 * MS)
    assert one.next_deadline() == one.holds(HOPS[0]) == NOW + 150 * MS
    # The others follow within the interval, and the port is not asked again.
    assert one.sift([down(hop, NOW + MS) for hop in HOPS[1:9]], NOW + MS, telling=True) == ([], [])
    assert one._ports.asked == [(0, 150_000)]
    assert one.due(NOW + 149 * MS) == ([], [])
    changes, (mended,) = one.due(NOW + 150 * MS)
    assert {change.address for change in changes} == set(HOPS[:9])
    assert (mended.reported, mended.spared) == (9, 0)
    assert (one.next_deadline(), one.blown(), one.count) == (None, [], 1)


@pytest.mark.parametrize(
    ("heard", "why"),
    [
        (Heard(up=40, late=0), "one fails alone"),
        (Heard(up=9, late=7), "8 of 10 are no more than 80 %"),
        (Heard(up=8, late=8), "9 are fewer than 10"),
        (Heard(up=9, late=9, fallen=3, silent=0), "those that said Down were heard"),
    ],
)
def test_what_does_not_blow_it(heard, why):
    one, change = fuse(heard), down(HOPS[0])
    assert one.sift([change], NOW, telling=True) == ([change], []), why


def test_share_and_least_number_are_configured():
    policy = FusePolicy(share=0.5, at_least=2, hold_ns=7 * MS)
    passed, (blown,) = fuse(Heard(up=3, late=2), policy).sift([down(HOPS[0])], NOW, telling=True)
    assert (passed, blown.until_ns) == ([], NOW + 7 * MS)
    change = down(HOPS[0])
    assert fuse(Heard(up=3, late=1), policy).sift([change], NOW, telling=True) == ([change], [])


@pytest.mark.parametrize(("policy", "telling"), [(FusePolicy(enabled=False), True), (FusePolicy(), False)])
def test_off_or_with_no_session_to_report_over_nothing_is_held(policy, telling):
    one, change = fuse(Heard(up=20, late=20), policy), down(HOPS[0])
    assert one.sift([change], NOW, telling=telling) == ([change], [])


def test_other_ports_and_other_news_pass():
    one = fuse(Heard(up=20, late=20), more=Heard(up=20))
    elsewhere = down(HOPS[-1])
    passed, blown = one.sift([down(HOPS[0]), elsewhere, other(HOPS[2], UP)], NOW, telling=True)
    assert passed == [elsewhere, other(HOPS[2], UP)]
    assert [found.port for found in blown] == [0]


@pytest.mark.parametrize("new", [UP, UNKNOWN, None])
def test_what_came_back_or_is_no_failure_any_more_is_spared(new):
    one = fuse(Heard(up=20, late=20))
    one.sift([down(HOPS[0]), down(HOPS[1])], NOW, telling=True)
    assert one.sift([other(HOPS[0], new)], NOW + MS, telling=True) == ([other(HOPS[0], new)], [])
    assert one.holds(HOPS[0]) is None
    changes, (mended,) = one.due(NOW + 150 * MS)
    assert [change.address for change in changes] == [HOPS[1]]
    assert (mended.reported, mended.spared) == (1, 1)


def test_it_may_blow_again_and_a_fuse_switched_off_lets_go_at_once():
    one = fuse(Heard(up=20, late=20))
    one.sift([down(HOPS[0])], NOW, telling=True)
    one.due(NOW + 150 * MS)
    one.sift([down(HOPS[1], NOW + 200 * MS)], NOW + 200 * MS, telling=True)
    assert one.count == 2
    one.set_policy(FusePolicy(enabled=False))
    assert one.next_deadline() == 0
    changes, _ = one.due(NOW + 201 * MS)
    assert [change.address for change in changes] == [HOPS[1]]
