# SPDX-License-Identifier: Apache-2.0
"""When measured link quality is worth telling: by how much and how soon (RFC 8570 5 and 6). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bfd_fastpath.wire.bgpls import LinkPerformance

COARSE = 0.25
"""Shortest and longest delay are ends of histogram buckets, a quarter apart; a move of one bucket, and what
it makes of the variation, is none."""


@dataclass(frozen=True, slots=True)
class QualityPolicy:
    """What makes a measured value another one than what was told."""

    interval_ns: int = 30_000_000_000
    """Shortest time between two reports of one link's quality."""
    threshold: float = 0.1
    """Change as a share of what was told."""
    delay_floor_us: int = 100
    """Changes of delays that are smaller never count."""
    loss_floor: int = 33_333
    """Changes of loss that are smaller never count; units of 0.000003 %."""

    def differs(self, told: LinkPerformance | None, measured: LinkPerformance | None) -> bool:
        """Whether what was measured is to be told; None: nothing told, nothing measured."""
        if told is None or measured is None:
            return told is not measured
        coarse = max(self.threshold, COARSE)
        low, high = told.delay_range_us or (None, None)
        new_low, new_high = measured.delay_range_us or (None, None)
        return (
            _moved(told.delay_us, measured.delay_us, self.threshold, self.delay_floor_us)
            or _moved(told.loss, measured.loss, self.threshold, self.loss_floor)
            or _moved(low, new_low, coarse, self.delay_floor_us)
            or _moved(high, new_high, coarse, self.delay_floor_us)
            or _moved(told.variation_us, measured.variation_us, coarse, self.delay_floor_us)
        )


def _moved(old: int | None, new: int | None, share: float, floor: int) -> bool:
    """By more than the share and by the floor at least; a value that comes or goes has moved."""
    if old is None or new is None:
        return old is not new
    return abs(new - old) > share * old and abs(new - old) >= floor
