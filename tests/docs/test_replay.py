# SPDX-License-Identifier: Apache-2.0
"""docs/replay.md keeps its word: its JSON keys, verdicts, reasons and options are those of the program, and its example runs."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bfd_fastpath.cli.replay import replay as command
from bfd_fastpath.replay.answer import answer
from bfd_fastpath.replay.case import read
from bfd_fastpath.replay.document import document
from pydp.ffi import ffi, lib, text
from pydp.replay import Code, Restart, TimerChange, Unreachable
from pydp.replay.records import FileFault
from tests.replay import stories
from tests.replay.crafting import MS, UP, A, B, Capture, bfd

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CASES = ROOT / "tests" / "replay" / "cases"
PAGE = (DOCS / "replay.md").read_text("utf-8")


def section(name):
    return re.split(r"^## ", PAGE.split(f"\n## {name}\n")[1], flags=re.MULTILINE)[0]


def first_cells(text):
    """The names in the first column of its tables."""
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def keys(value, path=""):
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from keys(below, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for below in value:
            yield from keys(below, path + "[]")
    else:
        yield path


def covers(explained, path):
    """Whether a key is this one, or below it."""
    base = explained.removesuffix("[]")
    return path == base or path.startswith((f"{base}.", f"{base}[]."))


def full_document():
    """One with something in each list."""
    known = stories.stalled()
    late = known.late[0]
    facts = {name: getattr(late, name) for name in late.__dataclass_fields__}
    session = replace(
        known,
        timer_changes=(TimerChange(**facts),),
        restarts=(Restart(**facts, former=1, discriminator=2),),
        unreachables=(Unreachable(**facts, source=stories.B, port=True),),
    )
    story = stories.story(session, faults=(stories.fault(1),), echoes=(stories.echo(),))
    broken = replace(story, fault=FileFault(1, 2, "truncated", "it ends"))
    return [document(story), document(broken)]


def test_every_json_key_is_explained_and_no_other():
    explained = [name for name in first_cells(section("JSON")) if name not in reasons()]
    assert len(explained) == len(set(explained))
    assert set(explained) == {key for one in full_document() for key in keys(one)}


def reasons():
    """Of packets that a capture alone shows to be malformed: the rest needs a session of ours."""
    of_ours = {"your-discriminator", "no-session", "admin-down", "auth", "rx-ttl"}
    of_ours |= {"s-bfd-reflector", "s-bfd-martian", "s-bfd-source", "s-bfd-rate"}
    of_ours |= {"echo-forged", "echo-not-awaited", "echo-unwanted", "echo-rate", "echo-ttl"}
    of_ours |= {"unauthenticated", "auth-key-id", "auth-sequence", "auth-digest"}
    names = (lib.pydp_replay_reason_name(number) for number in range(1, 256))
    known = {text(name) for name in names if name != ffi.NULL}
    return {name for name in known - of_ours if not name.startswith("echo-")}


def test_every_key_of_being_one_end_is_explained(eal, tmp_path):
    """A key stands for all below it."""
    explained = first_cells(section("Be one end"))
    found = set()
    for folder in ("as_bird_of_a_cut", "as_bird_of_a_silence"):
        case = read(CASES / folder, folder)
        found |= set(keys(answer(case.capture(tmp_path), case)["as"]))
    for path in found:
        assert any(covers(one, path) for one in explained), path
    for one in explained:
        assert any(covers(one, path) for path in found), one


def test_every_reason_of_a_malformed_packet_is_explained():
    assert reasons() <= set(first_cells(section("JSON")))


def test_every_verdict_is_explained():
    assert sorted(first_cells(section("Verdicts"))) == sorted(Code)


def test_every_option_is_explained():
    options = {option for one in command.params for option in one.opts if option.startswith("--")}
    named = set(re.findall(r"(--[a-z-]+)", " ".join(first_cells(section("Options and exit codes")))))
    assert named == options


def test_the_python_example_runs(tmp_path):
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    made = Capture()
    for _ in range(4):
        made.say(A, B, bfd(1, 2, UP), after_us=50 * MS)
        made.say(B, A, bfd(2, 1, UP))
    (tmp_path / "outage.pcapng").write_bytes(made.pcapng())
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "8 hellos, longest gap 50.0 ms" in done.stdout


@pytest.mark.parametrize("name", re.findall(r"!\[[^\]]*\]\(([^)]+\.svg)\)", PAGE))
def test_its_pictures_are_drawn_by_the_program(name):
    root = ElementTree.parse(DOCS / name).getroot()
    assert root.get("data-length-ns")
