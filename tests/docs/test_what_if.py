# SPDX-License-Identifier: Apache-2.0
"""The section "What if" of docs/replay.md explains every key of the answer, and no other."""

import re
from pathlib import Path

from bfd_fastpath.replay.whatif import judge
from bfd_fastpath.replay.whatif_evidence import Unjudged
from bfd_fastpath.replay.whatif_page import document
from bfd_fastpath.replay.whatif_wanted import Key, needed_permille, wanted
from pydp import replay
from tests.replay.whatif_scene import SECOND, Scene, cut

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "replay.md").read_text("utf-8")
SECTION = re.split(r"^## ", PAGE.split("\n## What if\n")[1], flags=re.MULTILINE)[0]


def keys(value, path=""):
    if isinstance(value, dict):
        for key, below in value.items():
            yield from keys(below, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for below in value:
            yield from keys(below, path + "[]")
    elif value is not None:
        yield path


def explained():
    for line in SECTION.splitlines():
        if line.startswith("| `"):
            cell = line.split("|")[1]
            names = re.findall(r"`([^`]+)`", cell)
            if "(and of `set[]`)" in cell:
                names.remove("set[]")
                yield from (name.replace("table[]", "set[]", 1) for name in names)
            yield from names


def test_every_key_of_the_answer_is_explained_and_no_other(tmp_path):
    scene = Scene(loses=[cut(5 * SECOND, 8 * SECOND, 1), cut(12 * SECOND, 12 * SECOND + 80_000_000, 1)])
    story = replay.watch(scene.run(15 * SECOND).save(tmp_path / "it.pcap"), long_gap_permille=1000)
    told = set()
    # An interval that only the table has, one below the recorded one, and a session that has both kinds of Down.
    for sets in (["1.multiplier=1"], ["1.interval=1ms"]):
        wish = wanted(["1ms"], ["1"], sets)
        assert needed_permille(wish) == 1000
        answer = judge(story, wish)
        told |= set(keys(document(answer)))
    told |= set(keys({"not-judged": [vars_of(Unjudged(1, 2, "so"))], "table": [{"interval-factor": 1.0}]}))
    names = list(explained())
    assert len(names) == len(set(names))
    assert set(names) == told


def vars_of(record):
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def test_what_can_be_set_is_listed():
    assert all(f"`{key}`" in SECTION for key in Key)
