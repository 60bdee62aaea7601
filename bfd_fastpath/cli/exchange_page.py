# SPDX-License-Identifier: Apache-2.0
"""The exchange report: one HTML page that needs nothing else, from the document of `show exchange --json`.
Everything that others named is escaped; there is no script."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from bfd_fastpath.cli import exchange_svg
from bfd_fastpath.cli.exchange_style import STYLE

#: The latest changes that the page has.
CHANGES = 1000


def page(document: Any, title: str) -> str:
    """The whole page."""
    body = "\n".join(_body(document, title))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _body(document: Any, title: str) -> Iterator[str]:
    yield f"<h1>{escape(title)}</h1>"
    yield f'<p class="soft">Who reaches whom over the peering LAN, {_time(document["time"])} UTC</p>'
    yield _facts(document)
    if not document["members"]:
        yield "<p>There are no members.</p>"
        return
    yield "<h2>Who reaches whom</h2>"
    yield (
        "<p>A row is a member, a column whom it tries to reach. What is not known is not held against "
        "anybody: only a path that had BFD and lost it counts as lost.</p>"
    )
    yield _legend(document)
    for family in sorted({row["family"] for row in document["matrix"]}):
        caption = {"ipv4": "IPv4", "ipv6": "IPv6"}[family]
        picture = exchange_svg.matrix(document, family)
        yield f'<figure class="matrix"><figcaption>{caption}</figcaption>{picture}</figure>'
    yield "<h2>Lost now</h2>"
    yield _lost(document)
    yield "<h2>Hall of fame</h2>"
    yield (
        "<p>How well each member can be protected from a broken path: a quarter each for telling the route "
        "server what it reaches, for BFD in every IP version of the LAN, for the asks that it answers, and "
        "for the share of members that have had BFD up with it. Who turns BFD on is led round a broken path "
        "at once; who does not waits for somebody to notice.</p>"
    )
    yield _fame(document)
    yield "<h2>What happened</h2>"
    if plot := exchange_svg.lost_over_time(document):
        yield f"<figure>{plot}<figcaption>Paths lost at a time</figcaption></figure>"
    yield _changes(document)


def _facts(document: Any) -> str:
    members = document["members"]
    lost = len(document["lost"])
    facts = [
        (len(members), "member" if len(members) == 1 else "members", ""),
        (sum(bool(one["transports"]) for one in members), "report what they reach", ""),
        (sum(one["bfd"] == "no-bfd" for one in members), "are known to have no BFD", ""),
        (lost, "path is lost" if lost == 1 else "paths are lost", ' class="bad"' if lost else ""),
    ]
    items = "".join(f"<li{kind}><b>{count:,}</b>{text}</li>" for count, text, kind in facts)
    return f'<ul class="facts">{items}</ul>'


def _legend(document: Any) -> str:
    shown = {sign for row in document["matrix"] for sign in row["states"]} - {exchange_svg.ABSENT}
    items = "".join(
        f'<li><i class="{exchange_svg.CLASSES[sign]}"></i>{escape(text)}</li>'
        for sign, text in document["legend"].items()
        if sign in shown
    )
    return f'<ul class="legend">{items}</ul>'


def _lost(document: Any) -> str:
    if not document["lost"]:
        return '<p class="ok">Nothing: every path that BFD watches is up.</p>'
    rows = [(r["from"], r["to"] or "-", r["address"], _time(r["since"])) for r in document["lost"]]
    return f'<div class="scroll">{_table(("Member", "Cannot reach", "At", "Since (UTC)"), rows)}</div>'


def _fame(document: Any) -> str:
    rows = []
    for one in document["ranking"]:
        rows.append(
            (
                one["place"],
                one["member"],
                _Html(f'{one["score"]:.0f}<div class="bar"><i style="width:{one["score"]:.1f}%"></i></div>'),
                "yes" if one["reports"] else "no",
                ", ".join(f for f in one["bfd-families"] if f in one["families"]) or "none",
                f"{one['answered']:.0%}",
                f"{one['confirmed']:.0%}",
            )
        )
    headers = ("#", "Member", "Protected, %", "Reports", "BFD in", "Asks answered", "BFD seen by")
    return f'<div class="scroll">{_table(headers, rows, numbers=("#", "Asks answered", "BFD seen by"))}</div>'


def _changes(document: Any) -> str:
    changes = document["changes"][-CHANGES:]
    if not changes:
        return "<p>Nothing has changed since the route server's agent began to watch.</p>"
    rows = [(_time(one["time"]), one["member"], *_told(one)) for one in reversed(changes)]
    left_out = document["changes-forgotten"] + len(document["changes"]) - len(changes)
    note = f'<p class="soft">{left_out:,} earlier changes are not listed.</p>' if left_out else ""
    return f'<div class="scroll">{_table(("Time (UTC)", "Member", "Change", "About"), rows)}</div>{note}'


def _told(change: Any) -> tuple[object, object]:
    if "session" in change:
        return f"session with the route server {change['session']}", change.get("text", "")
    kind = {"down": "bad", "up": "ok"}.get(change["new"], "soft")
    about = f"{change['about']} ({change['address']})" if change["about"] else change["address"]
    return _Html(f'{change["old"]} &rarr; <span class="{kind}">{change["new"]}</span>'), about


class _Html(str):
    """Text that is markup already."""


def _table(headers: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[str] = ()) -> str:
    right = [' class="n"' if header in numbers else "" for header in headers]
    head = "".join(f"<th{kind}>{escape(text)}</th>" for kind, text in zip(right, headers, strict=True))
    lines = (
        "<tr>"
        + "".join(f"<td{kind}>{_cell(value)}</td>" for kind, value in zip(right, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _cell(value: object) -> str:
    return value if isinstance(value, _Html) else escape(str(value))


def _time(when: str | None) -> str:
    return "-" if when is None else when[:19].replace("T", " ")
