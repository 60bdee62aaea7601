# SPDX-License-Identifier: Apache-2.0
"""What a stranger's capture holds is told rightly: kinds, authentication, faults; truncated and foreign files in a sentence."""

import subprocess
from pathlib import Path

import pytest

from pydp import replay
from tests.interop.replay import craft, strangers

pytestmark = pytest.mark.interop("tshark")

#: Reason by the fault that was crafted.
REASONS = {
    "version": "version",
    "length": "length",
    "length-over-payload": "truncated",
    "length-with-auth": "length",
    "detect-mult": "detect-mult",
    "multipoint": "multipoint",
    "my-discriminator": "my-discriminator",
    "your-discriminator": "zero-your-state",
    "short": "truncated",
    "ttl": "ttl",
    "ttl-6": "ttl",
    "auth-type": "auth-type",
    "auth-length": "auth-length",
    "sbfd-ports": "s-bfd-ports",
    "sbfd-demand": "s-bfd-demand",
    "sbfd-state": "s-bfd-state",
}


def test_every_kind_of_session_is_found_with_both_ends(tmp_path: Path) -> None:
    story = replay.watch(strangers.scapy_pcap(tmp_path))
    found = [
        (session.path_type, session.vlan, *(str(end.address) for end in session.ends))
        for session in story.sessions
        if not session.ends[0].auth_type
    ]
    assert found == [
        ("path-ip-sh", 0, "192.0.2.1", "192.0.2.2"),
        ("path-ip-sh", 0, "2001:db8::1", "2001:db8::2"),
        ("path-ip-sh", 0, "192.0.2.1", "192.0.2.77"),
        ("path-ip-mh", 0, "192.0.2.129", "192.0.2.200"),
        ("path-lag", 0, "192.0.2.1", "192.0.2.2"),
        ("path-ip-sh", 10, "192.0.2.1", "192.0.2.2"),
        ("path-ip-sh", 20, "2001:db8::1", "2001:db8::2"),
        ("path-ip-sh", 0, "2001:db8::a1", "2001:db8::a2"),
        ("path-s-bfd", 0, "192.0.2.1", "192.0.2.2"),
    ]
    assert {str(end.state) for session in story.sessions for end in session.ends} == {"up"}
    totals = story.totals
    assert (totals.single_hop, totals.multihop, totals.micro, totals.sbfd, totals.echo) == (128, 18, 18, 8, 8)
    assert (totals.arp, totals.tcp, totals.udp, totals.icmp, totals.icmp6, totals.malformed) == (
        1,
        1,
        1,
        1,
        1,
        0,
    )


def test_every_authentication_is_told_by_its_type_and_key(tmp_path: Path) -> None:
    story = replay.watch(strangers.scapy_pcap(tmp_path))
    ends = [session.ends for session in story.sessions if session.ends[0].auth_type]
    assert [(one.auth_type, one.auth_key_id) for (one,) in ends] == [(kind, 7) for kind in range(1, 6)]


def test_each_fault_is_told_with_its_packet_and_touches_no_session(tmp_path: Path) -> None:
    story = replay.watch(strangers.scapy_faults(tmp_path))
    assert [fault.reason for fault in story.faults] == [REASONS[name] for name in craft.faults()]
    # They stand between the hellos of a good session.
    assert [fault.packet for fault in story.faults] == [2 * number for number in range(1, len(REASONS) + 1)]
    (session,) = story.sessions
    assert [end.packets for end in session.ends] == [9, 9]
    assert [str(change.state) for change in session.state_changes] == ["init", "up", "up"]
    assert session.verdict is None


def test_one_direction_has_one_end_and_no_invented_other(tmp_path: Path) -> None:
    story = replay.watch(strangers.tshark_recorded_one_direction(tmp_path))
    (session,) = story.sessions
    assert [str(end.address) for end in session.ends] == ["192.0.2.2"]
    assert str(session.verdict.code) == "far-end-silent"


def test_stamps_that_run_backwards_are_counted_and_the_story_stays_whole(tmp_path: Path) -> None:
    story = replay.watch(strangers.editcap_shifted_back(tmp_path))
    assert story.totals.backwards == 125
    assert len(story.sessions) == 14
    assert story.end_ns >= story.start_ns


@pytest.mark.parametrize("length", [66, 60])
def test_packets_that_were_cut_are_no_faults(tmp_path: Path, length: int) -> None:
    story = replay.watch(strangers.MAKERS[f"editcap_snapped_{length}"](tmp_path))
    assert story.faults == ()
    assert story.totals.snapped > 0
    assert story.totals.malformed == 0


@pytest.mark.parametrize("kept", [0.99, 0.5, 0.1])
@pytest.mark.parametrize("maker", ["scapy_pcap", "editcap_pcapng"])
def test_of_a_truncated_file_all_before_the_cut_is_read(tmp_path: Path, maker: str, kept: float) -> None:
    file = strangers.MAKERS[maker](tmp_path)
    octets = file.read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(octets[: int(len(octets) * kept)])
    # Its exit code says that the file is cut short.
    theirs = subprocess.run(
        ["tshark", "-n", "-r", str(cut), "-T", "fields", "-e", "frame.number"],
        check=False,
        capture_output=True,
        text=True,
    )
    story = replay.watch(cut)
    assert story.packets == len(theirs.stdout.split())
    assert story.fault is not None
    assert story.fault.packet == story.packets
    assert 0 < story.fault.offset < cut.stat().st_size


def test_a_truncated_gzip_file_gives_what_came_before(tmp_path: Path) -> None:
    file = strangers.scapy_compressed(tmp_path)
    cut = tmp_path / "cut.gz"
    cut.write_bytes(file.read_bytes()[:-400])
    story = replay.watch(cut)
    assert 0 < story.packets < 185
    assert story.fault is not None


@pytest.mark.parametrize("form", ["snoop", "btsnoop", "text", "empty", "zeros"])
def test_a_foreign_file_is_refused_in_a_sentence(tmp_path: Path, form: str) -> None:
    file = tmp_path / "foreign"
    if form == "snoop":
        strangers.run("editcap", "-F", "snoop", strangers.scapy_pcap(tmp_path), file)
    else:
        octets = {
            "text": b"# no capture\n" * 99,
            "empty": b"",
            "zeros": bytes(4096),
            "btsnoop": b"btsnoop\0" * 40,
        }
        file.write_bytes(octets[form])
    with pytest.raises(replay.ReplayError, match=r"capture|pcap"):
        replay.watch(file)
