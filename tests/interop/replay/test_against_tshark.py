# SPDX-License-Identifier: Apache-2.0
"""Files that other tools wrote, read by us and by tshark: the same BFD packets with the same contents."""

from pathlib import Path

import numpy
import pytest

from pydp import replay
from tests.interop.replay import tshark
from tests.interop.replay.strangers import MAKERS
from tests.interop.replay.tshark import Hello

pytestmark = pytest.mark.interop("tshark")


def our_packets(file: Path) -> list[numpy.void]:
    return [row for chunk in replay.packets(file) for row in chunk.columns.copy()]


def hello(row: numpy.void) -> Hello:
    return Hello(
        int(row["source_port"]),
        int(row["destination_port"]),
        int(row["my_discriminator"]),
        int(row["your_discriminator"]),
        int(row["state"]),
        int(row["diagnostic"]),
        int(row["multiplier"]),
    )


@pytest.fixture(params=list(MAKERS))
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return MAKERS[request.param](tmp_path)


def test_both_read_the_same(file: Path) -> None:
    """Wherever tshark reads all fields of a BFD packet so do we; and what more we call BFD is cut off or faulty."""
    theirs = tshark.hellos(file)
    rows = our_packets(file)
    ours = {int(row["number"]): row for row in rows if row["kind"] != replay.Kind.ECHO}
    assert theirs.keys() <= ours.keys()
    assert {number: hello(ours[number]) for number in theirs} == theirs
    good = {number for number, row in ours.items() if row["fault"] == 0 and row["state"] in range(4)}
    cut = {number for number in good - theirs.keys() if ours[number]["captured"] < ours[number]["length"]}
    assert good - cut <= theirs.keys()
    assert {int(row["number"]) for row in rows if row["kind"] == replay.Kind.ECHO} == tshark.echoes(file)
    assert replay.watch(file).packets == tshark.packets(file)
