# SPDX-License-Identifier: Apache-2.0
"""docs/replay-cases.md names every operator, file and option, and its example holds where it says."""

import json
import re
from pathlib import Path

from bfd_fastpath.replay import case
from bfd_fastpath.replay.answer import answer
from bfd_fastpath.replay.cases import Outcome, check
from bfd_fastpath.replay.contains import OPERATORS

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "replay-cases.md").read_text()


def first_cells(heading: str) -> set[str]:
    """The names in the first column of the table with this heading."""
    table = PAGE.split(f"\n| {heading} |")[1].split("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_every_operator_is_in_the_table() -> None:
    assert first_cells("Operator") == set(OPERATORS)


def test_every_file_of_a_case_is_in_the_table() -> None:
    plain = {name for name in case.CAPTURES if not name.endswith(".gz")}
    assert first_cells("File") == {
        *plain,
        ".gz",
        case.SCRIPT,
        case.EXPECTATION,
        case.CONFIGURATION,
        case.DESCRIPTION,
    }


def test_every_option_is_in_the_table(tmp_path: Path) -> None:
    options = "".join(
        f"{key} = {1 if key == 'seed' else chr(34) + 'x' + chr(34)}\n" for key in first_cells("Key")
    )
    (tmp_path / "capture.pcap").touch()
    (tmp_path / "expect.json").write_text("{}")
    (tmp_path / "case.toml").write_text(f"[options]\n{options}")
    assert case.read(tmp_path, "x").options == case.Options("x", 1, ("x",), ("x",), ("x",))


def test_the_example_holds_for_a_daemon_that_was_killed(tmp_path: Path) -> None:
    example = re.search(r"^    \{\n.*?^    \}$", PAGE, re.M | re.S)
    assert example is not None
    (tmp_path / "expect.json").write_text(json.dumps(json.loads(example.group())))
    capture = REPOSITORY / "tests/replay/cases/frr_bird_v4_killed/capture.pcapng.gz"
    (tmp_path / "capture.pcapng.gz").write_bytes(capture.read_bytes())
    assert [one.outcome for one in check(tmp_path, answer)] == [Outcome.HOLDS]
