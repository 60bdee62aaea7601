# SPDX-License-Identifier: Apache-2.0
"""The report of a run: whole, closed in itself, escaped, readable without colours; and of a run of which little is there."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bfd_fastpath.bench.document import Document
from bfd_fastpath.bench.report import page, plots, summary
from bfd_fastpath.bench.report.axis import Axis, by_decades, from_zero
from bfd_fastpath.bench.report.numbers import number, with_unit
from bfd_fastpath.cli.main import invoke
from tests.bench import samples

VOID = {"meta", "br"}
WHOLE = samples.document()


class Tags(HTMLParser):
    """Fails where tags do not nest; keeps text, ids and what points to ids."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.open, self.seen, self.text, self.ids, self.targets = [], [], [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        named = dict(attributes)
        if "id" in named:
            self.ids.append(named["id"])
        if "href" in named:
            self.targets.append(named["href"].removeprefix("#"))
        self.targets += (named.get("aria-labelledby") or "").split()
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_has_every_suite_and_nests():
    tags = Tags(page(WHOLE))
    text = " ".join(" ".join(tags.text).split())
    for suite in WHOLE.suites:
        assert f"suite-{suite}" in tags.ids
    assert "3.5 % of the time was stolen" in text
    assert "3 % <stolen>" in text
    assert "withdrawn <at> the route server & gone" in text
    assert "apt-get install gobgpd" in text
    assert "Nothing was measured." in text
    assert tags.seen.count("svg") == len(plots(WHOLE)) == 7


def test_the_page_needs_nothing_from_elsewhere():
    text = page(WHOLE)
    assert set(Tags(text).seen).isdisjoint({"script", "img", "link", "iframe", "object"})
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)|@import|url\(", text) == []


def test_every_place_that_is_pointed_to_is_there_once():
    tags = Tags(page(WHOLE))
    assert len(set(tags.ids)) == len(tags.ids)
    assert set(tags.targets) <= set(tags.ids)


def test_pictures_say_in_words_what_they_show():
    for plot in plots(WHOLE):
        root = ElementTree.fromstring(plot.picture.file())
        name = {child.tag.rpartition("}")[2]: child.text for child in root}
        assert name["title"] == plot.picture.title
        assert len(name["desc"]) > 20
        assert root.attrib["role"] == "img"


def test_figures_stay_inside_their_picture():
    for plot in plots(WHOLE):
        root = ElementTree.fromstring(plot.picture.file())
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        for one in root.iter():
            if one.tag.endswith("rect") and "x" in one.attrib:
                assert float(one.attrib["x"]) + float(one.attrib["width"]) <= width
                assert float(one.attrib["y"]) + float(one.attrib["height"]) <= height


def test_long_names_are_cut_where_bars_begin():
    (plot,) = (one for one in plots(WHOLE) if one.picture.name == "bfd-scale-m-s")
    assert "find the session by index, stamp it, an\N{HORIZONTAL ELLIPSIS}<" in plot.picture.file()


def test_goals_are_told_by_sign_and_word():
    text = summary(WHOLE)
    goals = text.split("## Goals")[1].split("##")[0]
    assert "| \N{MULTIPLICATION X} missed | forward | IPv4, 64 B, 1,000 routes |" in goals
    assert "30.1 cycles above io | 17.6 cycles above io |" in goals
    assert "| \N{CHECK MARK} met | forward | IPv4, 64 B, 1,000,000 routes |" in goals
    assert (
        "| \N{MULTIPLICATION X} missed | bfd-scale | held 100,000 x 50 ms | no false Down | 26 false-downs |"
        in goals
    )


def test_the_envelope_says_held_and_how_many_downs():
    (plot,) = (one for one in plots(WHOLE) if one.picture.name == "bfd-scale-envelope")
    text = plot.picture.file()
    assert "\N{MULTIPLICATION X} 26 Downs" in text
    assert text.count("\N{CHECK MARK} held") == 3
    assert "\N{MULTIPLICATION X} not up" in text
    assert text.count('class="untried"') == 3 * 4 - 5


def test_rates_by_size_are_drawn_where_sizes_were_measured():
    rows = [
        samples.forward(4, 1000, size, (30.0, 33.0, 40.0, 50.0), (1.0, 1.0, 1.0)) for size in (64, 512, 1518)
    ]
    names = [one.picture.name for one in plots(replace(WHOLE, suites={"forward": tuple(rows)}))]
    assert "forward-by-size-ipv4" in names
    assert "forward-by-size-ipv6" not in names
    names = [one.picture.name for one in plots(replace(WHOLE, suites={"forward": tuple(rows[:2])}))]
    assert "forward-by-size-ipv4" not in names


@pytest.mark.parametrize("suites", [{}, {"forward": ()}, {"forward": WHOLE.suites["forward"][:1]}])
def test_a_run_with_little_in_it_has_a_page_and_a_summary(suites):
    few = replace(WHOLE, suites=suites, skipped=(), machine={})
    Tags(page(few))
    assert summary(few).startswith("# Bench of 2026-01-02")


def test_a_row_whose_peer_is_missing_is_not_judged():
    row = replace(WHOLE.suites["forward"][0], peers={}, met=None)
    text = summary(replace(WHOLE, suites={"forward": (row,)}))
    assert "| \N{EN DASH} not judged | forward |" in text
    assert "no l3fwd-lpm in this run" in text


def test_figures_for_people():
    assert [number(one) for one in (0, 0.03123, 31.24, 1240.4, 4.29e6, -2.5)] == [
        *("0", "0.0312", "31.2", "1,240", "4.29 M", "\N{MINUS SIGN}2.5")
    ]
    assert with_unit(1500, "us") == "1.5 ms"
    assert with_unit(2_500_000, "us") == "2.5 s"


@pytest.mark.parametrize(
    ("axis", "ticks"),
    [
        (from_zero(48, 0, 100), [0, 10, 20, 30, 40]),
        (by_decades(0.3, 420, 0, 100), [0.1, 1, 10, 100, 1000]),
        (from_zero(0, 0, 100), [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (by_decades(10, 10, 0, 100), [10, 100]),
    ],
)
def test_axes_have_round_ticks(axis: Axis, ticks):
    assert axis.ticks() == pytest.approx(ticks)
    assert axis(axis.low) == 0
    assert axis(axis.high) == pytest.approx(100)


def test_the_command_writes_page_summary_and_plots(tmp_path, capsys):
    run = tmp_path / "run.json"
    run.write_text(WHOLE.to_json())
    assert invoke(["bench", "report", str(run)]) == 0
    assert capsys.readouterr().out == summary(Document.from_json(run.read_text()))
    out, markdown, directory = tmp_path / "run.html", tmp_path / "run.md", tmp_path / "plots"
    words = ["--out", str(out), "--markdown", str(markdown), "--plots", str(directory), "--title", "A <b>"]
    assert invoke(["bench", "report", str(run), *words]) == 0
    assert "<title>A &lt;b&gt;</title>" in out.read_text()
    assert markdown.read_text() == summary(WHOLE)
    assert len(list(directory.glob("bench-*.svg"))) == 7
    assert invoke(["bench", "report", str(tmp_path / "none.json")]) == 2
    assert invoke(["bench", "report", str(run), "--out", str(tmp_path / "no" / "x.html")]) == 1
