# SPDX-License-Identifier: Apache-2.0
"""The demo for real: two routers on DPDK ports in this process, BGP over loopback, capture files that tshark
reads."""

import asyncio
import json
import re
import subprocess
import sys

import pytest

from bfd_fastpath.lab import story
from bfd_fastpath.lab.demo import run_demo
from bfd_fastpath.lab.memory import MemoryStage
from bfd_fastpath.lab.options import DemoOptions

INTERVAL_US, MULTIPLIER = 20_000, 3
#: The Link NLRI A -> B.
LINK = "000200310500000000000000000100000802030004c63364010101000802030004c633640201030004c633640101040004c6336402"
#: The UPDATE that withdraws 203.0.113.0/24 and does nothing else.
ROUTE_WITHDRAWN = "ffffffffffffffffffffffffffffffff001b02000418cb00710000"

pytestmark = pytest.mark.eal


def command(*options):
    """The demo as a user starts it, in a process of its own."""
    words = [
        sys.executable,
        "-m",
        "bfd_fastpath",
        "demo",
        "--interval",
        "20ms",
        "--multiplier",
        "3",
        *options,
    ]
    return subprocess.run(words, capture_output=True, text=True, timeout=90, check=False)


def right(told):
    """The story was right; on a machine that is busy elsewhere a bound may be missed, which is not asserted
    here."""
    assert told["wrong"] == []
    assert [step["step"] for step in told["steps"]] == list(story.STEPS)
    times = [step["t-us"] for step in told["steps"]]
    assert times == sorted(times)
    assert all(value >= 0 for value in told["measured"].values())
    assert told["measured"]["detection-us"] >= INTERVAL_US * MULTIPLIER
    return told


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """One run with --json and --pcap: what it printed, its exit code, and the directory."""
    directory = tmp_path_factory.mktemp("demo") / "story"
    done = command("--json", "--pcap", str(directory))
    return json.loads(done.stdout), done, directory


def test_json_is_one_object_with_the_whole_story(recorded):
    told, done, _ = recorded
    right(told)
    assert done.returncode == (0 if told["ok"] else 3)
    assert told["ok"] == (told["missed"] == [])
    assert done.stderr == ""


def tshark(path, *options):
    done = subprocess.run(["tshark", "-r", path, *options], capture_output=True, text=True, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


@pytest.mark.interop("tshark")
def test_tshark_sees_the_hellos_stop_and_come_back_as_down(recorded):
    told, _, directory = recorded
    fields = ("-T", "fields", "-e", "frame.time_relative", "-e", "bfd.sta", "-e", "bfd.diag")
    rows = tshark(directory / "bfd.pcap", "-Y", "bfd && ip", *fields)
    times = [float(time) for time, _, _ in rows]
    up = [i for i, row in enumerate(rows) if int(row[1], 16) == 3]
    silence, at = max((times[i + 1] - times[i], i) for i in range(up[0], len(rows) - 1))
    steps = {step["step"]: step["t-us"] / 1e6 for step in told["steps"]}
    # What vanished in the cut is not in the file: the silence is as long as the cable was cut.
    assert silence >= steps["link-restored"] - steps["link-cut"]
    assert int(rows[at][1], 16) == 3
    state, diagnostic = (int(value, 16) for value in rows[at + 1][1:])
    assert (state, diagnostic) == (1, 1)


def messages(stream):
    """The BGP messages of a stream in hexadecimal, cut by their length fields."""
    found = []
    while stream:
        octets = int(stream[32:36], 16)
        found.append(stream[: 2 * octets])
        stream = stream[2 * octets :]
    return found


def withdraws_link(message):
    """An UPDATE whose first attribute is MP_UNREACH of 16388/71 with the Link A -> B; other links may be
    beside it."""
    head = re.match("f{32}....020000....900f(....)400447", message)
    return head is not None and LINK in message[head.end() : head.end() + 2 * int(head[1], 16)]


@pytest.mark.interop("tshark")
def test_tshark_finds_the_withdrawals_octet_by_octet(recorded):
    _, _, directory = recorded
    rows = tshark(
        directory / "bgp.pcap", "-Y", "bgp", "-T", "fields", "-e", "tcp.dstport", "-e", "tcp.payload"
    )
    to_server = "".join(payload for port, payload in rows if port == "179")
    to_clients = "".join(payload for port, payload in rows if port != "179")
    assert [m for m in messages(to_server) if withdraws_link(m)]
    assert ROUTE_WITHDRAWN in messages(to_clients)
    # What A says of its next hops is the server's to know, not B's.
    assert LINK not in to_clients


def test_people_read_every_step_and_the_table_of_times():
    done = command("--cut", "a-to-b")
    assert done.returncode in (0, 3), done.stdout + done.stderr
    places = [done.stdout.index(f" {name} ") for name in story.STEPS]
    assert places == sorted(places)
    assert "packets vanish from A to B" in done.stdout
    assert "T + 10 ms + G" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_run_in_this_process_for_ipv6_and_again(eal):
    from ipaddress import ip_network

    options = DemoOptions(INTERVAL_US, MULTIPLIER, ip_network("2001:db8:77::/48"))
    for _ in range(2):
        right(asyncio.run(run_demo(MemoryStage(options), options)).as_json())


def test_both_ends_come_up_and_report_when_only_b_announces(eal):
    async def look():
        stage = MemoryStage(DemoOptions(INTERVAL_US, MULTIPLIER), announcers=("b",))
        try:
            await stage.open()
            await stage.chronicle.all_of(story.ROUTE_LEARNED, ("a",), 0, 20)
            stage.join()
            await stage.chronicle.all_of(story.BFD_UP, ("a", "b"), 0, 20)
            await stage.chronicle.all_of(story.LINK_ANNOUNCED, ("a", "b"), 0, 20)
            return {fact.who for fact in stage.chronicle.since(0, (story.ROUTE_LEARNED,))}
        finally:
            await stage.close()

    assert asyncio.run(look()) == {"a"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--prefix", "203.0.113.1/24"), "has host bits set"),
        (("--pcap", "/dev/null/story"), "story"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_no_trace(options, words):
    done = command(*options)
    assert done.returncode not in (0, 3)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
