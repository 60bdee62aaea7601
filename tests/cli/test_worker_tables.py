# SPDX-License-Identifier: Apache-2.0
"""What `show workers` makes of the daemon's answer."""

from typing import Any

from bfd_fastpath.cli.worker_tables import workers


def worker(number: int, **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "worker": number,
        "cpu": None,
        "turns": 100,
        "busy-turns": 60,
        "sleeps": 3,
        "received": 1000,
        "forwarded": 900,
        "handed-over": 7,
        "poll-gap-max": 1500,
        "poll-gaps": [{"below": 2, "count": 90}, {"below": 4, "count": 0}, {"below": None, "count": 1}],
        "stages": [
            {"name": "receive", "packets": 64, "cycles-per-packet": 31.5},
            {"name": "transmit", "packets": 0, "cycles-per-packet": None},
        ],
    }
    return told | changes


def test_a_line_for_each_worker_then_stages_and_gaps() -> None:
    text = workers({"workers": [worker(0), worker(1, cpu=3, stages=[], **{"poll-gaps": []})]})
    lines = text.splitlines()
    assert lines[0].split() == [
        *("WORKER", "CPU", "TURNS", "BUSY", "SLEEPS", "LONGEST", "GAP"),
        *("RECEIVED", "FORWARDED", "HANDED", "OVER"),
    ]
    assert [line.split()[:2] for line in lines[1:3]] == [["0", "-"], ["1", "3"]]
    assert lines[2].split()[-3:] == ["1000", "900", "7"]
    assert ["receive", "31.5", "64"] in [line.split() for line in lines]
    assert "transmit" not in text
    assert "worker 0:" in text
    assert "worker 1:" not in text
    assert lines[-1].split() == ["longer", "1"]
