# SPDX-License-Identifier: Apache-2.0
"""The one result of a bench run, schema 1: records, and the JSON that they are kept in. Reading is strict: an
unknown, missing or wrongly typed key is a DocumentError that says where.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from bfd_fastpath.bench import shapes
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.reading import DocumentError, Fields

__all__ = [
    "Better",
    "Broken",
    "Document",
    "DocumentError",
    "Goal",
    "Noise",
    "Product",
    "Relation",
    "Row",
    "Skipped",
    "Verdict",
]

SCHEMA: Final = 1


class Better(Enum):
    """Which figures of a unit are the good ones."""

    HIGHER = "higher"
    LOWER = "lower"


class Relation(Enum):
    """How a figure stands to the limit of its goal."""

    AT_MOST = "at-most"
    AT_LEAST = "at-least"


class Verdict(Enum):
    """Whether a row may be believed."""

    OK = "ok"
    #: Its windows lie too far apart, or the machine was too noisy.
    NO_VERDICT = "no-verdict"
    #: More than the source of the packets gives: the measurement is wrong.
    ABOVE_CEILING = "above-ceiling"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a row is wished to reach: `limit` in the unit of the row, or times the figure of the peer `of`.

    Where both have cycles_over_io, a goal of a peer compares those.
    """

    text: str
    limit: float
    of: str | None = None
    relation: Relation = Relation.AT_LEAST

    def met(self, ours: Figure, peers: Mapping[str, Figure]) -> bool | None:
        """None where the peer did not take part, or costs nothing that ours could be held against."""
        value, limit = ours.median, self.limit
        if self.of is not None:
            peer = peers.get(self.of)
            if peer is None:
                return None
            value, other = ours.median, peer.median
            if ours.cycles_over_io is not None and peer.cycles_over_io is not None:
                value, other = ours.cycles_over_io, peer.cycles_over_io
            if other <= 0:
                return None
            limit *= other
        return value <= limit if self.relation is Relation.AT_MOST else value >= limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a suite. The name is unique in it and the same in every run with these parameters."""

    name: str
    parameters: Mapping[str, Any]
    unit: str
    better: Better
    ours: Figure
    peers: Mapping[str, Figure] = field(default_factory=dict)
    #: What the source itself gives, in the unit of the row.
    ceiling: float | None = None
    goal: Goal | None = None
    #: Whether the goal is met; None without one, and where nothing can be said.
    met: bool | None = None
    verdict: Verdict = Verdict.OK
    #: What docs/scaling.md expects here, in the unit of the row.
    prediction: float | None = None
    #: "stages": cycles by name; "cdf": [[value, share], ...] in the unit of the row; "poll-gap": "edges-us"
    #: and "counts"; "held": whether all sessions were; "own": peers that are our own code by another way;
    #: more by suite.
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was not measured, and the command that helps (or nothing)."""

    suite: str
    what: str
    why: str
    install: str


@dataclass(frozen=True, slots=True)
class Broken(Skipped):
    """What is ours, was to be measured, and went wrong: the exit code is 1. A document that is read again has
    it among what was skipped.
    """


@dataclass(frozen=True, slots=True)
class Product:
    """What was measured. library: its version, and the first digits of its file's SHA-256."""

    version: str
    dpdk: str
    library: str


