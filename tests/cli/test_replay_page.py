# SPDX-License-Identifier: Apache-2.0
"""The page that `replay` prints: what a person finds first, and what is left out for length."""

from dataclasses import replace

from bfd_fastpath.cli.replay_page import page
from bfd_fastpath.replay.document import document
from pydp.replay import Code
from pydp.states import Diagnostic, State
from tests.replay import stories


def told(*sessions, everything=False, **changes):
    return page(document(stories.story(*sessions, **changes)), everything=everything)


def test_it_begins_with_the_file_the_time_in_utc_and_what_was_in_it():
    first, second, *_ = told(stories.session()).splitlines()
    assert first == (
        "captures/outage.pcapng: pcapng, 200 packets in 5.000000 s from 2026-01-05 10:00:00.123456 UTC"
    )
    assert second == "BFD: 200 single hop"


def test_an_outage_is_told_with_its_verdict_evidence_and_who_noticed_first():
    text = told(stories.stalled())
    assert "  far-end-stalled: 192.0.2.2 did not run for 1.50 s and then went on." in text
    assert (
        "packet 40 at 1.650000; 192.0.2.1 noticed first; last hello before at 1.500000; down for 1.55 s"
        in text
    )
    assert "    - Packet 41 of 192.0.2.2 still said up." in text
    assert "up -> down, diagnostic control-expiry, noticed first" in text
    assert "late: 1.5 s after the hello before, detection time 150 ms" in text


def test_sessions_with_trouble_come_first():
    lines = told(stories.session(1), stories.session(2), stories.stalled(3)).splitlines()
    table = lines.index(next(line for line in lines if line.startswith("#")))
    assert [line.split()[0] for line in lines[table + 1 : table + 7 : 2]] == ["3", "1", "2"]


def test_a_long_list_of_sessions_is_cut_and_says_so():
    many = [stories.session(index) for index in range(1, 101)]
    assert "60 more sessions, 0 of them with trouble; --all shows them." in told(*many)
    assert "more sessions" not in told(*many, everything=True)


def test_a_session_that_flaps_for_hours_is_cut_and_says_so():
    flaps = tuple(
        stories.change(packet, packet, 0, State.UP, State.DOWN, Diagnostic.PATH_DOWN)
        for packet in range(1, 101)
    )
    flapping = stories.session(state_changes=flaps)
    assert "70 more; --all shows them." in told(flapping)
    assert told(flapping, everything=True).count("up -> down") == 100


def test_the_first_malformed_packets_are_listed_and_the_rest_counted():
    faults = tuple(stories.fault(number) for number in range(1, 31))
    text = told(stories.session(), faults=faults, totals=stories.totals(malformed=500))
    assert "Malformed: 500 BFD packets" in text
    assert text.count("Detect Mult is zero.") == 20
    assert "480 more; --all lists more of them" in text


def test_a_capture_without_bfd_says_so_and_names_what_it_saw():
    totals = stories.totals(single_hop=0, tcp=120, arp=4)
    assert told(totals=totals) == "no BFD in captures/outage.pcapng: 4 ARP, 120 TCP"
    assert told(totals=stories.totals(single_hop=0)).endswith(": no packets at all")


def test_packets_that_were_cut_off_are_not_called_bfd_but_say_what_helps():
    text = told(totals=stories.totals(single_hop=0, snapped=7, arp=2))
    assert text.startswith(
        "no BFD could be read in captures/outage.pcapng: 7 packets that may be BFD were cut off"
    )
    assert "tcpdump -s" in text
    assert text.endswith("besides 2 ARP")


def test_link_types_that_are_not_read_are_named_by_number():
    text = told(totals=stories.totals(single_hop=0, unknown_link=3))
    assert "3 of a link type that is not read (LINKTYPE in this file: " in text


def test_a_hole_of_the_capture_is_no_lost_peer():
    (outage,) = stories.stalled().outages
    verdict = replace(outage.verdict, code=Code.CAPTURE_HOLES)
    hole = stories.session(outages=(replace(outage, verdict=verdict, noticed_first=None, down_for_ns=None),))
    text = told(hole)
    assert "sessions: 1, none lost its peer, 1 with hellos missing in the capture" in text
    assert "not heard again in this capture" in text


def test_authentication_is_told_by_type():
    one = stories.session()
    signed = replace(one, ends=tuple(replace(end, auth_type=4, auth_key_id=7) for end in one.ends))
    assert "single hop, keyed-sha1" in told(signed)


def test_a_session_whose_ends_never_were_up_is_counted():
    one = stories.session()
    down = replace(
        one, state_changes=(), ends=tuple(replace(end, first_state=State.DOWN) for end in one.ends)
    )
    assert "sessions: 1, none lost its peer, 1 never Up" in told(down)
    assert "never Up" not in told(one)


def test_holes_of_the_capture_itself_are_named():
    text = told(stories.session(), totals=stories.totals(dropped=3, backwards=1))
    assert "the capturing machine says that it lost 3 packets" in text
    assert "time stamps ran backwards 1 time;" in text


def test_control_characters_of_names_do_not_reach_the_terminal():
    text = told(
        stories.session(interface="lan\x1b[2J", state_changes=stories.stalled().state_changes),
        path="\x1b]0;x",
    )
    assert "\x1b" not in text


def test_an_outage_that_never_ended_says_so():
    known = stories.stalled()
    outage = replace(known.outages[0], down_for_ns=None, up_again_ns=None)
    assert "not up again in this capture" in told(replace(known, outages=(outage,)))


def test_echo_is_told_by_who_sent_it():
    text = told(stories.session(), echoes=(stories.echo(),))
    assert "192.0.2.1  192.0.2.2        1       10    50 ms" in text
