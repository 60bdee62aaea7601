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
    # What is refused is not read: a refused packet's own fields say nothing.
    read = {number for number in theirs if ours[number]["fault"] == 0}
    assert {number: hello(ours[number]) for number in read} == {number: theirs[number] for number in read}
    more = [row for number, row in ours.items() if number not in theirs]
    assert all(row["fault"] or row["captured"] < row["length"] for row in more)
    echoes = {int(row["number"]): row for row in rows if row["kind"] == replay.Kind.ECHO}
    assert tshark.echoes(file) <= echoes.keys()
    assert all(
        row["captured"] < row["length"] for number, row in echoes.items() if number not in tshark.echoes(file)
    )
    assert replay.watch(file).packets == tshark.packets(file)
