# SPDX-License-Identifier: Apache-2.0
"""BFD in a capture drives the configuration's sessions, and these its next hops."""

from pathlib import Path

import pytest

from bfd_fastpath.replay.forward_passage import Verdict
from tests.replay.crafting import UP, Capture, bfd
from tests.replay.forward_scene import config, data, passages

pytestmark = pytest.mark.eal

US, PEER = "198.51.100.1", "198.51.100.2"
SESSION = f"""
[bfd]
min-interval = "50ms"
local-multiplier = 3

[[session]]
interface = "wan"
dest-addr = "{PEER}"
"""


def outage(path: Path, *, silent: bool) -> Path:
    """A second of hellos of both ends, 50 ms apart, and a data packet beside each; the peer is silent from the middle on."""
    made = Capture()
    for i in range(20):
        made.say(US, PEER, bfd(1, 2, UP), after_us=49_000, interface=1)
        if i < 10 or not silent:
            made.say(PEER, US, bfd(2, 1, UP), after_us=500, interface=1)
        made.add(data("10.0.0.1"), after_us=500 if i < 10 or not silent else 1000)
    path.write_bytes(made.pcapng())
    return path


def test_a_next_hop_goes_dead_and_packets_divert(eal: None, tmp_path: Path) -> None:
    found = passages(outage(tmp_path / "outage.pcapng", silent=True), config(SESSION))
    ways = [one.next_hop.split(" ")[0] for one in found if one.verdict is Verdict.FORWARDED]
    # Down comes 150 ms after the last hello, which is three data packets later.
    assert ways == [PEER] * 12 + ["198.51.100.3"] * 8
    told = [note for one in found for note in one.notes if note.startswith("BFD")]
    assert told == [
        f"BFD with {PEER}: DOWN -> UP, its next hop live",
        f"BFD with {PEER}: UP -> DOWN, its next hop dead",
    ]


def test_while_hellos_come_they_do_not(eal: None, tmp_path: Path) -> None:
    found = passages(outage(tmp_path / "calm.pcapng", silent=False), config(SESSION))
    assert {one.next_hop.split(" ")[0] for one in found if one.verdict is Verdict.FORWARDED} == {PEER}
    assert sum(one.verdict is Verdict.BFD for one in found) == 20
    assert sum(one.verdict is Verdict.OWN and one.number > 0 for one in found) == 20


def test_without_a_session_nobody_is_dead(eal: None, tmp_path: Path) -> None:
    found = passages(outage(tmp_path / "outage.pcapng", silent=True), config())
    assert {one.next_hop.split(" ")[0] for one in found if one.verdict is Verdict.FORWARDED} == {PEER}
