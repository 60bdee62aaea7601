# SPDX-License-Identifier: Apache-2.0
"""Two runs beside each other: noise is called noise, a change a change, and a slow day nobody's fault."""

import json
import random
from dataclasses import replace

import pytest

from bfd_fastpath.bench.compare import Change, compare, differences
from bfd_fastpath.bench.document import Better, Document, Noise, Product, Row, Verdict
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.cli.main import invoke
from tests.bench import samples


def windows(middle: float, seed: int, count: int = 9, spread: float = 0.05) -> list[float]:
    source = random.Random(seed)
    return [middle * source.gauss(1, spread) for _ in range(count)]


def row(figures, better=Better.HIGHER, **more) -> Row:
    return Row(name="64 B", parameters={}, unit="Mpps", better=better, ours=Figure.of(figures), **more)


def document(*rows: Row, suite: str = "forward", **machine) -> Document:
    return Document(
        product=Product("0.1.0", "DPDK 22.11", "libpydp.so.0"),
        started="2026-01-01T00:00:00Z",
        seconds=1,
        command="bfd-fastpath bench",
        machine={"cpu": {"model": "EPYC"}, "load": [0.1], **machine},
        noise=Noise("quiet", 0, 1, {}),
        suites={suite: rows},
    )


def one(a: Row, b: Row):
    (found,) = compare(document(a), document(b))
    return found


def test_the_same_windows_are_no_change():
    figures = windows(30, 1)
    found = one(row(figures), row(figures))
    assert (found.change, found.ratio) == (Change.SAME, 1)


def test_noise_is_seldom_called_a_change():
    seen = [one(row(windows(30, seed)), row(windows(30, seed + 1000))).change for seed in range(200)]
    assert sum(each is not Change.SAME for each in seen) <= 8


@pytest.mark.parametrize(("better", "change"), [(Better.HIGHER, Change.BETTER), (Better.LOWER, Change.WORSE)])
def test_a_fifth_more_is_seen(better, change):
    found = one(row(windows(30, 1), better), row(windows(36, 2), better))
    assert found.change is change
    assert found.low < found.ratio < found.high
    assert found.low > 1


def test_a_slow_day_is_nobodys_fault():
    fast = row(windows(30, 1), peers={"l3fwd": Figure.of(windows(40, 2))})
    slow = row(windows(24, 3), peers={"l3fwd": Figure.of(windows(32, 4))})
    found = one(fast, slow)
    assert found.change is Change.SAME
    assert found.peers == pytest.approx(0.8, rel=0.05)
    alone = one(replace(fast, peers={}), replace(slow, peers={}))
    assert alone.change is Change.WORSE


def test_what_is_our_own_code_is_no_excuse():
    fast = row(windows(30, 1), peers={"1 worker": Figure.of(windows(16, 2))}, detail={"own": ["1 worker"]})
    slow = replace(fast, ours=Figure.of(windows(15, 3)), peers={"1 worker": Figure.of(windows(8, 4))})
    assert (one(fast, slow).change, one(fast, slow).peers) == (Change.WORSE, None)


@pytest.mark.parametrize(
    ("a", "b", "why"),
    [
        (row(windows(30, 1, 3)), row(windows(60, 2)), "3 windows are too few"),
        (row(windows(30, 1)), row(windows(60, 2), verdict=Verdict.NO_VERDICT), "B says no-verdict"),
        (row(windows(30, 1)), replace(row(windows(60, 2)), unit="cycles"), "the unit was Mpps and is cycles"),
    ],
)
def test_what_cannot_be_judged_is_not(a, b, why):
    found = one(a, b)
    assert found.change is Change.UNKNOWN
    assert why in found.why


def test_counts_that_were_none():
    none, some = row([0.0] * 5, Better.LOWER), row([2.0, 1.0, 3.0, 1.0, 2.0], Better.LOWER)
    assert one(none, none).change is Change.SAME
    assert one(none, some).change is Change.WORSE
    assert one(some, none).change is Change.BETTER
    assert one(none, row([0.0, 0.0, 0.0, 1.0, 1.0], Better.LOWER)).change is Change.SAME
    assert one(row([0.0], Better.LOWER), row([0.0], Better.LOWER)).change is Change.SAME


def test_rows_and_suites_of_one_run_only():
    found = compare(document(row([1.0] * 5)), document(row([1.0] * 5), suite="workers"))
    assert [(each.suite, each.change) for each in found] == [
        ("forward", Change.ONLY_A),
        ("workers", Change.ONLY_B),
    ]


def test_different_machines_are_said():
    a, b = (
        document(),
        replace(document(load=[5.0], cpu={"model": "Xeon"}), product=Product("0.2.0", "DPDK 22.11", "x")),
    )
    assert differences(a, b) == [
        "cpu.model: EPYC -> Xeon",
        "library: libpydp.so.0 -> x",
        "version: 0.1.0 -> 0.2.0",
    ]
    assert differences(a, a) == []


@pytest.mark.parametrize(
    ("options", "unlike"),
    [
        ("", []),
        (" --out runs/2 --require-peers", []),
        (" --json", []),
        (" --out=x --quick", ["command: bfd-fastpath bench -> bfd-fastpath bench --quick"]),
    ],
)
def test_what_was_asked_for_is_compared_and_not_where_it_was_written(options, unlike):
    asked = replace(document(), command=f"bfd-fastpath bench{options}")
    assert differences(document(), asked) == unlike


def test_the_command_says_what_changed_and_its_exit_code(tmp_path, capsys):
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    files[0].write_text(document(row(windows(30, 1))).to_json())
    files[1].write_text(document(row(windows(20, 2))).to_json())
    assert invoke(["bench", "compare", *map(str, files)]) == 1
    assert "1 worse by more than noise" in capsys.readouterr().out
    assert invoke(["bench", "compare", *map(str, reversed(files)), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [each["change"] for each in answer["rows"]] == ["better"]
    files[0].write_text('{"schema": 7}')
    assert invoke(["bench", "compare", *map(str, files)]) == 2
    assert "schema 7" in capsys.readouterr().err


def test_figures_of_0_and_less_are_compared_by_their_difference():
    low, high = (
        row([-100.0, -90.0, -110.0, -95.0, -105.0], Better.LOWER),
        row([30.0, 20.0, 40.0, 25.0, 35.0], Better.LOWER),
    )
    assert (one(low, high).change, one(high, low).change) == (Change.WORSE, Change.BETTER)
    assert one(low, high).ratio is None
    # Twice as far below 0 is not twice as much of anything.
    assert one(low, row([2 * figure for figure in low.ours.windows], Better.LOWER)).change is Change.BETTER
    assert one(low, row([-101.0, -92.0, -108.0, -96.0, -104.0], Better.LOWER)).change is Change.SAME


def test_a_table_fits_a_hundred_columns_and_a_pipe(tmp_path, capsys):
    whole = tmp_path / "whole.json"
    whole.write_text(samples.document().to_json())
    assert invoke(["bench", "compare", str(whole), str(whole)]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 100
    assert "\x1b" not in text
    assert "0 worse by more than noise" in text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 7}', "\x00", '{"schema": 1}', "[" * 100_000])
def test_a_file_that_is_no_document_is_named_with_its_fault(tmp_path, capsys, text):
    whole, bad = tmp_path / "whole.json", tmp_path / "bad.json"
    whole.write_text(document(row(windows(30, 1))).to_json())
    bad.write_text(text)
    for files in ((whole, bad), (bad, whole)):
        assert invoke(["bench", "compare", *map(str, files)]) == 2
        seen = capsys.readouterr()
        assert (str(bad) in seen.err, seen.out) == (True, "")
