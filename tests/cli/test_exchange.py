# SPDX-License-Identifier: Apache-2.0
"""`show exchange` and the report page, from documents of the shape that an agent gives."""

import json
import re
from html.parser import HTMLParser

import pytest

from bfd_fastpath.cli import exchange_page, exchange_row, exchange_svg
from bfd_fastpath.cli.exchange_tables import exchange
from bfd_fastpath.cli.main import invoke
from tests.routeserver.lan import LAN4, LAN6
from tests.routeserver.test_matrix import Scene

VOID = {"meta", "rect", "line", "path", "br"}


class Tags(HTMLParser):
    """Fails where tags do not nest; keeps what was seen."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.seen, self.text, self.classes = [], [], [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        self.classes += dict(attributes).get("class", "").split()
        assert tag != "script"
        assert not any(name.startswith("on") for name, _ in attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def document():
    scene = Scene()
    for name in "abc":
        scene.take(scene.lan.join(name))
    for other in "bcd":
        scene.take(scene.lan.up("a", other))
    scene.take(scene.lan.down("a", "c"))
    return scene.view()


def crowd(count):
    """Many members, of whom the first lost the last."""
    names = [f"m{number}" for number in range(count)]
    rows = [
        {
            "family": "ipv4",
            "from": name,
            "states": "U" * i + "-" + "U" * (count - i - 1),
            "since": [None] * count,
        }
        for i, name in enumerate(names)
    ]
    rows[0]["states"] = "-" + "U" * (count - 2) + "D"
    return {
        "time": "2026-01-01T00:00:00.000000Z",
        "members": [
            {
                "name": n,
                "as": 1,
                "addresses": [],
                "bfd": "takes-part",
                "sessions": 1,
                "transports": ["bgp-ls"],
            }
            for n in names
        ],
        "legend": {"U": "reached", "D": "not reached", "-": "itself"},
        "matrix": rows,
        "lost": [{"from": "m0", "to": names[-1], "address": "192.0.2.1", "since": None}],
        "changes": [],
        "changes-forgotten": 0,
        "lost-over-time": [],
        "ranking": [
            {
                "place": i,
                "member": n,
                "score": 50.0,
                "reports": True,
                "bfd-families": [],
                "families": ["ipv4"],
            }
            | {"answered": 1.0, "confirmed": 0.0}
            for i, n in enumerate(names, 1)
        ],
    }


def test_the_table_shows_the_matrix_the_losses_and_the_changes(document):
    text = exchange(document)
    assert text.startswith("4 members, 3 report what they reach, 1 path lost")
    assert "1  - U D U  a" in text
    assert "a       c             198.51.100.3" in text
    assert "up -> down" in text


def test_one_member_is_shown_there_and_back_with_since_when(document):
    found = exchange_row.row(document, "a")
    assert found is not None
    assert [one["member"] for one in found["pairs"]] == ["b", "c", "d"] * 2
    up, down, silent = found["pairs"][:3]
    assert (up["family"], up["there"], up["back"], up["back-since"]) == ("ipv4", "up", "unanswered", None)
    assert up["there-since"] < down["there-since"]
    assert (down["there"], silent["back"]) == ("down", "silent")
    assert exchange_row.row(document, str(LAN6["a"])) == found
    assert exchange_row.row(document, "nobody") is None
    head, _, _, names, *lines = exchange_row.text(found).splitlines()
    assert head == f"a, AS 64500, {LAN4['a']}, {LAN6['a']}: reports by bgp-ls"
    assert names.split() == ["FAMILY", "MEMBER", "THERE", "SINCE", "BACK", "SINCE"]
    assert lines[0].split() == ["ipv4", "b", "up", "3.0", "s", "unanswered", "-"]
    assert exchange_row.text(exchange_row.row(document, "d")).startswith("d, AS 64503, ")


def test_a_crowd_gets_no_matrix_in_the_terminal_but_its_losses():
    text = exchange(crowd(100))
    assert "exchange-report" in text
    assert "who (row)" not in text
    assert "m99" in text


def test_the_page_is_one_whole_document_with_every_part(document):
    tags = Tags(exchange_page.page(document, "Test LAN"))
    text = " ".join(tags.text)
    for part in (
        "Test LAN",
        "Who reaches whom",
        "Lost now",
        "Hall of fame",
        "What happened",
        "a -> c: not reached",
    ):
        assert part in text
    assert tags.classes.count("down") >= 2
    assert "svg" in tags.seen


def test_names_from_outside_cannot_become_markup(document):
    evil = "<script>alert(1)</script>"
    text = json.dumps(document).replace('"a"', json.dumps(evil))
    tags = Tags(exchange_page.page(json.loads(text), evil))
    assert "script" not in tags.seen
    assert evil in tags.text


def test_the_picture_of_a_crowd_is_drawn_in_runs():
    svg = exchange_svg.matrix(crowd(1000), "ipv4")
    assert svg.count("<rect") < 4000
    assert svg.count('class="down"') == 1
    assert "<text" not in svg
    titles = re.findall("<g><title>(.*?)</title><rect", svg)
    assert titles == [f"m{number}" for number in range(1000)], "whose row it is"


def test_names_in_the_picture_of_a_crowd_cannot_become_markup():
    evil = "<script>alert(1)</script>"
    text = json.dumps(crowd(70)).replace('"m3"', json.dumps(evil))
    tags = Tags(exchange_page.page(json.loads(text), "LAN"))
    assert evil in tags.text


def test_report_from_a_file_and_bad_input(document, tmp_path, capsys):
    source, out = tmp_path / "now.json", tmp_path / "page.html"
    source.write_text(json.dumps(document))
    assert invoke(["exchange-report", "--from", str(source), "--out", str(out)]) == 0
    assert "4 members, 1 path lost" in capsys.readouterr().out
    assert str(LAN4["c"]) in out.read_text()
    for text in ("{", "[]", '{"members": 3}', json.dumps(document)[:-1]):
        source.write_text(text)
        out.unlink(missing_ok=True)
        assert invoke(["exchange-report", "--from", str(source), "--out", str(out)]) == 2
        assert str(source) in capsys.readouterr().err
        assert not out.exists()
    assert invoke(["exchange-report", "--socket", str(tmp_path / "none.sock"), "--out", str(out)]) == 4


def test_a_place_that_cannot_be_written_is_named(document, tmp_path, capsys):
    source = tmp_path / "now.json"
    source.write_text(json.dumps(document))
    assert (
        invoke(["exchange-report", "--from", str(source), "--out", str(tmp_path / "no" / "page.html")]) == 2
    )
    assert "page.html" in capsys.readouterr().err
