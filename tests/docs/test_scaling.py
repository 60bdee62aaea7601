# SPDX-License-Identifier: Apache-2.0
"""docs/scaling.md says what bfd_fastpath/bench/prediction.py reckons."""

from pathlib import Path

import pytest

from bfd_fastpath.bench import prediction
from bfd_fastpath.bench.costs import XEON
from bfd_fastpath.bench.prediction import session_share
from bfd_fastpath.bench.processor import GUEST
from bfd_fastpath.bench.scaling import GIGABITS, IMIX, tables

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "scaling.md").read_text()


@pytest.mark.parametrize("name", list(tables()))
def test_the_tables_are_the_formula_s(name):
    assert tables()[name] in PAGE


@pytest.mark.parametrize(
    "said",
    [
        f"one after the other: {prediction.LOOKUP_LINES[4]:g} for IPv4, {prediction.LOOKUP_LINES[6]:g} for IPv6",
        f"its lines of the tables and {prediction.BUFFER_LINES} of its buffer",
        f"n / (1 + {XEON.contention} (n - 1)) times as much as one, since two did {prediction.more(2, GUEST):.2f} times",
        f"{prediction.line_pps(64, GIGABITS) / 1e6:.1f} M frames of 64 octets a second, "
        f"{prediction.line_pps(IMIX, GIGABITS) / 1e6:.1f} M of IMIX",
        f"touch {prediction.HELLO_LINES:g} lines of tables",
        f"cost {XEON.hello:.0f} cycles besides",
        f"{XEON.feed:,.0f} cycles a route and feed, {XEON.table:,.0f} into the engine",
        f"{prediction.FEED_OCTETS} octets a route and feed, {prediction.TABLE_OCTETS} once",
        f"{prediction.ROUTE_OCTETS[4]} (IPv6: {prediction.ROUTE_OCTETS[6]}) in the look-up",
        f"{session_share(10_000, 50, GUEST, among_data=True):.0%} of the core",
        f"{XEON.reload / 1e6:.1f} million cycles a client",
    ],
)
def test_the_numbers_in_the_text_are_the_code_s(said):
    assert said in " ".join(PAGE.split()) or said in PAGE
