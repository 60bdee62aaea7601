# SPDX-License-Identifier: Apache-2.0
"""What the lines between a bench and a far end mean.

The far end greets: `{"far-end": 2, "product": "0.1.0", "machine": {...}}`. Then the bench asks, first
`{"ask": "stand", "order": {...}}`, and each question has an answer, `{"answer": ...}`, or
`{"refused": "why"}`, which is the last one. The bench leaves when it is done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from ipaddress import IPv4Address
from typing import Any, Final

from bfd_fastpath.bench.gaps import Gaps
from bfd_fastpath.bench.product import product
from bfd_fastpath.bench.reading import DocumentError, Fields
from bfd_fastpath.bench.suites.envelope.far.end import Look, Order
from bfd_fastpath.bench.suites.envelope.far.host import Host
from bfd_fastpath.bench.suites.envelope.far.lines import FarEndError

SCHEMA: Final = 2
#: Of a histogram.
_BUCKETS: Final = 24
_SENTENCE: Final = 400
#: What an order may ask for: the least and the most.
_RANGES: Final = {
    "sessions": (1, 1 << 20),
    "interval-us": (1000, (1 << 32) - 1),
    "multiplier": (1, 255),
    "starts-per-second": (1, (1 << 32) - 1),
    "seed": (0, (1 << 64) - 1),
}


class Ask(Enum):
    STAND = "stand"
    START = "start"
    LOOK = "look"
    MISSED = "missed"
    RESET_GAPS = "reset-gaps"


def greeting(host: Host) -> dict[str, Any]:
    return {"far-end": SCHEMA, "product": product().version, "machine": host.to_json()}


def greeted(value: Any) -> Host:
    """The far end's machine; FarEndError where who greets is no far end, or one of another schema."""
    with _strict():
        fields = Fields("its greeting", value)
        schema = fields.take("far-end", int)
        if schema != SCHEMA:
            raise FarEndError(
                f"it speaks schema {schema}, this is schema {SCHEMA}: take the same version for both"
            )
        fields.take("product", str)
        host = Host.read(fields.fields("machine"))
        fields.end()
    return host


def question(ask: Ask, order: Order | None = None) -> dict[str, Any]:
    return {"ask": ask.value} if order is None else {"ask": ask.value, "order": _order(order)}


def asked(value: Any) -> tuple[Ask, Order | None]:
    """A question; FarEndError where it is none."""
    with _strict():
        fields = Fields("the question", value)
        ask = fields.one_of("ask", Ask)
        order = _read_order(fields.fields("order")) if ask is Ask.STAND else None
        fields.end()
    return ask, order


def answer(value: Any) -> dict[str, Any]:
    return {"answer": value}


def refusal(why: str) -> dict[str, Any]:
    return {"refused": sentence(why)}


def answered(value: Any) -> Any:
    """What was answered; FarEndError where it was refused."""
    with _strict():
        fields = Fields("its answer", value)
        if "refused" in fields.names():
            raise FarEndError(f"it refused: {sentence(fields.take('refused', str))}")
        found = fields.take("answer", object)
        fields.end()
    return found


def look(one: Look) -> dict[str, Any]:
    return {
        "up": one.up,
        "sent": one.sent,
        "received": one.received,
        "late-us-log2": list(one.late_us_log2),
        "gaps-us-log2": list(one.gaps.us_log2),
        "gap-max-ns": one.gaps.max_ns,
    }


def read_look(value: Any) -> Look:
    with _strict():
        fields = Fields("its look", value)
        found = Look(
            up=_count(fields, "up"),
            sent=_count(fields, "sent"),
            received=_count(fields, "received"),
            late_us_log2=_histogram(fields, "late-us-log2"),
            gaps=Gaps(_histogram(fields, "gaps-us-log2"), _count(fields, "gap-max-ns")),
        )
        fields.end()
    return found


def read_count(value: Any) -> int:
    with _strict():
        return _count(Fields("its answer", {"answer": value}), "answer")


def sentence(text: str) -> str:
    """What may be printed of a text that came from elsewhere."""
    return "".join(one if one.isprintable() else " " for one in text[:_SENTENCE])


def _order(order: Order) -> dict[str, Any]:
    return {
        "sessions": order.sessions,
        "interval-us": order.interval_us,
        "multiplier": order.multiplier,
        "starts-per-second": order.starts_per_second,
        "seed": order.seed,
        "address": str(order.address),
        "target": str(order.target),
    }


def _read_order(fields: Fields) -> Order:
    numbers = {name: _count(fields, name, *limits) for name, limits in _RANGES.items()}
    found = Order(
        sessions=numbers["sessions"],
        interval_us=numbers["interval-us"],
        multiplier=numbers["multiplier"],
        starts_per_second=numbers["starts-per-second"],
        seed=numbers["seed"],
        address=_address(fields, "address"),
        target=_address(fields, "target"),
    )
    fields.end()
    return found


def _count(fields: Fields, name: str, least: int = 0, most: int = (1 << 64) - 1) -> int:
    value: int = fields.take(name, int)
    if not least <= value <= most:
        raise DocumentError(f"{fields.at(name)} is {value}, not {least} to {most}")
    return value


def _histogram(fields: Fields, name: str) -> tuple[int, ...]:
    values = fields.take(name, list)
    if len(values) != _BUCKETS:
        raise DocumentError(f"{fields.at(name)} has {len(values)} buckets, not {_BUCKETS}")
    each = Fields(fields.at(name), {str(place): value for place, value in enumerate(values)})
    return tuple(_count(each, one) for one in each.names())


def _address(fields: Fields, name: str) -> IPv4Address:
    text = fields.take(name, str)
    try:
        return IPv4Address(text)
    except ValueError:
        raise DocumentError(f"{fields.at(name)} is {text!r}, not an address of IPv4") from None


@contextmanager
def _strict() -> Iterator[None]:
    try:
        yield
    except DocumentError as error:
        raise FarEndError(sentence(str(error))) from None
