# SPDX-License-Identifier: Apache-2.0
"""Types of `bfd-fastpath generate`'s option values: rates, shares, ranges of addresses, failure patterns,
misbehaviours. What they become is lab.generate's.
"""

import re
from fractions import Fraction
from ipaddress import ip_address, ip_network
from typing import Any

import click

_NUMBER = r"(\d{1,12}(?:\.\d{1,9})?)"
_SCALE = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}
_RATE = re.compile(rf"{_NUMBER}\s*([kMG]?)(pps|bps)")
_SHARE = re.compile(rf"{_NUMBER}\s*%")
_TIME = re.compile(rf"{_NUMBER}\s*(us|ms|s|min|h|)")
_IN_US = {"us": 1, "ms": 1000, "s": 10**6, "": 10**6, "min": 60 * 10**6, "h": 3600 * 10**6}


def _shares(text: str) -> Fraction | None:
    match = _SHARE.fullmatch(text)
    return None if match is None else Fraction(match[1]) / 100


def _time_us(text: str) -> int | None:
    match = _TIME.fullmatch(text.strip())
    return None if match is None else round(Fraction(match[1]) * _IN_US[match[2]])


class TimeType(click.ParamType[float]):
    """A time in seconds: "10s", "500ms", "2min"; a bare number is seconds."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        found = _time_us(str(value))
        if found is None or found < 0:
            self.fail(f"{value!r} is not a time; write 10s, 500ms or 2min.", param, ctx)
        return found / 1e6


class RateType(click.ParamType[Any]):
    """A rate: "1Mpps", "2.5Gbps" (on the wire), "40%" of the port's speed, or "max"."""

    name = "RATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from bfd_fastpath.lab.generate.wanted import Rate

        if isinstance(value, Rate):
            return value
        text = str(value).strip()
        match, share = _RATE.fullmatch(text), _shares(text)
        if text == "max":
            return Rate()
        if share is not None and 0 < share <= 1:
            return Rate(share=share)
        if match is not None and (amount := Fraction(match[1]) * _SCALE[match[2]]) > 0:
            return Rate(pps=amount) if match[3] == "pps" else Rate(bits=amount)
        self.fail(f"{value!r} is not a rate; write 1Mpps, 2.5Gbps, 40% or max.", param, ctx)


class LossType(click.ParamType[Any]):
    """A number of packets ("0") or a share of them ("0.01%")."""

    name = "LOSS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, int | Fraction):
            return value
        text = str(value).strip()
        share = _shares(text)
        if share is not None and share <= 1:
            return share
        if re.fullmatch(r"\d{1,18}", text):
            return int(text)
        self.fail(f"{value!r} is not a loss; write a number of packets (0) or a share (0.01%).", param, ctx)


class AddressesType(click.ParamType[Any]):
    """An address and how many from there on: "192.0.2.10" or "192.0.2.10*100"."""

    name = "ADDRESS[*N]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, tuple):
            return value
        text, _, count = str(value).partition("*")
        try:
            if count and not 1 <= int(count) <= 1 << 32:
                raise ValueError
            return ip_address(text), int(count or "1")
        except ValueError:
            self.fail(
                f"{value!r} is no address; write 192.0.2.10, or 192.0.2.10*100 for a hundred.", param, ctx
            )


class NetworkType(click.ParamType[Any]):
    """A prefix or an address."""

    name = "PREFIX"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return ip_network(value)
        except ValueError as error:
            self.fail(f"{error}; write 203.0.113.0/24, 203.0.113.7 or 2001:db8:77::/48.", param, ctx)


class SizesType(click.ParamType[tuple[int, ...]]):
    """Frame sizes in turn: "64", "64,512,1518" or "imix"."""

    name = "SIZES"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        if value == "imix":
            from pydp.generate import IMIX

            return IMIX
        try:
            sizes = tuple(int(part) for part in str(value).split(","))
        except ValueError:
            sizes = ()
        if not sizes or len(sizes) > 64 or not all(64 <= size <= 9018 for size in sizes):
            self.fail(f"{value!r} is no frame size; write 64, 64,512,1518 or imix (64 to 9018).", param, ctx)
        return sizes


