# SPDX-License-Identifier: Apache-2.0
"""Our engine in the place of a recorded end of our own: with the same timers it does the same, with others what
can be calculated.
"""

from __future__ import annotations

import pytest

import pydp
from bfd_fastpath.nhib import BfdState
from bfd_fastpath.replay import end
from tests.replay.end_scene import NEIGHBOR, config, play, play_one, steps
from tests.replay.recording import ETHERNET, MS, RAW, SLL, SLL2, outage, write

#: A timer of the engine's wheel goes off at most one tick late.
TICK_NS = 1 << 14


@pytest.mark.parametrize("link_type", [ETHERNET, RAW, SLL, SLL2])
@pytest.mark.parametrize("version", [4, 6])
def test_the_same_timers_do_the_same(record, tmp_path, version, link_type):
    recording = outage(record(version=version))
    path = write(tmp_path / "one.pcap", recording.frames, link_type)
    session = play_one(path, recording.addresses[0])
    changes = [step for step in steps(session) if step != ("INIT", "same")]
    assert changes == [("UP", "same"), ("DOWN", "same"), ("UP", "same")]
    assert session.same
    assert all(pair.recorded == pair.ours for pair in session.said)
    assert session.received == sum(
        frame[6:12] != recording.frames[0][1][6:12] for _, frame in recording.frames
    )


def test_a_vlan_is_the_captures_not_the_configurations(record, tmp_path):
    recording = outage(record(vlan=100))
    session = play_one(write(tmp_path / "one.pcap", recording.frames), recording.addresses[0])
    assert session.vlan == 100
    assert session.same
    assert ("DOWN", "same") in steps(session)


def test_two_vlans_to_two_peers_are_played_at_once(record, tmp_path):
    one, other = outage(record(vlan=100)), outage(record(vlan=200, seed=2))
    peer = bytes([192, 0, 2, 3])
    frames = [(time_ns, frame.replace(bytes([192, 0, 2, 2]), peer)) for time_ns, frame in other.frames]
    frames = [(time_ns, _mended(frame)) for time_ns, frame in frames]
    path = write(tmp_path / "two.pcap", sorted(one.frames + frames, key=lambda frame: frame[0]))
    report = play(path, one.addresses[0])
    assert [(session.vlan, session.same) for session in report.sessions] == [(100, True), (200, True)]


