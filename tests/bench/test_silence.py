# SPDX-License-Identifier: Apache-2.0
"""Who says Down when its peer falls silent: what the cable is read as, and real daemons beside our engine."""

import socket
import subprocess
from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from scapy.contrib.bfd import BFD
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.document import Row, Skipped, Verdict
from bfd_fastpath.bench.gaps import Gaps
from bfd_fastpath.bench.suites.envelope import daemons
from bfd_fastpath.bench.suites.silence import rows
from bfd_fastpath.bench.suites.silence.far import Watch
from bfd_fastpath.bench.suites.silence.tap import Passed, Tap
from bfd_fastpath.bench.suites.silence.turns import US, Detection, Plan, measured

PEER = IPv4Address("10.16.0.7")
#: RFC 5880 4.1.
DOWN, UP = 1, 3
EXPIRED, SIGNALED = 1, 3
PLAN = Plan(sessions=20, interval_ms=50, silent=10, rounds=2, cpu=0, far_cpu=1)


def hello(ms, *, peer=PEER):
    return Passed(ms * 1_000_000, True, peer, UP, 0)


def down(ms, *, peer=PEER, diagnostic=EXPIRED):
    return Passed(ms * 1_000_000, False, peer, DOWN, diagnostic)


def seen(silent, *frames):
    watch = Watch(150_000)
    for peer in silent:
        watch.silent(peer)
    for frame in frames:
        watch.passed(frame)
    return watch.seen.late_us, watch.seen.others


def test_a_down_is_late_by_what_is_beyond_the_last_hello_and_the_detection_time():
    assert seen([PEER], hello(10), hello(50), down(203)) == ([3000.0], 0)


def test_only_the_first_down_packet_of_a_session_counts():
    assert seen([PEER], hello(50), down(201), down(1150)) == ([1000.0], 0)


@pytest.mark.parametrize(
    ("silent", "frames"),
    [
        ([], [hello(50), down(201)]),
        ([PEER + 1], [hello(50), down(201)]),
        ([PEER], [hello(50), down(201, diagnostic=SIGNALED)]),
        ([PEER], [hello(50, peer=PEER + 1), down(201)]),
    ],
)
def test_a_down_that_no_silence_explains_is_counted_apart(silent, frames):
    assert seen(silent, *frames) == ([], 1)


@pytest.mark.root
def test_the_cable_tells_our_hellos_and_down_packets_alone():
    def frame(state, port=3784):
        bfd = BFD(version=1, sta=state, diag=EXPIRED if state == DOWN else 0)
        return bytes(
            Ether() / IP(src="127.0.0.2", dst="127.0.0.3", ttl=255) / UDP(sport=49152, dport=port) / bfd
        )

    with Tap("lo") as tap, socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind(("lo", 0))
        for octets in (frame(UP), frame(DOWN, port=4784), frame(DOWN)):
            sender.send(octets)
        # On lo each frame goes out and comes in.
        own, other = IPv4Address("127.0.0.2"), IPv4Address("127.0.0.3")
        found = [one for one in tap.passed() if one.peer in (own, other)]
    assert [(one.ours, one.peer, one.state, one.diagnostic) for one in found] == [
        (True, own, UP, 0),
        (True, own, DOWN, EXPIRED),
        (False, other, DOWN, EXPIRED),
    ]
    assert found[0].time_ns <= found[1].time_ns <= found[2].time_ns


@pytest.mark.root
@pytest.mark.interop("frr", "bird")
def test_every_silent_peer_is_seen_by_everybody_and_nothing_is_left():
    spaces = subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True).stdout.split()
    found = measured(PLAN, [US, "FRR bfdd", "BIRD"])
    assert set(found) == {US, "FRR bfdd", "BIRD"}
    for name, one in found.items():
        assert (name, one.doubts, [len(each) for each in one.rounds_us]) == (name, [], [10, 10])
        assert (name, len(one.engine_gaps)) == (name, 2 if name == US else 0)
        assert len(one.far_gaps) == 2
    after = subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in after if name.startswith("bfd-silent-")] == [
        name for name in spaces if name.startswith("bfd-silent-")
    ]


def test_a_peer_that_is_missing_is_skipped_with_the_command_that_installs_it(monkeypatch):
    asked = []

    def measure(plan, names):
        asked.extend(names)
        return dict.fromkeys(names, OURS)

    monkeypatch.setattr(rows, "measured", measure)
    monkeypatch.setattr(daemons, "possible", lambda: True)
    monkeypatch.setattr(
        daemons, "missing", lambda: {"BIRD": ("it is not installed", "apt-get install bird2")}
    )
    skipped, middle, last = rows.rows(Asked())
    assert isinstance(skipped, Skipped)
    assert (skipped.what.split(":")[0], skipped.install) == ("BIRD", "apt-get install bird2")
    assert asked == [US, "FRR bfdd"]
    assert [set(row.peers) for row in (middle, last) if isinstance(row, Row)] == [{"FRR bfdd"}] * 2


def test_without_root_nothing_is_begun(monkeypatch):
    monkeypatch.setattr(daemons, "possible", lambda: False)
    assert {one.install for one in rows.rows(Asked()) if isinstance(one, Skipped)} == {"sudo"}


GAPS = Gaps((5, 2), 3000)
OURS = Detection([[10.0] * 9 + [30.0]] * 2, [], 0.5, [GAPS] * 2, [GAPS] * 2)
OTHER = Detection([[20.0] * 9 + [900.0]] * 2, [], 1.5, [GAPS] * 2)


def test_a_round_is_a_window_of_everybody():
    middle, last = rows.told(PLAN, {US: OURS, "BIRD": OTHER})
    assert isinstance(middle, Row)
    assert isinstance(last, Row)
    assert (middle.ours.windows, middle.peers["BIRD"].windows) == ((10.0, 10.0), (20.0, 20.0))
    assert last.peers["BIRD"].median > 800
    assert last.detail["cdf"][-1] == [30.0, 1.0]
    assert last.detail["peers-cdf"]["BIRD"][-1] == [900.0, 1.0]
    assert last.detail["seen"] == {US: 20, "BIRD": 20}
    for row in (middle, last):
        assert row.detail["waited-ms"] == {US: 0.5, "BIRD": 1.5}
        assert row.detail["poll-gap"]["counts"] == [10, 4]
        assert row.detail["far-poll-gap"]["counts"] == [20, 8]
    assert middle.verdict is last.verdict is Verdict.OK


def test_a_flap_takes_the_verdict_of_all():
    flapped = replace(OTHER, doubts=["2 sessions went Down that were not silenced"])
    for row in rows.told(PLAN, {US: OURS, "BIRD": flapped}):
        assert isinstance(row, Row)
        assert row.verdict is Verdict.NO_VERDICT
        assert row.detail["doubt"] == "BIRD: 2 sessions went Down that were not silenced"


def test_without_a_down_of_ours_there_is_no_row():
    mute = Detection([[]], ["of 10 silent peers 0 were seen"], 0.0, [GAPS], [GAPS])
    said = list(rows.told(PLAN, {US: mute, "BIRD": OTHER}))
    assert all(isinstance(one, Skipped) and "0 were seen" in one.why for one in said)