@dataclass(frozen=True, slots=True)
class Noise:
    """How quiet the machine was. Verdict: "quiet" or "noisy", and why in words."""

    verdict: str
    steal_percent: float
    calibration_spread_percent: float
    poll_gap: Mapping[str, Any]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """All of one run."""

    product: Product
    #: ISO 8601, UTC.
    started: str
    seconds: float
    command: str
    machine: Mapping[str, Any]
    noise: Noise
    suites: Mapping[str, tuple[Row, ...]]
    skipped: tuple[Skipped, ...] = ()

    def to_json(self) -> str:
        """Readable, and the same octets for the same document."""
        return json.dumps(_document(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Document":
        """Raises DocumentError."""
        try:
            top = Fields("", json.loads(text))
        except (ValueError, RecursionError) as error:
            raise DocumentError(f"this is not JSON: {error}") from None
        schema = top.take("schema", int)
        if schema != SCHEMA:
            raise DocumentError(f"schema {schema} is not known here, only {SCHEMA}")
        product, noise = top.fields("product"), top.fields("noise")
        suites = top.fields("suites")
        made = cls(
            product=Product(*(product.take(name, str) for name in ("version", "dpdk", "library"))),
            started=top.take("started", str),
            seconds=top.number("seconds"),
            command=top.take("command", str),
            machine=shapes.machine(top.take("machine", dict)),
            noise=Noise(
                noise.take("verdict", str),
                noise.number("steal-percent"),
                noise.number("calibration-spread-percent"),
                noise.take("poll-gap", dict),
                tuple(noise.strings("reasons")),
            ),
            suites={name: tuple(map(_read_row, suites.records(name))) for name in suites.names()},
            skipped=tuple(
                Skipped(*(one.take(name, str) for name in ("suite", "what", "why", "install")))
                for one in (each.only("suite", "what", "why", "install") for each in top.records("skipped"))
            ),
        )
        for part in (top, product, noise):
            part.end()
        return made


def _document(whole: Document) -> dict[str, Any]:
    noise = whole.noise
    return {
        "schema": SCHEMA,
        "product": {
            "version": whole.product.version,
            "dpdk": whole.product.dpdk,
            "library": whole.product.library,
        },
        "started": whole.started,
        "seconds": whole.seconds,
        "command": whole.command,
        "machine": dict(whole.machine),
        "noise": {
            "verdict": noise.verdict,
            "steal-percent": noise.steal_percent,
            "calibration-spread-percent": noise.calibration_spread_percent,
            "poll-gap": dict(noise.poll_gap),
            "reasons": list(noise.reasons),
        },
        "suites": {name: [row_json(row) for row in rows] for name, rows in whole.suites.items()},
        "skipped": [
            {"suite": one.suite, "what": one.what, "why": one.why, "install": one.install}
            for one in whole.skipped
        ],
    }


def row_json(row: Row) -> dict[str, Any]:
    """A row as the document has it."""
    goal = row.goal
    return {
        "name": row.name,
        "parameters": dict(row.parameters),
        "unit": row.unit,
        "better": row.better.value,
        "ours": _figure(row.ours),
        "peers": {name: _figure(one) for name, one in row.peers.items()},
        "ceiling": row.ceiling,
        "goal": None
        if goal is None
        else {"text": goal.text, "limit": goal.limit, "of": goal.of, "relation": goal.relation.value},
        "met": row.met,
        "verdict": row.verdict.value,
        "prediction": row.prediction,
        "detail": dict(row.detail),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    made: dict[str, Any] = {
        "median": figure.median,
        "min": figure.min,
        "max": figure.max,
        "windows": list(figure.windows),
    }
    if figure.cycles_over_io is not None:
        made["cycles-over-io"] = figure.cycles_over_io
    return made


def _read_row(fields: Fields) -> Row:
    goal = fields.optional_fields("goal")
    peers = fields.fields("peers")
    row = Row(
        name=fields.take("name", str),
        parameters=fields.take("parameters", dict),
        unit=fields.take("unit", str),
        better=fields.one_of("better", Better),
        ours=_read_figure(fields.fields("ours")),
        peers={name: _read_figure(peers.fields(name)) for name in peers.names()},
        ceiling=fields.optional_number("ceiling"),
        goal=None
        if goal is None
        else Goal(
            goal.take("text", str),
            goal.number("limit"),
            goal.take("of", str, None),
            goal.one_of("relation", Relation),
        ),
        met=fields.take("met", bool, None),
        verdict=fields.one_of("verdict", Verdict),
        prediction=fields.optional_number("prediction"),
        detail=shapes.detail(fields.at("detail"), fields.take("detail", dict)),
    )
    fields.end()
    if goal is not None:
        goal.end()
    return row


def _read_figure(fields: Fields) -> Figure:
    over = fields.number("cycles-over-io") if "cycles-over-io" in fields.names() else None
    figure = Figure(
        fields.number("median"),
        fields.number("min"),
        fields.number("max"),
        tuple(fields.numbers("windows")),
        over,
    )
    fields.end()
    if not figure.windows:
        raise DocumentError(f"{fields.at('windows')} is empty")
    if not all(figure.min <= one <= figure.max for one in (figure.median, *figure.windows)):
        raise DocumentError(f"{fields.at('windows')} and median are not between min and max")
    return figure
