# SPDX-License-Identifier: Apache-2.0
"""The demo between network namespaces with FRR as router B, and that nothing of it stays behind."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bfd_fastpath.lab import frr, kernel, story
from bfd_fastpath.lab.child import event_of
from bfd_fastpath.lab.sniff_process import wanted
from bfd_fastpath.router import events

WORDS = [sys.executable, "-m", "bfd_fastpath", "demo", "--kernel", "--interval", "50"]
LINK_WITHDRAWN = "ffffffffffffffffffffffffffffffff0053020000003c900f0038400447"


def namespaces(pid):
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split() if name.startswith(f"bfd-demo-{pid}-")]


def leftovers(pid):
    """Namespaces, processes and directories of the run with this process id."""
    running = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            running.append(path.read_text().replace("\0", " "))
        except OSError:
            continue
    return namespaces(pid) + [line for line in running if f"bfd-demo-{pid}-" in line]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    directory = tmp_path_factory.mktemp("kernel") / "story"
    words = [*WORDS, "--json", "--pcap", str(directory)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        printed, said = process.communicate(timeout=110)
    return process, printed, said, directory


@pytest.mark.root
@pytest.mark.interop("frr")
def test_story_is_right_with_frr_as_b(recorded):
    process, printed, said, _ = recorded
    told = json.loads(printed)
    assert told["wrong"] == [], said
    assert [step["step"] for step in told["steps"]] == list(story.STEPS)
    assert process.returncode == (0 if told["ok"] else 3)
    assert told["measured"]["detection-us"] >= 150_000


@pytest.mark.root
@pytest.mark.interop("frr")
def test_nothing_stays_behind(recorded):
    assert leftovers(recorded[0].pid) == []


@pytest.mark.root
@pytest.mark.interop("frr", "tshark")
def test_tshark_sees_the_story_on_the_bridge(recorded):
    directory = recorded[3]

    def read(name, display, *fields):
        chosen = [word for field in fields for word in ("-e", field)]
        done = subprocess.run(
            ["tshark", "-r", directory / name, "-Y", display, "-T", "fields", *chosen],
            capture_output=True,
            text=True,
            check=True,
        )
        return [line.split("\t") for line in done.stdout.splitlines()]

    states = [int(state, 16) for (state,) in read("bfd.pcap", "bfd && ip", "bfd.sta")]
    # Runs of one state: Up, then Down when the hellos that were held back by the cut come through again, then
    # Up.
    runs = [state for i, state in enumerate(states) if i == 0 or states[i - 1] != state]
    first_up = runs.index(3)
    assert 3 in runs[runs.index(1, first_up) :]
    said = "".join(payload for (payload,) in read("bgp.pcap", "tcp.dstport == 179", "tcp.payload"))
    assert LINK_WITHDRAWN in said


@pytest.mark.root
@pytest.mark.interop("frr")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_removes_everything(number, tmp_path):
    place = {**os.environ, "TMPDIR": str(tmp_path)}
    pipe = subprocess.PIPE
    with subprocess.Popen(WORDS, stdout=pipe, stderr=pipe, text=True, env=place) as process:
        # In the middle of building the stage: some of it is there, some is not.
        end = time.monotonic() + 20
        while len(namespaces(process.pid)) < 4:
            assert time.monotonic() < end, "the stage was not built"
        os.kill(process.pid, number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert leftovers(process.pid) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.root
@pytest.mark.interop("frr")
def test_impatience_during_the_clean_up_leaves_nothing_behind(tmp_path):
    """A whole foreground group gets Ctrl-C, again and again, until the process has ended."""
    place = {**os.environ, "TMPDIR": str(tmp_path)}
    pipe = subprocess.PIPE
    with subprocess.Popen(WORDS, stdout=pipe, stderr=pipe, text=True, env=place, process_group=0) as process:
        end = time.monotonic() + 20
        while len(namespaces(process.pid)) < 4:
            assert time.monotonic() < end, "the stage was not built"
        while process.poll() is None:
            assert time.monotonic() < end + 40, "it did not end"
            os.killpg(process.pid, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        _, said = process.communicate(timeout=60)
    # The last one may meet the interpreter on its way out.
    assert process.returncode in (130, -signal.SIGINT), said
    assert "interrupted" in said
    assert "Traceback" not in said
    assert leftovers(process.pid) == []
    assert list(tmp_path.iterdir()) == []


def test_missing_frr_is_one_sentence_and_no_failure(monkeypatch):
    monkeypatch.setattr(frr, "installed", lambda: False)
    reason = kernel.unavailable()
    assert reason.skip
    assert "FRR is not installed" in reason.text


def test_missing_root_is_one_sentence_with_the_remedy(monkeypatch):
    monkeypatch.setattr(frr, "installed", lambda: True)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    reason = kernel.unavailable()
    assert not reason.skip
    assert "sudo" in reason.text


def test_router_events_are_read_back_from_the_json_log():
    line = (
        '{"event": "routes-withdrawn", "level": "debug", "time_ns": 5, "peer": "198.51.100.254",'
        ' "prefixes": ["203.0.113.0/24"], "routes": 1, "next_hop": "198.51.100.2"}'
    )
    event = event_of(line)
    assert isinstance(event, events.RoutesWithdrawn)
    assert [str(prefix) for prefix in event.prefixes] == ["203.0.113.0/24"]
    assert event_of("EAL: no time for JSON") is None
    assert event_of('{"event": "running"}') is None


@pytest.mark.parametrize(
    ("frame", "kinds"),
    [
        ("0806" + "00" * 28, {"bfd"}),
        ("0800 4500001c0000000040110000" + "c6336401c6336402" + "c0010ec800080000", {"bfd"}),
        ("0800 4500001c0000000040060000" + "c6336401c6336402" + "c00100b300000000", {"bgp"}),
        ("0800 4500001c0000000040110000" + "c6336401c6336402" + "c001003500080000", set()),
        ("86dd 6000000000083aff" + "00" * 32 + "87000000", {"bfd"}),
        ("88cc" + "00" * 20, set()),
    ],
)
def test_sniffer_takes_bfd_or_bgp_and_nothing_else(frame, kinds):
    data = bytes(12) + bytes.fromhex(re.sub(" ", "", frame))
    assert {kind for kind in ("bfd", "bgp") if wanted(data, kind)} == kinds
