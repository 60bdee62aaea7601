# SPDX-License-Identifier: Apache-2.0
"""The report of a run: whole, closed in itself, escaped, readable without colours; and of a run of which little is there."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser
from itertools import combinations
from math import inf

import pytest

from bfd_fastpath.bench.document import Document, Goal, Relation
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.prediction import sessions_held
from bfd_fastpath.bench.processor import processor_of
from bfd_fastpath.bench.report import page, plots, summary
from bfd_fastpath.bench.report.axis import Axis, by_decades, from_zero
from bfd_fastpath.bench.report.numbers import number, times_the_goal, with_unit
from bfd_fastpath.bench.report.score import bar
from bfd_fastpath.bench.report.svg import WIDTH
from bfd_fastpath.bench.report.words import shortened, wrapped
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
    assert "CPU 0, which is measured, and CPU 1" in text
    assert "AMD <EPYC>, 16 cores; kernel 6.6.0; CPU 3 polls, governor performance" in text
    assert "withdrawn <at> the route server & gone" in text
    assert "apt-get install gobgpd" in text
    assert "Nothing was measured." in text
    drawn = plots(WHOLE)
    assert [plot.picture.name for plot in drawn] == [
        *("forward-mpps", "forward-above-io", "forward-stages"),
        *("bfd-scale-envelope", "bfd-scale-m-s", "bfd-detect-us", "bfd-detect-cdf-us"),
    ]
    goals = sum(row.goal is not None for rows in WHOLE.suites.values() for row in rows)
    assert tags.seen.count("svg") == len(drawn) + goals
    assert all(plot.caption in text for plot in drawn)


def test_goals_and_the_machine_are_said_before_anything_else():
    text = " ".join(" ".join(Tags(page(WHOLE)).text).split())
    begin = text[: text.index("Forwarding")]
    assert "12 rows on 2 cores of AMD EPYC, a virtual machine, to which bfd-fastpath doctor gives 78" in begin
    assert "The machine was noisy" in begin
    assert "5 goals met 3 goals missed 0 without a verdict" in begin
    quiet = replace(WHOLE, noise=replace(WHOLE.noise, verdict="quiet", reasons=()))
    assert "which was quiet" in page(quiet)


def test_a_goal_has_a_bar_that_says_how_far_it_is():
    met, missed = WHOLE.suites["forward"][1], WHOLE.suites["forward"][0]
    assert times_the_goal(met) == pytest.approx(0.8 * 92 / 72)
    assert times_the_goal(missed) == pytest.approx(0.8 * 22 / 30.1)
    for row, kind in ((met, "met"), (missed, "missed")):
        root = ElementTree.fromstring(bar(row))
        (drawn,) = (one for one in root if one.attrib["class"] == kind)
        begin, middle = float(drawn.attrib["x"]), float(root.find("line").attrib["x1"])
        assert (begin >= middle) is (kind == "met")
    # Nothing was allowed: none is as good as can be, some is missed by more than can be drawn.
    none, some = samples.held(10, 10, 0), samples.held(10, 10, 26)
    assert (times_the_goal(none), times_the_goal(some)) == (inf, 0)
    assert all('<path class="' in bar(row) for row in (none, some))
    assert times_the_goal(replace(met, peers={})) is None
    assert bar(replace(met, goal=None)) == ""


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


def test_no_two_pictures_of_a_suite_have_one_title():
    rows = [
        samples.late("event in Python", 90),
        samples.beside(),
        samples.forward(4, 1, 64, (1,) * 4, (1,) * 3),
    ]
    for document in (WHOLE, replace(WHOLE, suites={"bfd-detect": tuple(rows)})):
        titles = [(one.suite, one.picture.title) for one in plots(document)]
        assert len(set(titles)) == len(titles)


def test_figures_stay_inside_their_picture():
    for plot in plots(WHOLE):
        root = ElementTree.fromstring(plot.picture.file())
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        for one in root.iter():
            if one.tag.endswith("rect") and "x" in one.attrib:
                assert float(one.attrib["x"]) + float(one.attrib["width"]) <= width
                assert float(one.attrib["y"]) + float(one.attrib["height"]) <= height


def boxes(picture, tag: str):
    """(left, top, right, bottom, what) of texts, by the least width that letters have, and of rectangles."""
    for one in ElementTree.fromstring(picture.inline()).iter(tag):
        x, y = float(one.attrib["x"]), float(one.attrib["y"])
        if tag == "rect":
            yield x, y, x + float(one.attrib["width"]), y + float(one.attrib["height"]), one.attrib["class"]
            continue
        width = 5.6 * len(one.text or "")
        left = x - width * {"start": 0, "middle": 0.5, "end": 1}[one.attrib.get("text-anchor", "start")]
        yield left, y - 8, left + width, y, one.text


def covers(a, b) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def every_picture():
    sizes = [
        samples.forward(4, routes, size, (30.0, 33.0, 40.0, 50.0), (1.0, 1.0, 1.0))
        for size in (64, 128, 256, 512, 1024, 1280, 1518)
        for routes in (1000, 1_000_000)
    ]
    whole = replace(WHOLE, suites={**WHOLE.suites, "sizes": tuple(sizes)})
    return [pytest.param(plot.picture, id=plot.picture.name) for plot in plots(whole)]


@pytest.mark.parametrize("picture", every_picture())
def test_words_stay_in_the_picture_and_cover_neither_each_other_nor_bars(picture):
    words, bars = list(boxes(picture, "text")), list(boxes(picture, "rect"))
    assert [one for one in words if one[0] < 0 or one[2] > WIDTH or one[1] < 0] == []
    assert [(a[4], b[4]) for a, b in combinations(words, 2) if covers(a, b)] == []
    on_bars = [(word[4], bar[4]) for word in words for bar in bars if covers(word, bar)]
    # Cells are there to be written on.
    assert {bar for _, bar in on_bars} <= {"lost", "untried", *(f"h{shade}" for shade in range(5))}


def test_long_names_are_cut_where_bars_begin():
    (plot,) = (one for one in plots(WHOLE) if one.picture.name == "bfd-scale-m-s")
    assert "find the session by index, stamp it\N{HORIZONTAL ELLIPSIS}<" in plot.picture.file()


def test_what_all_rows_of_a_plot_share_is_said_once():
    names, common = shortened(["IPv4, 64 B, 1 next hop", "IPv6, 66 B, 1 next hop"])
    assert (names, common) == (["IPv4, 64 B", "IPv6, 66 B"], "1 next hop")
    # Nothing is left of the first: they stay as they are.
    assert shortened(["watched, 1,000 sessions", "watched, 1,000 sessions, beside scapy"])[1] == ""
    assert shortened(["alone"]) == (["alone"], "")


def test_long_names_take_two_lines():
    assert wrapped("10,000 Downs at once to the last octets", 20) == [
        "10,000 Downs at once",
        "to the last octets",
    ]
    assert wrapped("short", 20) == ["short"]
    assert wrapped("one two three four five", 9) == ["one two", "three fo\N{HORIZONTAL ELLIPSIS}"]


def test_one_figure_beside_nothing_is_no_picture():
    row = samples.micro()
    alone = replace(row, peers={})
    names = [one.picture.name for one in plots(replace(WHOLE, suites={"python": (alone,)}))]
    assert names == []
    names = [one.picture.name for one in plots(replace(WHOLE, suites={"python": (row,)}))]
    assert names == ["python-m-s"]


def test_rows_of_another_unit_than_false_downs_are_no_envelope():
    loads = [
        replace(samples.held(10_000, 50, 0), name=f"load {n}", unit="Mpps", ours=Figure.of([n]), goal=None)
        for n in (39, 62)
    ]
    names = [one.picture.name for one in plots(replace(WHOLE, suites={"shed": tuple(loads)}))]
    assert names == ["shed-mpps"]


def test_a_prediction_stands_beside_its_result():
    (plot,) = (one for one in plots(WHOLE) if one.picture.name == "forward-mpps")
    row = WHOLE.suites["forward"][0]
    told = [text for *_, text in boxes(plot.picture, "text")]
    assert told.count("predicted") == 2
    assert number(row.prediction) in told
    assert plot.picture.inline().count('class="prediction"') == 3 + 1
    (plot,) = (one for one in plots(WHOLE) if one.picture.name == "bfd-scale-envelope")
    told = [text for *_, text in boxes(plot.picture, "text")]
    assert "predicted" in told
    assert f"{sessions_held(50, processor_of(WHOLE.machine)):,}" in told


def test_what_is_below_a_logarithmic_axis_points_there():
    rows = [replace(samples.late("Down", 12), ours=Figure.of([figure])) for figure in (-107.0, 2.0, 2000.0)]
    (plot, _) = plots(replace(WHOLE, suites={"bfd-detect": tuple(rows)}))
    told = [text for *_, text in boxes(plot.picture, "text")]
    assert "\N{MINUS SIGN}107" in told
    assert "0 or less" in told
    assert plot.picture.inline().count("<circle") == 2


def test_a_distribution_tells_what_a_reader_looks_for():
    rows = [
        replace(samples.late("Down, p99.9", 12), goal=Goal("below 100 us", 100, None, Relation.AT_MOST)),
        replace(samples.late("few, p99", 12), detail={"cdf": [[1.0, 0.5], [2.0, 1.0]]}),
    ]
    (plot,) = (
        one for one in plots(replace(WHOLE, suites={"bfd-detect": tuple(rows)})) if "cdf" in one.picture.name
    )
    told = [text for *_, text in boxes(plot.picture, "text")]
    assert {"half", "99 %", "99.9 %", "goal 100", "Down", "few"} <= set(told)
    # Of two that were seen nobody knows what 99 % are.
    assert told.count("not told") == 2 + 1


def test_distributions_of_peers_stand_beside_ours_in_a_plot_of_their_own():
    rows = [samples.late("event in Python", 90), samples.beside()]
    bars, alone, beside = plots(replace(WHOLE, suites={"bfd-detect": tuple(rows)}))
    assert alone.picture.name == "bfd-detect-cdf-us"
    assert beside.picture.name == "bfd-detect-cdf-us-beside"
    assert beside.picture.title == "Down on the wire, beside others"
    names = ["ours", "BIRD", "FRR bfdd"]
    assert [text for *_, text in boxes(beside.picture, "text") if text in names] == names
    assert not set(names) & {text for *_, text in boxes(alone.picture, "text")}
    # A curve and its bar have one colour.
    text = beside.picture.inline()
    assert all(text.count(f'"curve c{place}"') == 2 for place in range(3))
    assert "BIRD" in bars.picture.inline()


def test_goals_are_told_by_sign_and_word():
    text = summary(WHOLE)
    goals = text.split("## Goals")[1].split("##")[0]
    assert "| \N{MULTIPLICATION X} missed | forward | IPv4, 64 B, 1,000 routes |" in goals
    assert "30.1 cycles above io | \N{LESS-THAN OR EQUAL TO} 17.6 |" in goals
    assert "| \N{CHECK MARK} met | forward | IPv4, 64 B, 1,000,000 routes |" in goals
    assert (
        "| \N{MULTIPLICATION X} missed | bfd-scale | held 100,000 x 50 ms | no false Down | 26 false Downs |"
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


def test_peers_of_few_rows_share_a_column():
    rows = [
        replace(samples.micro(), name=name, peers={name: Figure.of([3.5])}) for name in ("tshark", "scapy")
    ]
    text = summary(replace(WHOLE, suites={"replay": (*rows, replace(samples.micro(), peers={}))}))
    assert "| Row | Unit | Ours | least - most | Beside |  |" in text
    assert "| scapy 3.5 |" in text


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
