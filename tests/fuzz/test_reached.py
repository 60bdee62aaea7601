# SPDX-License-Identifier: Apache-2.0
"""The seeds of the receive path reach every reason for which a packet is refused, but for those that are named here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

#: The fixture compiles the engine under the sanitizers.
pytestmark = pytest.mark.timeout(600)

FUZZ = Path(__file__).parent
#: Counters of packets that are forwarded, which the target `forward` reaches and no play.
FORWARDING = {
    "rx-forward-ip4",
    "rx-forward-ip6",
    "rx-echo",
    "tx-icmp-error",
    "tx-fragment",
    "icmp-error-rate",
    "icmp-error-unsent",
    "drop-martian-source",
    "drop-martian-destination",
    "drop-multicast",
    "drop-broadcast",
    "drop-source-route",
    "drop-options",
    "drop-expired",
    "drop-scope",
    "drop-rpf",
    "drop-no-route",
    "drop-blackhole",
    "drop-unreachable",
    "drop-prohibited",
    "drop-next-hop",
    "drop-too-big",
    "drop-exception-full",
    "drop-echo-rate",
    "drop-icmp-malformed",
    "drop-shed",
    "drop-neighbour-queue",
    "drop-neighbour-failed",
    "drop-neighbour-limit",
}
#: Counters that no play can reach, and why.
UNREACHABLE_COUNTERS = {
    "drop-host-full": "the host's rate is used up long before its queue is full",
    "drop-handover": "between workers, of which the plays have one",
    "drop-handover-control": "between workers, of which the plays have one",
    "drop-tx-full": "a memory link takes every frame and loses it at its other end, as missed; only a driver says no",
}
#: Reasons that are never a session's, and why.
NO_SESSIONS_FAULTS = {
    "no-session": "there is none",
    "s-bfd-ports": "of a request, which the reflector answers without a session",
    "s-bfd-your-discriminator": "a reply to discriminator zero names no session; a request has none",
    "s-bfd-martian": "of a request",
    "s-bfd-source": "of a request",
    "s-bfd-rate": "of a request",
    "checksum-udp": "the port refuses such datagrams as drop-checksum-udp; the fault is a capture's",
    "checksum-ip4": "the port refuses such packets as drop-checksum-ip4; the fault is a capture's",
    "malformed-udp": "the port refuses such datagrams as drop-malformed-udp; the fault is a capture's",
}


def _run(target: str, told: Path) -> dict[str, dict[str, bool]]:
    if shutil.which(os.environ.get("CLANG", "clang")) is None:
        pytest.skip("needs clang")
    done = subprocess.run(
        [FUZZ / "run", "seeds", target],
        env={**os.environ, "PYTHON": sys.executable, "FUZZ_REACHED": str(told)},
        capture_output=True,
        text=True,
        check=False,
    )
    if "cannot link a fuzzer" in done.stderr and os.environ.get("CI") != "true":
        pytest.skip("needs libFuzzer: run `make test` as root, or .ci/packages test")
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, dict[str, bool]] = {"counter": {}, "fault": {}}
    for line in told.read_text().splitlines():
        kind, name, value = line.split()
        found[kind][name] = value == "1"
    return found


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bool]]:
    return _run("receive", tmp_path_factory.mktemp("reached") / "reached")


def test_every_reason_to_drop_a_packet_is_reached(reached: dict[str, dict[str, bool]]) -> None:
    missed = {name for name, count in reached["counter"].items() if not count}
    assert missed == set(UNREACHABLE_COUNTERS) | FORWARDING


def test_every_fault_that_a_session_counts_is_reached(reached: dict[str, dict[str, bool]]) -> None:
    missed = {name for name, count in reached["fault"].items() if not count}
    assert missed == set(NO_SESSIONS_FAULTS)


def test_every_counter_of_forwarding_is_reached_by_its_frames(tmp_path: Path) -> None:
    counters = _run("forward", tmp_path / "reached")["counter"]
    assert {name for name in FORWARDING if not counters[name]} == set()
