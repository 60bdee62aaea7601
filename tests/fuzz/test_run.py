# SPDX-License-Identifier: Apache-2.0
"""The runner of the fuzz targets: a finding fails it and can be seen again; every target is on the list."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.codecs import CLAIMS

#: A target is compiled.
pytestmark = pytest.mark.timeout(600)

FUZZ = Path(__file__).parent
#: Breaks by reading one octet too many, where the input begins as seeds of captures do not.
BROKEN = """
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size == 0 ? 1 : size);
	volatile int odd = 0;

	if (copy == NULL)
		return 0;
	memcpy(copy, data, size);
	if (size > 2 && copy[0] == 'B')
		odd = copy[size] & 1;
	free(copy);
	return odd & 0;
}
"""


def run(directory: Path, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {"FUZZ_TARGETS": str(directory / "targets.sh"), "FUZZ_OUT": str(directory / "out")}
    return subprocess.run(
        [FUZZ / "run", *arguments],
        env={**os.environ, "PYTHON": sys.executable, **settings, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "broken.c").write_text(BROKEN)
    (tmp_path / "targets.sh").write_text("target broken captures\n")
    links = run(tmp_path, "0")
    if "cannot link a fuzzer" in links.stderr:
        lacking = "needs libFuzzer: run `make test` as root, or .ci/packages test"
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI runs everything, and this test {lacking}", pytrace=False)
        pytest.skip(lacking)
    return tmp_path


def test_a_finding_fails_the_run_and_says_how_to_see_it_again(broken: Path) -> None:
    first = run(broken, "60")
    assert first.returncode == 1, first.stdout + first.stderr
    told = re.search(
        r"fuzz: broken: an input broke it. To see it again: make fuzz FUZZ=(\S+)$", first.stdout, re.M
    )
    assert told is not None, first.stdout + first.stderr
    assert Path(told[1]).read_bytes()[:1] == b"B"
    again = run(broken, told[1])
    assert again.returncode != 0
    assert "heap-buffer-overflow" in again.stderr
    assert re.search(r"LLVMFuzzerTestOneInput \S*broken.c:16", again.stderr)


def test_an_input_that_breaks_nothing_says_so(broken: Path) -> None:
    (broken / "broken.mended").write_bytes(b"A sound input")
    again = run(broken, broken / "broken.mended")
    assert again.returncode == 0, again.stderr
    assert "breaks nothing" in again.stdout


def test_the_seeds_alone_find_what_they_reach(broken: Path) -> None:
    once = run(broken, "seeds")
    assert once.returncode == 0, once.stdout + once.stderr
    assert re.search(r"^fuzz: broken: \d+ inputs in \d+ s, all well$", once.stdout, re.M)
    assert not (broken / "out" / "broken.corpus").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("soon",), "soon is neither a number of seconds nor"),
        (("1", "other"), "other is no target; broken are"),
    ],
)
def test_what_it_cannot_do_is_named(broken: Path, arguments: tuple[str, ...], words: str) -> None:
    refused = run(broken, *arguments)
    assert refused.returncode == 2
    assert words in refused.stderr


def test_every_target_is_on_the_list() -> None:
    text = (FUZZ / "targets.sh").read_text()
    listed = re.findall(r"^target (\S+) (\S+)", text, re.M)
    assert sorted(name for name, _ in listed) == sorted(path.stem for path in (FUZZ / "targets").glob("*.c"))
    assert {seeds for _, seeds in listed} | {"codecs"} == {
        path.stem for path in (FUZZ / "seeds").glob("*.py")
    }
    assert re.findall(r"^codec (\S+)", text, re.M) == list(CLAIMS)


def test_a_codec_is_fuzzed_from_its_seeds_by_what_its_python_code_does(tmp_path: Path) -> None:
    (tmp_path / "targets.sh").write_text("codec update\n")
    done = run(tmp_path, "2")
    if "cannot link a fuzzer" in done.stderr and os.environ.get("CI") != "true":
        pytest.skip("needs libFuzzer: run `make test` as root, or .ci/packages test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^fuzz: update: \d+ inputs in \d+ s, all well$", done.stdout, re.M)
    assert list((tmp_path / "out" / "update.corpus").iterdir()), (
        "it found octets that reach more than the seeds do"
    )
