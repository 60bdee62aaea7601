# SPDX-License-Identifier: Apache-2.0
"""docs/generate.md keeps its word: misbehaviours, ways to fail, JSON keys and options are the program's, and its example
runs."""

import re
import subprocess
import sys
from pathlib import Path

from bfd_fastpath.cli.generate import generate as command
from bfd_fastpath.lab.generate.result import FlowResult, flow_json, peers_json
from pydp.generate import Action, FlowState, Generator, PeersSummary, misbehaviours
from pydp.generate.flows import latency_floors
from pydp.states import State

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "generate.md").read_text("utf-8")


def table(after: str) -> list[list[str]]:
    """The rows of the first table behind a text, as cells."""
    lines = PAGE.split(after, 1)[1].splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def names(rows: list[list[str]]) -> set[str]:
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row[0])}


def test_every_misbehaviour_is_explained_as_the_library_does() -> None:
    told = {row[0].strip("`"): row[1] for row in table("### Misbehaving on demand")}
    assert told == misbehaviours()


def test_every_way_to_fail_is_explained() -> None:
    assert names(table("### Failing by pattern")) == {str(one) for one in Action if one is not Action.RESUME}


def test_every_key_about_peers_is_explained() -> None:
    plain = dict.fromkeys(PeersSummary.__dataclass_fields__, 0)
    states = dict.fromkeys(State, 0)
    empty = PeersSummary(**{**plain, "states": states, "misbehaved": {}, "faults": {},
                            "rx_late_us_log2": (), "tx_late_us_log2": (), "target_mac": None})  # fmt: skip
    self_evident = {
        "peers",
        "started",
        "states",
        "failing",
        "target-mac",
        "hellos-sent",
        "hellos-received",
        "ups",
    }
    explained = {
        name
        for row in table("### What is checked of the target")
        for name in re.findall(r"`([^`]+)`", "".join(row))
    }
    assert set(peers_json(empty)) - self_evident - {"misbehaved"} == explained


def test_every_key_about_flows_is_explained() -> None:
    plain = dict.fromkeys(FlowState.__dataclass_fields__, 0)
    state = FlowState(**{**plain, "latency": latency_floors()})
    self_evident = {
        "flow",
        "sent",
        "sent-octets",
        "wanted-pps",
        "received",
        "received-octets",
        "received-pps",
        "due",
    }
    bullets = set(re.findall(r"`([a-z-]+)`", PAGE.split("* **Exactness**", 1)[1].split("\n\n")[0]))
    cells = "".join("".join(row) for row in table("* **Exactness**"))
    explained = set(re.findall(r"`([^`]+)`", cells)) | bullets
    assert set(flow_json(FlowResult(0, state, None, sent_here=True))) - self_evident <= explained


def test_every_option_on_the_page_exists() -> None:
    known = {name for parameter in command.params for name in parameter.opts}
    assert set(re.findall(r"(?<!-)--[a-z][a-z-]+", PAGE)) <= known


def test_the_example_runs() -> None:
    source = re.search(r"```python\n(.*?)```", PAGE, re.S)
    assert source is not None
    done = subprocess.run(
        [sys.executable, "-c", source[1]], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "State.DOWN" in done.stdout
    assert Generator.__doc__