def _mended(frame: bytes) -> bytes:
    """The IPv4 checksum written anew, UDP's left out."""
    at = frame.index(b"\x08\x00\x45") + 2
    header = frame[at : at + 10] + b"\0\0" + frame[at + 12 : at + 20]
    total = sum(int.from_bytes(header[i : i + 2], "big") for i in range(0, 20, 2))
    checksum = 0xFFFF - (total + total // 0x10000) % 0x10000
    return (
        frame[: at + 10] + checksum.to_bytes(2, "big") + frame[at + 12 : at + 26] + b"\0\0" + frame[at + 28 :]
    )


@pytest.mark.parametrize("side", [0, 1])
def test_a_cut_one_way_is_seen_as_it_was(record, tmp_path, side):
    recording = outage(record(), side)
    session = play_one(write(tmp_path / "one.pcap", recording.frames), recording.addresses[0])
    assert session.same
    (down,) = [pair.ours for pair in session.changes if pair.is_down]
    # Who is not heard is told by the peer, who does not hear finds out alone (RFC 5880 4.1).
    assert down is not None
    assert down.diagnostic == (3 if side == 0 else 1)


def test_a_shorter_interval_declares_down_sooner_by_the_difference(record, tmp_path):
    recording = outage(record(required_min_rx_interval_us=100_000))
    path = write(tmp_path / "one.pcap", recording.frames)
    session = play_one(path, recording.addresses[0], config(interval="50ms"))
    (pair,) = [pair for pair in session.changes if pair.is_down]
    recorded, ours = pair.recorded, pair.ours
    assert recorded is not None
    assert ours is not None
    assert recorded.silence is not None
    assert ours.silence is not None
    assert recorded.silence.last_hello_ns == ours.silence.last_hello_ns
    assert (recorded.silence.detection_time_us, ours.silence.detection_time_us) == (300_000, 150_000)
    assert pair.offset_ns == pytest.approx(-150 * MS, abs=TICK_NS)
    assert pair.differs == ("time",)
    assert recorded.silence.expires_ns is not None
    assert 0 <= recorded.time_ns - recorded.silence.expires_ns <= TICK_NS


def test_our_multiplier_is_said_and_changes_nothing_here(record, tmp_path):
    """It is the peer that waits by it (RFC 5880 6.8.4)."""
    recording = outage(record())
    path = write(tmp_path / "one.pcap", recording.frames)
    session = play_one(path, recording.addresses[0], config(multiplier=2))
    assert session.same
    assert {(pair.recorded.local_multiplier, pair.ours.local_multiplier) for pair in session.said} == {(3, 2)}


def test_too_short_an_interval_is_a_false_alarm_that_only_we_have(record, tmp_path):
    recording = record(required_min_rx_interval_us=400_000)
    recording.up()
    recording.run(3000)
    path = write(tmp_path / "one.pcap", recording.frames)
    session = play_one(path, recording.addresses[0], config(interval="50ms"))
    assert steps(session)[-1] == ("DOWN", "only-ours")
    assert not session.same
    assert session.halt.recorded is BfdState.UP
    assert session.halt.ours is BfdState.DOWN
    assert "cannot answer ours" in session.notes[0]


def test_a_session_that_runs_already_goes_on(record, tmp_path):
    recording = record()
    recording.up()
    before = len(recording.frames)
    recording.run(1000)
    recording.cut()
    recording.run(1000)
    path = write(tmp_path / "one.pcap", recording.frames[before:])
    session = play_one(path, recording.addresses[0])
    assert session.taken[0].state is BfdState.UP
    assert session.taken[0].local_discriminator is not None
    assert steps(session) == [("DOWN", "same")]
    assert session.same


@pytest.mark.parametrize("rest_ms", [20, 2000])
def test_an_end_that_began_again_is_followed(record, tmp_path, rest_ms):
    recording = record()
    recording.up()
    recording.restart(0, rest_ms=rest_ms)
    recording.run(5000)
    session = play_one(write(tmp_path / "one.pcap", recording.frames), recording.addresses[0])
    first, second = session.taken
    assert first.local_discriminator != second.local_discriminator
    assert session.halt.recorded is session.halt.ours is BfdState.UP
    late = [pair for pair in session.changes if (pair.ours or pair.recorded).time_ns >= second.time_ns]
    assert [pair.outcome.value for pair in late] == ["same"] * len(late)
    assert late[-1].new is BfdState.UP


def test_a_peer_that_began_again_needs_no_help(record, tmp_path):
    recording = record()
    recording.up()
    recording.restart(1, rest_ms=1000)
    recording.run(5000)
    session = play_one(write(tmp_path / "one.pcap", recording.frames), recording.addresses[0])
    assert len(session.taken) == 1
    assert session.same


def test_of_a_peer_alone_the_rest_is_told(record, tmp_path):
    recording = outage(record())
    own = recording.frames[0][1][6:12]
    theirs = [one for one in recording.frames if one[1][6:12] != own]
    session = play_one(write(tmp_path / "one.pcap", theirs), recording.addresses[0])
    assert session.recorded == 0
    assert session.halt.recorded is None
    assert not session.same
    assert [state for state, _ in steps(session) if state != "INIT"] == ["UP", "DOWN", "UP"]
    assert {outcome for _, outcome in steps(session)} == {"only-ours"}


def test_of_a_peer_alone_a_new_discriminator_is_a_restart(record, tmp_path):
    recording = record()
    recording.up()
    recording.restart(0, rest_ms=500)
    recording.run(5000)
    own = recording.frames[0][1][6:12]
    theirs = [one for one in recording.frames if one[1][6:12] != own]
    session = play_one(write(tmp_path / "one.pcap", theirs), recording.addresses[0])
    assert len(session.taken) == 2
    assert session.halt.ours is BfdState.UP


def test_stamps_that_run_backwards_are_counted(record, tmp_path):
    recording = outage(record())
    frames = list(recording.frames)
    for at in (20, 40):
        frames[at] = (frames[at - 1][0] - 3 * MS, frames[at][1])
    report = play(write(tmp_path / "one.pcap", frames), recording.addresses[0])
    assert report.backwards == 2
    assert report.sessions[0].same


def test_what_is_due_after_the_last_bfd_packet_is_done(record, tmp_path):
    recording = record()
    recording.up()
    last_ns, last = recording.frames[-1]
    other = last[:12] + b"\x08\x06" + bytes(46)
    frames = [*recording.frames, (last_ns + 500 * MS, other)]
    session = play_one(write(tmp_path / "one.pcap", frames), recording.addresses[0])
    assert steps(session)[-1] == ("DOWN", "only-ours")


def test_malformed_packets_are_refused_by_the_engine_itself(record, tmp_path):
    recording = outage(record())
    own = recording.frames[0][1][6:12]
    frames = []
    for time_ns, frame in recording.frames:
        frames.append((time_ns, frame))
        if frame[6:12] != own:
            frames.append((time_ns, frame[:44] + b"\0" + frame[45:]))
    report = play(write(tmp_path / "one.pcap", frames), recording.addresses[0])
    assert report.sessions[0].same
    assert dict(report.refused) == {"drop-checksum-udp": len(frames) - len(recording.frames)}


@pytest.mark.parametrize("vlan", [0, 100])
def test_the_configurations_own_session_comes_before_the_learned_policy(record, tmp_path, vlan):
    recording = outage(record(vlan=vlan))
    written = '[[session]]\ninterface = "lan0"\ndest-addr = "192.0.2.2"\nmin-interval = "50ms"\n'
    path = write(tmp_path / "one.pcap", recording.frames)
    session = play_one(path, recording.addresses[0], config(written, interval="700ms"))
    assert session.same


def test_the_route_server_hears_of_it(record, tmp_path):
    recording = outage(record())
    path = write(tmp_path / "one.pcap", recording.frames)
    report = play(path, recording.addresses[0], config(NEIGHBOR))
    assert report.told is not None
    assert [one.state for one in report.told] == ["up", "down", "up"]
    times = [pair.ours.time_ns for pair in report.sessions[0].changes if pair.new is not BfdState.INIT]
    assert [one.time_ns for one in report.told] == times


def test_an_end_that_is_not_in_the_capture_is_said(record, tmp_path):
    recording = outage(record())
    path = write(tmp_path / "one.pcap", recording.frames)
    report = play(path, config().ports[0].addresses[1].address)
    assert report.sessions == ()
    assert all(str(address) in report.notes[0] for address in recording.addresses)


def test_a_peer_that_no_port_reaches_is_not_played(record, tmp_path):
    recording = outage(record())
    text = '[[port]]\nname = "lan1"\ndevargs = "net_null0"\naddresses = ["198.51.100.1/24"]\n'
    frames = [
        (time_ns, _mended(frame.replace(bytes([192, 0, 2, 1]), bytes([198, 51, 100, 1]))))
        for time_ns, frame in recording.frames
    ]
    path = write(tmp_path / "one.pcap", frames)
    settings = config(text)
    report = play(path, settings.ports[1].addresses[0].address, settings)
    assert report.sessions == ()
    assert [(one.index, one.reason) for one in report.not_played] == [(1, "no-port")]


def test_the_clock_is_the_captures(record, tmp_path):
    recording = outage(record())
    report = play(write(tmp_path / "one.pcap", recording.frames), recording.addresses[0])
    assert (report.start_ns, report.end_ns) == (recording.frames[0][0], recording.frames[-1][0])
    assert all(report.start_ns <= pair.ours.time_ns <= report.end_ns for pair in report.sessions[0].changes)


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"address": "192.0.2.9"}, 2, "there are: 192.0.2.1, 2001:db8::1"),
        ({"seed": 0}, 2, "seed 0"),
        ({"bgp_out": "bgp.pcapng"}, 2, "[[neighbor]]"),
        ({"path": "missing.pcap"}, 1, "missing.pcap"),
        ({"out": "one.pcap"}, 2, "the capture itself"),
        ({"out": "missing/out.pcapng"}, 1, "missing/out.pcapng"),
    ],
)
def test_what_cannot_be_played_is_said_in_one_sentence(record, tmp_path, options, code, words):
    recording = record()
    recording.up()
    path = write(tmp_path / "one.pcap", recording.frames)
    wanted = {"path": path, "address": "192.0.2.1"} | options
    for key in wanted.keys() & {"path", "out", "bgp_out"}:
        wanted[key] = tmp_path / wanted[key]
    address = type(recording.addresses[0])(wanted.pop("address"))
    with pytest.raises(end.EndError) as caught:
        play(wanted.pop("path"), address, **wanted)
    assert caught.value.exit_code == code
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_progress_ends_with_all_of_it(record, tmp_path):
    recording = record()
    recording.up()
    path = write(tmp_path / "one.pcap", recording.frames)
    told: list[tuple[int, int]] = []
    play(path, recording.addresses[0], progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1]
    assert [done / total for done, total in told] == sorted(done / total for done, total in told)


