# SPDX-License-Identifier: Apache-2.0
"""Cycles by stage add up to what a packet costs."""

from bfd_fastpath.bench.stages import cycles_a_packet
from pydp.stats import StageStats


def test_a_stage_that_few_packets_pass_costs_all_of_them_little():
    stages = [
        StageStats("receive", 30_000, 1000),
        StageStats("control", 2400, 10),
        StageStats("rewrite", 0, 0),
    ]
    assert cycles_a_packet(stages) == {"receive": 30.0, "control": 2.4}


def test_nothing_received_costs_nothing():
    assert cycles_a_packet([StageStats("receive", 0, 0), StageStats("control", 5, 1)]) == {}
    assert cycles_a_packet([]) == {}
