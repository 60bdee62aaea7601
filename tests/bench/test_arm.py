# SPDX-License-Identifier: Apache-2.0
"""Forwarding by one arm: EAL's words for a port, what a rate was bound by, rows, and all of it over memif."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bfd_fastpath.bench.document import Row as Kept
from bfd_fastpath.bench.document import Skipped, Verdict
from bfd_fastpath.bench.prediction import predict
from bfd_fastpath.bench.suites.forward import peers
from bfd_fastpath.bench.suites.forward.arm import match, rows
from bfd_fastpath.bench.suites.forward.arm.cabled import Cabled, devices
from bfd_fastpath.bench.suites.forward.arm.result import Result
from bfd_fastpath.bench.suites.forward.arm.window import Limit, Window, line_rate
from bfd_fastpath.bench.suites.forward.memory import Memory
from bfd_fastpath.bench.suites.forward.process import NotInstalledError, PartError
from bfd_fastpath.bench.suites.forward.row import Row

TREE = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("devargs", "words"),
    [
        ("0000:03:00.0", ["-a", "0000:03:00.0"]),
        ("pci:03:00.1,rx_vec_en=1", ["-a", "0000:03:00.1,rx_vec_en=1"]),
        ("net_memif0,role=client", ["--no-pci", "--vdev", "net_memif0,role=client"]),
    ],
)
def test_a_port_is_the_only_one_that_eal_takes(devargs, words):
    assert devices(devargs) == words


@pytest.fixture
def commands(monkeypatch):
    """What would be started."""
    started = []
    monkeypatch.setattr(
        "bfd_fastpath.bench.suites.forward.peers.Process", lambda command, log: started.append(command)
    )
    monkeypatch.setattr(shutil, "which", lambda name: name)
    return started


def test_programs_are_told_of_one_port_and_of_who_is_at_its_other_end(commands, tmp_path):
    cable = Cabled(
        devargs="03:00.0", far_mac="02:00:00:00:00:07", cpu=4, other_cpu=5, memory=Memory(True, 500)
    )
    peers.Testpmd("mac", cable, tmp_path, "bench")
    peers.L3fwd(Path("l3fwd"), cable, {4: Path("four")}, tmp_path, "bench")
    testpmd, l3fwd = commands
    for words in (testpmd, l3fwd):
        own = words[: words.index("--")]
        assert own[own.index("-a") + 1] == "0000:03:00.0"
        assert "--no-pci" not in own
        assert "--vdev" not in own
        assert "--in-memory" in own
    assert testpmd[testpmd.index("-l") + 1] == "4,5"
    assert "--eth-peer=0,02:00:00:00:00:07" in testpmd
    assert l3fwd[l3fwd.index("-p") + 1] == "0x1"
    assert {"--config=(0,0,4)", "--eth-dest=0,02:00:00:00:00:07", "--rule_ipv4=four"} <= set(l3fwd)


def window(pps, sent=20e6, **more):
    return Window(
        **{"sent_pps": sent, "taken_pps": pps, "back_pps": pps, "busy": 1.0, "refused": 0.0, **more}
    )


@pytest.mark.parametrize(
    ("found", "driver", "limit"),
    [
        (window(12e6), "net_ice", Limit.CORE),
        (window(20e6), "net_ice", Limit.SOURCE),
        (window(29.7e6, 29.7e6, refused=0.9), "net_ice", Limit.WIRE),
        (window(20e6, refused=0.95), "net_ice", Limit.WIRE),
        (window(20e6, refused=0.95), "net_memif", Limit.CORE),
        (window(20e6, refused=0.7), "net_memif", Limit.SOURCE),
        (window(18e6, taken_pps=20e6), "net_ice", Limit.BACK),
        (window(12e6, busy=0.9), "net_ice", Limit.OTHERS),
    ],
)
def test_what_a_rate_was_bound_by(found, driver, limit):
    assert found.limit(driver, 29.76e6) is limit


def test_memory_has_no_line_rate():
    assert line_rate("net_ice", 25_000, 64) == pytest.approx(37.2e6, rel=1e-3)
    assert line_rate("net_memif", 100_000, 64) == 0


def result(absent=None, **changes):
    pps = {"io": 20e6, "l3fwd": 10e6, "ours": 12e6}
    kept = {
        "row": match.carried(Row(destinations=1024)),
        "hz": 2e9,
        "ports": ("0000:03:00.0", "0000:03:00.1"),
        "driver": "net_ice",
        "line_pps": 0.0,
        "windows": {name: (window(rate, 25e6),) * 5 for name, rate in pps.items()},
        "absent": absent or {},
        "stages": {"classify": 7.0},
        "paces_us": (30.0,),
        "goal": 0.8,
    }
    return Result(**{**kept, **changes})


def only(found):
    (row,) = (one for one in found if isinstance(one, Kept))
    return row


def test_a_row_whose_cores_were_the_limit_is_judged_by_cycles_above_io():
    row = only(rows.told(result()))
    assert row.ours.median == 12.0
    assert row.ours.cycles_over_io == pytest.approx(66.7, abs=0.1)
    assert row.peers["l3fwd-lpm"].cycles_over_io == pytest.approx(100.0)
    assert (row.ceiling, row.verdict, row.met) == (25.0, Verdict.OK, True)
    assert row.name.endswith(", by one arm")
    assert only(rows.told(result(goal=0.6))).met is False
    assert predict("forward", row, {}) is None


def test_a_round_or_two_judge_nothing():
    few = {name: windows[:2] for name, windows in result().windows.items()}
    row = only(rows.told(result(windows=few)))
    assert (row.verdict, row.met) == (Verdict.NO_VERDICT, None)
    assert row.detail["doubt"] == "2 rounds are too few to judge by"


def test_a_core_that_is_half_another_s_tells_no_cycles_and_gives_no_verdict():
    shared = {**result().windows, "ours": (window(6e6, 25e6, busy=0.5),) * 5}
    row = only(rows.told(result(windows=shared)))
    assert row.detail["bound-by"]["ours"] == "others on its core"
    assert "ours" not in row.detail["cycles"]
    assert "50%" in row.detail["doubt"]
    assert (row.verdict, row.met) == (Verdict.NO_VERDICT, None)


@pytest.mark.parametrize("bound", ["ours", "l3fwd", "io"])
def test_who_is_bound_by_the_source_has_no_cycles_and_the_row_no_verdict(bound):
    windows = {**result().windows, bound: (window(25e6, 25e6),) * 5}
    row = only(rows.told(result(windows=windows)))
    assert (
        row.detail["bound-by"][{"l3fwd": "l3fwd-lpm", "io": "testpmd-io"}.get(bound, bound)] == "the source"
    )
    assert bound not in row.detail["cycles"]
    assert (row.verdict, row.met) == (Verdict.NO_VERDICT, None)
    assert "the source" in row.detail["doubt"]


def test_a_row_without_a_goal_needs_no_core_to_be_the_limit():
    windows = {name: (window(25e6, 25e6),) * 5 for name in ("io", "ours")}
    assert only(rows.told(result(windows=windows, goal=None))).verdict is Verdict.OK


def test_who_does_not_get_the_port_is_left_out_with_its_reason_and_nothing_to_install():
    windows = {name: found for name, found in result().windows.items() if name == "ours"}
    absent = {"io": NotInstalledError("not there"), "l3fwd": PartError("it refuses the port")}
    *skipped, row = rows.told(result(absent=absent, windows=windows))
    assert [(one.why, bool(one.install)) for one in skipped] == [
        ("not there", True),
        ("it refuses the port", False),
    ]
    assert (row.ours.median, row.met, row.peers) == (12.0, None, {})


def test_without_ours_there_is_no_row():
    windows = {name: found for name, found in result().windows.items() if name != "ours"}
    (said,) = rows.told(result(absent={"ours": PartError("no such interface")}, windows=windows))
    assert isinstance(said, Skipped)
    assert said.why == "no such interface"


def test_drops_take_the_verdict_and_what_came_or_left_too_fast_does_not():
    def dropping(name):
        windows = {**result().windows, "ours": (window(12e6, 25e6, drops={name: 3}),) * 5}
        return only(rows.told(result(windows=windows)))

    assert dropping("drop-no-route").verdict is Verdict.NO_VERDICT
    assert dropping("drop-shed").verdict is Verdict.OK
    assert dropping("drop-tx-full").verdict is Verdict.OK


def test_frames_have_room_for_the_stamp():
    assert match.carried(Row(family=6)).sizes == (84,)
    assert match.carried(Row()).sizes == (64,)
    assert match.carried(Row(family=6, size=0)).sizes[:1] == (84,)
    assert replace(match.carried(Row()), least_ipv6=Row().least_ipv6) == Row()


def forwarded(tmp_path, near, *words):
    """`bench forward` with its own options, from a source over memif: exit code, the rows, what was printed."""
    far = f"net_memif1,role=server,socket={tmp_path / 'far.sock'},socket-abstract=no"
    command = [sys.executable, "-m", "bfd_fastpath", "bench", "forward", "--rounds", "1", "--window", "0.3"]
    cores = sorted(os.sched_getaffinity(0))
    command += ["--cpu", str(cores[0]), "--other-cpu", str(cores[-1]), "--json", str(tmp_path / "rows.json")]
    done = subprocess.run(
        [*command, "--port", near, "--port", far, *words],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=TREE,
        check=False,
    )
    return done.returncode, json.loads((tmp_path / "rows.json").read_text()), done.stdout + done.stderr


@pytest.mark.parametrize("family", [4, 6])
def test_one_after_the_other_takes_the_port_and_its_packets_come_back(tmp_path, family):
    near = f"net_memif0,role=client,socket={tmp_path / 'far.sock'},socket-abstract=no"
    words = ["--family", str(family), "--routes", "100", "--destinations", "64", "--sessions", "20"]
    parts = ["io", "ours"] if shutil.which("dpdk-testpmd") else ["ours"]
    code, (row,), said = forwarded(tmp_path, near, *words, "--parts", *parts)
    assert code == 0, said
    assert sorted(row["mpps"]) == parts
    assert all(pps > 0 for (pps,) in row["mpps"].values())
    assert row["absent"] == {}
    assert "drop" not in row["doubt"]
    assert "sessions" not in row["doubt"]


def test_a_port_that_is_not_there_leaves_everybody_out_and_fails(tmp_path):
    parts = ["mac", "ours"] if shutil.which("dpdk-testpmd") else ["ours"]
    words = ["--routes", "100", "--destinations", "64", "--parts", *parts]
    code, (row,), said = forwarded(tmp_path, "net_af_packet0,iface=nosuch", *words)
    assert code == 1, said
    assert sorted(row["absent"]) == parts
    assert "nosuch" in row["absent"]["ours"]