def test_hellos_that_did_not_reach_the_recorded_end_are_told(record, tmp_path):
    """The capture point is before the cut: it has what the recorded end lacked."""
    recording = record()
    recording.up()
    before = list(recording.frames)
    recording.cut(1)
    recording.run(100)
    hello = next(one for one in reversed(before) if one[1][6:12] != before[0][1][6:12])[1]
    lost = [(recording.now_ns + i * 50 * MS, hello) for i in range(4)]
    recording.run(1000)
    frames = sorted([*recording.frames, *lost], key=lambda frame: frame[0])
    session = play_one(write(tmp_path / "one.pcap", frames), recording.addresses[0])
    assert any("did not reach the recorded end" in note for note in session.notes)


def test_hellos_that_were_not_captured_are_told(record, tmp_path):
    recording = record()
    recording.up()
    until_ns = recording.now_ns
    recording.run(1000)
    recording.cut(1)
    recording.run(1000)
    own = recording.frames[0][1][6:12]
    frames = [one for one in recording.frames if one[1][6:12] == own or one[0] < until_ns]
    session = play_one(write(tmp_path / "one.pcap", frames), recording.addresses[0])
    assert any("that were not captured" in note for note in session.notes)
    (pair,) = [pair for pair in session.changes if pair.is_down]
    assert pair.offset_ns is not None
    assert pair.offset_ns < -900 * MS


