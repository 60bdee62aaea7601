# SPDX-License-Identifier: Apache-2.0
"""What `show` makes of answers that a test's daemon does not give."""

from bfd_fastpath.cli import show_tables


def test_each_reason_for_which_packets_were_refused_is_a_line():
    counters = [
        {"name": "drop-bfd-auth-digest", "count": 12, "text": "BFD password or digest wrong"},
        {"name": "drop-bfd-version", "count": 1, "text": "BFD version is not 1"},
    ]
    peer = {"dest-addr": "192.0.2.2", "interface": "lan", "refused": counters}
    lines = show_tables.refused({"sessions": [peer]}).splitlines()
    assert [line.split()[:4] for line in lines[1:]] == [
        ["192.0.2.2", "lan", "drop-bfd-auth-digest", "12"],
        ["192.0.2.2", "lan", "drop-bfd-version", "1"],
    ]
    assert lines[1].endswith("BFD password or digest wrong")


def test_the_fuse_of_a_port_comes_first_and_who_is_told_nothing_says_why():
    blown = {"port": "lan0", "missing": 12, "next-hops": 13, "seconds-left": 2.0}
    peer = {"address": "198.51.100.254", "as": 64999, "state": "active", "seconds-in-state": 5}
    peer |= {"families": [], "last-error": None, "untold": [], "told": [], "transport": None}
    answer = {"peers": [peer | {"not-reporting": "no-session"}], "fuse": {"blown": [blown]}}
    lines = show_tables.reporter(answer).splitlines()
    assert lines[0].startswith("FUSE BLOWN at lan0: 12 of 13 next hops fell silent at once")
    assert lines[2].strip() == "tells nothing: there is no session"
    answer = {"peers": [peer | {"not-reporting": "no-session", "malformed": {"med": 2, "prefix": 1}}]}
    assert "  malformed: med 2, prefix 1" in show_tables.reporter(answer | {"fuse": {"blown": []}})


def test_a_next_hop_names_its_askers_and_what_was_told_to_whom():
    hop = {"address": "198.51.100.2", "state": "down", "seconds-in-state": 3, "explanation": "it failed"}
    hop |= {"dampening": None, "report-held": {"by": "fuse", "seconds-left": 1.0}}
    hop["asked-by"] = [
        {"user": "bgp 198.51.100.254", "by": ["node", "route"]},
        {"user": "configuration", "by": ["configuration"]},
    ]
    hop["told"] = [{"peer": "198.51.100.254", "state": "up", "seconds-ago": 60}]
    (line,) = show_tables.nexthops({"next-hops": [hop]}).splitlines()[1:]
    assert "198.51.100.254 (node route), configuration" in line
    assert "198.51.100.254 up 60 s" in line
    assert line.endswith("it failed; not reported for another 1.0 s: the fuse of its port is blown")
