# SPDX-License-Identifier: Apache-2.0
"""What the stages of the packet path take of a packet received, so that they add up to what a packet costs:
of data and hellos neither passes all of them."""

from collections.abc import Sequence

from pydp.stats import StageStats


def cycles_a_packet(stages: Sequence[StageStats]) -> dict[str, float]:
    """By stage, those that no packet passed left out. `stages` begin with the one that all packets pass."""
    received = stages[0].packets if stages else 0
    return {one.name: round(one.cycles / received, 2) for one in stages if one.packets and received}
