# SPDX-License-Identifier: Apache-2.0
"""The README keeps its word: its program runs outside the source tree, and what it tells people to type exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bfd_fastpath.cli.main import invoke

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
TYPED = re.findall(r"^    (\S.*?)(?:\s{2,}#.*)?$", README, re.MULTILINE)


def test_the_python_program_sees_the_session_come_up(tmp_path):
    (program,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    file = tmp_path / "embed.py"
    file.write_text(program)
    done = subprocess.run(
        [sys.executable, str(file)], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "'UP'" in done.stdout
    statements = [line for line in program.splitlines() if not line.startswith(("import ", "from "))]
    assert len(statements) <= 10


def test_every_make_target_is_in_the_makefile():
    targets = {
        *(line.split()[1] for line in TYPED if line.startswith("make ")),
        *re.findall(r"`make ([a-z-]+)`", README),
    }
    assert {"demo", "test", "demo-kernel", "install"} <= targets
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert [one for one in targets if not re.search(rf"^{one}:", makefile, re.MULTILINE)] == []


@pytest.mark.parametrize("line", [line for line in TYPED if line.startswith("bfd-fastpath ")])
def test_every_command_exists(line, capsys):
    words = [word for word in line.split()[1:] if not word.startswith("-") and "." not in word]
    assert invoke([*words, "--help"]) == 0
    usage = re.match(r"Usage: bfd-fastpath((?: [a-z-]+)+)", capsys.readouterr().out)
    # Behind the command's own words stand its arguments.
    assert usage is not None
    assert words[: len(usage[1].split())] == usage[1].split()


def test_every_file_it_points_at_is_there():
    targets = [one for one in re.findall(r"\]\(([^)#]+)", README) if "://" not in one]
    assert targets
    assert [one for one in targets if not (ROOT / one).exists()] == []
