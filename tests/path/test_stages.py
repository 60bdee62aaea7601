# SPDX-License-Identifier: Apache-2.0
"""Cycles by stage: packets of the bursts that are timed are counted at each stage that they go through."""

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6

from tests.path.router import SENDER, SENDER6, Router

#: Of those that the two ports are polled, one time in 61 is timed.
STEPS = 610


def test_every_stage_of_forwarded_packets_is_timed():
    with Router("head") as router:
        head = router.ether()
        frames = [
            bytes(head / IP(src=SENDER, dst="10.1.2.3") / UDP()),
            bytes(head / IPv6(src=SENDER6, dst="2001:db8:f::1") / UDP()),
        ]
        for _ in range(STEPS):
            assert len(router.through(*frames)[1]) == len(frames)
        stages = {stage.name: stage for stage in router.engine.stats.stages()}
    assert list(stages) == ["receive", "classify", "control", "look-up", "rewrite", "transmit"]
    timed = stages["receive"].packets
    # Every other poll that is timed is of the port where nothing comes in.
    assert timed == len(frames) * (2 * STEPS // 61) // 2
    assert {name: stage.packets for name, stage in stages.items() if name != "transmit"} == {
        "receive": timed,
        "classify": timed,
        "control": 0,
        "look-up": timed,
        "rewrite": timed,
    }
    assert stages["transmit"].packets > 0
    assert all(stages[name].cycles > 0 for name in ("receive", "classify", "look-up", "rewrite"))


def test_without_packets_nothing_is_said():
    with Router("idle") as router:
        for _ in range(STEPS):
            router.step()
        assert all(stage.packets == 0 == stage.cycles for stage in router.engine.stats.stages())