def test_of_an_own_end_alone_it_is_said_that_nothing_was_heard(record, tmp_path):
    recording = outage(record())
    own = recording.frames[0][1][6:12]
    frames = [one for one in recording.frames if one[1][6:12] == own]
    session = play_one(write(tmp_path / "one.pcap", frames), recording.addresses[0])
    assert session.received == 0
    assert "nothing of the peer was captured" in session.notes[0]


@pytest.mark.parametrize("hours", [2, 365 * 24])
def test_a_year_of_silence_costs_no_year_of_hellos(record, tmp_path, hours):
    recording = outage(record())
    later_ns = hours * 3600 * 10**9
    frames = [*recording.frames, *((time_ns + later_ns, frame) for time_ns, frame in recording.frames)]
    report = play(write(tmp_path / "one.pcap", frames), recording.addresses[0], config(NEIGHBOR))
    assert report.sent < 2000
    assert len(report.notes) == 1
    assert f"for {hours * 3600 - 8} s" in report.notes[0]
    assert report.sessions[0].halt.ours is BfdState.UP
    assert report.told is not None
    told = [(one.state, (one.time_ns - report.start_ns) // 10**9) for one in report.told]
    retried = [("unknown", 8 + 24 * 3600)] if hours > 24 else []
    seconds = hours * 3600
    assert told[:4] == [("up", 0), ("down", 1), ("up", 3), ("down", 8)]
    assert told[4:] == [*retried, ("up", seconds), ("down", seconds + 1), ("up", seconds + 3)]


def test_what_was_known_of_the_peer_is_taken_over(record, tmp_path):
    """The recorded end is in Init with its first packet, and the peer falls silent before it says more."""
    recording = record()
    recording.timers[0]["role"] = pydp.Role.PASSIVE
    recording.begin(0)
    recording.cut(0)
    recording.begin(1)
    recording.run(1)
    recording.cut(1)
    recording.run(5000)
    own = [frame for frame in recording.frames if frame[1][6:12] != recording.frames[0][1][6:12]]
    assert own[0][1][43] >> 6 == BfdState.INIT
    # A passive end does not say its Down to a peer that it has forgotten.
    frames = [*recording.frames, (recording.now_ns, recording.frames[0][1][:12] + b"\x08\x06" + bytes(46))]
    session = play_one(write(tmp_path / "one.pcap", frames), recording.addresses[0])
    assert session.taken[0].state is BfdState.INIT
    assert steps(session) == [("DOWN", "only-ours")]


def test_a_recorded_end_that_fell_silent_is_told(record, tmp_path):
    recording = record()
    recording.up()
    until_ns = recording.now_ns
    recording.run(2000)
    own = recording.frames[0][1][6:12]
    frames = [one for one in recording.frames if one[1][6:12] != own or one[0] < until_ns]
    last = max(i for i, one in enumerate(frames) if one[1][6:12] == own) + 1
    session = play_one(write(tmp_path / "one.pcap", frames), recording.addresses[0])
    assert f"said nothing after packet {last};" in session.notes[0]
    assert session.sent > session.recorded


def test_standard_input_cannot_be_played(record):
    with pytest.raises(end.EndError, match="save standard input") as caught:
        play("-", config().ports[0].addresses[0].address)
    assert caught.value.exit_code == 2
