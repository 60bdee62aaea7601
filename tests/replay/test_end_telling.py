# SPDX-License-Identifier: Apache-2.0
"""The report as JSON and as lines: the same facts in both."""

from __future__ import annotations

import json

import pytest

from bfd_fastpath.replay import end
from tests.replay.end_scene import NEIGHBOR, config, play
from tests.replay.recording import outage, write


@pytest.fixture
def report(record, tmp_path):
    """An outage of an end that received at 100 ms, played with 50 ms."""
    recording = outage(record(required_min_rx_interval_us=100_000))
    path = write(tmp_path / "one.pcap", recording.frames)
    return play(path, recording.addresses[0], config(NEIGHBOR))


def test_the_document_is_json_in_microseconds(report):
    document = json.loads(json.dumps(end.document(report)))
    assert (document["address"], document["interface"], document["seed"]) == ("192.0.2.1", "lan0", 1)
    (session,) = document["sessions"]
    (down,) = session["downs"]
    assert down["recorded"]["detection-time"] == 300_000
    assert down["ours"]["detection-time"] == 150_000
    assert down["ours"]["diagnostic"] == "control-expiry"
    assert down["difference-us"] == pytest.approx(-150_000, abs=20)
    assert 0 <= down["ours"]["after-expiry-us"] <= 17
    (change,) = [one for one in session["state-changes"] if one["to"] == "down"]
    assert (change["outcome"], change["differs"]) == ("differs", ["time"])
    assert change["recorded"]["time-us"] - change["recorded"]["t-us"] == report.start_ns // 1000
    up = next(one for one in session["timers"] if one["while"] == "up")
    assert up["differs"] == ["required-min-rx-interval"]
    assert [one["state"] for one in document["told"]] == ["up", "down", "up"]


def test_people_read_what_differs_and_by_how_much(report):
    text = "\n".join(end.lines(report))
    assert "As 192.0.2.1 (port lan0, seed 1): 1 session played" in text
    assert "states differ from the recorded ones" in text
    (down,) = [line for line in text.splitlines() if " down " in line and "packet" in line and "ours" in line]
    assert "ours -150.0" in down or "ours -149.9" in down
    assert "DIFFERS in time" in down
    assert "last hello + 300 ms" in down
    assert "last hello + 150 ms" in down
    assert "192.0.2.2 is down" in text