def _fields(text: str, known: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """The first word, and key=value pairs behind it. Raises ValueError with a sentence."""
    first, *rest = (part.strip() for part in text.split(","))
    found: dict[str, str] = {}
    for part in rest:
        key, equals, value = part.partition("=")
        if not equals or key not in known or key in found:
            raise ValueError(f"{part!r} is not one of {', '.join(f'{one}=' for one in known)}, once each")
        found[key] = value
    return first, found


class FailType(click.ParamType[Any]):
    """A failure pattern: "10%,every=5s,for=2s,how=silent,after=10s,times=3"."""

    name = "PATTERN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from pydp.generate import Action, FailurePattern

        if isinstance(value, FailurePattern):
            return value
        try:
            first, given = _fields(str(value), ("every", "for", "how", "after", "times"))
            share = _shares(first)
            ways = {str(action): action for action in Action if action is not Action.RESUME}
            if share is None or not 0 < share <= 1 or (share * 1000).denominator != 1:
                raise ValueError(f"{first!r} is not a share of the peers: 10%, in steps of 0.1")
            if "every" not in given or "for" not in given:
                raise ValueError("it needs every=TIME and for=TIME")
            how = given.get("how", "silent")
            if how not in ways:
                raise ValueError(f"how={how} is not one of {', '.join(ways)}")
            times = given.get("times", "0")
            if not times.isdecimal():
                raise ValueError(f"times={times} is not a number")
            every, lasting, after = (
                _milliseconds(name, given.get(name, default))
                for name, default in (("every", ""), ("for", ""), ("after", given["every"]))
            )
            if not 0 < lasting < every:
                raise ValueError("a failure lasts at least 1ms and ends before the next one")
            return FailurePattern(
                permille=int(share * 1000),
                period_ms=every,
                duration_ms=lasting,
                action=ways[how],
                after_ms=after,
                cycles=int(times),
            )
        except ValueError as error:
            self.fail(f"{value!r}: {error}; write 10%,every=5s,for=2s,how=silent.", param, ctx)


def _milliseconds(name: str, text: str) -> int:
    found = _time_us(text)
    if found is None or found % 1000 or found >= 1 << 32:
        raise ValueError(f"{name}={text} is not a time in whole milliseconds")
    return found // 1000


class MisbehaveType(click.ParamType[Any]):
    """A misbehaviour: "ttl", "ttl,every=10,share=5%,instead=yes"."""

    name = "NAME[,...]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from bfd_fastpath.lab.generate.wanted import Misbehaviour
        from pydp.generate import misbehaviours

        if isinstance(value, Misbehaviour):
            return value
        try:
            name, given = _fields(str(value), ("every", "share", "instead"))
            if name not in misbehaviours():
                raise ValueError(f"no misbehaviour has that name; there are {', '.join(misbehaviours())}")
            every, share = given.get("every", "1"), _shares(given["share"]) if "share" in given else None
            if not every.isdecimal() or not 1 <= int(every) < 1 << 32:
                raise ValueError(f"every={every} is not a number from 1 on")
            if "share" in given and (share is None or not 0 < share <= 1 or (share * 1000).denominator != 1):
                raise ValueError(f"share={given['share']} is not a share of the peers: 10%, in steps of 0.1")
            if given.get("instead", "no") not in ("yes", "no"):
                raise ValueError(f"instead={given['instead']} is neither yes nor no")
            return Misbehaviour(
                name=name,
                every=int(every),
                extra=given.get("instead", "no") == "no",
                permille=None if share is None else int(share * 1000),
            )
        except ValueError as error:
            self.fail(f"{value!r}: {error}.", param, ctx)
