# SPDX-License-Identifier: Apache-2.0
"""What `show` makes of answers that a test's daemon does not give."""

from typing import Any

from bfd_fastpath.cli import forwarding_tables, show_tables


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


def port(**more: object) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": "lan",
        "device": "net_af_xdp0",
        "driver": "net_af_xdp",
        "mac-address": "02:00:00:00:00:01",
    }
    found |= {"mtu": 1500, "link": "up", "speed-mbps": 10000, "addresses": ["192.0.2.1/24"], "neighbours": []}
    found |= {"neighbours-by": "own", "host": None}
    found["statistics"] = dict.fromkeys(
        ("rx-packets", "rx-missed", "rx-errors", "tx-packets", "tx-errors"), 0
    )
    names = ("rx-arp", "tx-arp", "rx-nd", "tx-nd", "rx-echo", "address-conflict", "neighbour-conflict")
    found["counters"] = dict.fromkeys(names, 0)
    worker = dict.fromkeys(("poll-gap-max", "stalls", "sleeps", "turns"), 0) | {"poll-gaps": []}
    return {"ports": [found | more], "worker": worker}


def test_a_port_without_a_link_has_no_speed():
    assert "link up, 10000 Mb/s" in show_tables.ports(port())
    for link in ("down", "gone"):
        assert show_tables.ports(port(link=link)).splitlines()[0].endswith(f"link {link}")


def test_who_has_an_address_of_ours_or_of_a_neighbour_is_said_of_the_port():
    quiet = port()
    assert "somebody else" not in show_tables.ports(quiet)
    counters = quiet["ports"][0]["counters"] | {"rx-arp": 5, "address-conflict": 3, "neighbour-conflict": 2}
    lines = show_tables.ports(port(counters=counters)).splitlines()
    assert lines[3] == "  ARP 5 in, 0 out; ND 0 in, 0 out; 0 pings answered"
    assert lines[4].startswith("  an address of ours is somebody else's, too: 3 ")
    assert lines[5].startswith("  2 answers for an address that another MAC address answered for")


def test_icmp_errors_that_were_not_sent_are_a_column():
    counters = {"rx-forward-ip4": 9, "rx-forward-ip6": 8, "tx-fragment": 7, "tx-icmp-error": 6}
    counters |= {"icmp-error-rate": 4, "icmp-error-unsent": 1}
    tables = (
        "ipv4-routes",
        "max-ipv4-routes",
        "ipv6-routes",
        "max-ipv6-routes",
        "next-hops",
        "max-next-hops",
    )
    answer: dict[str, Any] = dict.fromkeys((*tables, "memory", "without-room"), 0)
    answer |= {"enabled": True, "sources": {}, "first-without-room": None}
    answer["ports"] = [{"name": "lan", "counters": counters, "drops": []}]
    header, row = forwarding_tables.forwarding(answer).splitlines()[-2:]
    assert header.split("  ")[-2].strip() == "ERRORS HELD BACK"
    assert row.split() == ["lan", "9", "8", "7", "6", "5", "0"]
