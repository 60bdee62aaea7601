# SPDX-License-Identifier: Apache-2.0
"""One process sends and another receives, over memif: without root, and without hugepages."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.interop.support.poll import until

COMMAND = (sys.executable, "-m", "bfd_fastpath", "generate", "--json", "--idle", "sleep")


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def result(process: subprocess.Popen[str]) -> Any:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return json.loads(out)


def port(role: str, socket: Path) -> str:
    return f"net_memif0,role={role},socket={socket},socket-abstract=no"


def test_a_flow_from_another_process_is_counted_by_its_numbers(tmp_path: Path) -> None:
    socket = tmp_path / "memif.sock"
    receiver = start("--port", port("server", socket), "--tag", "9", "--duration", "7s")
    until(socket.exists, what="the receiver's socket")
    sender = start(
        *("--port", port("client", socket), "--tag", "9", "--size", "imix"),
        *("--from", "192.0.2.1", "--to", "203.0.113.1", "--mac", "02:00:00:00:00:01"),
        *("--rate", "2kpps", "--duration", "2s", "--expect-rate", "--drain", "0s"),
    )
    sent, heard = result(sender)["flows"][0], result(receiver)["flows"][0]
    assert sent["sent"] + sent["given-up"] == 4000
    # What is sent before the two have found each other is lost; from the first one on, none is.
    assert heard["received"] + heard["lost"] == sent["sent"]
    assert heard["received"] > 0
    assert heard["duplicated"] == heard["reordered"] == heard["corrupt"] == heard["clocks-differ"] == 0
    assert heard["latency-ns"]["p50"] > 0
    assert heard["sent"] is None


def test_peers_of_two_processes_come_up_with_each_other(tmp_path: Path) -> None:
    socket = tmp_path / "memif.sock"
    both = ("--peers", "50", "--interval", "100ms", "--multiplier", "5", "--expect-sessions-up", "50")
    near = start(
        *("--port", port("server", socket), *both, "--leave", "silent", "--duration", "7s"),
        *("--address", "10.0.0.1", "--target", "10.0.1.1", "--target-step", "1", "--target-mac", "02:00:00:00:00:01"),
    )  # fmt: skip
    until(socket.exists, what="the first one's socket")
    far = start(
        *("--port", port("client", socket), *both, "--leave", "silent", "--duration", "4s"),
        *("--address", "10.0.1.1", "--target", "10.0.0.1", "--target-step", "1", "--target-mac", "02:00:00:00:00:01"),
    )  # fmt: skip
    told = result(far)["peers"]
    assert told["ups"] >= 50
    assert told["faults"] == {}
    # The far one fell silent, which the near one saw.
    out, _ = near.communicate(timeout=60)
    assert near.returncode == 1
    assert json.loads(out)["peers"]["downs-by-silence"] >= 50
