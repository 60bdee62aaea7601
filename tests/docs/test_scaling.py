# SPDX-License-Identifier: Apache-2.0
"""docs/scaling.md says what bfd_fastpath/bench/prediction.py reckons."""

from pathlib import Path

import pytest

from bfd_fastpath.bench import prediction
from bfd_fastpath.bench.scaling import GIGABITS, IMIX, IO_CYCLES, tables

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "scaling.md").read_text()


@pytest.mark.parametrize("name", list(tables()))
def test_the_tables_are_the_formula_s(name):
    assert tables()[name] in PAGE


@pytest.mark.parametrize(
    "said",
    [
        f"wait   = (a load's time in L2, L3 or memory, by how much of the octets each has room for) x clock / {prediction.OVERLAP}",
        f"Measured here for net_pcap, {IO_CYCLES:.0f} cycles",
        f"{prediction.WORK[4]:.0f} cycles for IPv4, {prediction.WORK[6]:.0f} for IPv6",
        f"one after the other: {prediction.LOOKUP_LINES[4]:g} for IPv4, {prediction.LOOKUP_LINES[6]:g} for IPv6",
        f"n / (1 + {prediction.CONTENTION} (n - 1))",
        f"{prediction.line_pps(64, GIGABITS) / 1e6:.1f} M frames of 64 octets a second, "
        f"{prediction.line_pps(IMIX, GIGABITS) / 1e6:.1f} M of IMIX",
        f"cost {prediction.HELLO_WORK:.0f} cycles besides",
        f"{prediction.FEED_CYCLES:,.0f} cycles a route and feed, {prediction.TABLE_CYCLES:,.0f} into the engine",
        f"{prediction.FEED_OCTETS} octets a route and feed, {prediction.TABLE_OCTETS} once",
        f"{prediction.ROUTE_OCTETS[4]} (IPv6: {prediction.ROUTE_OCTETS[6]}) in the look-up",
    ],
)
def test_the_numbers_in_the_text_are_the_code_s(said):
    assert said in " ".join(PAGE.split()) or said in PAGE
