# SPDX-License-Identifier: Apache-2.0
"""From one TOML value to one Python value, or a WrongError that says what to write instead. Knows no keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface, ip_network
from typing import Any, TypeVar

from bfd_fastpath.config.model import Address, Network

E = TypeVar("E", bound=StrEnum)
Parse = Callable[[Any], Any]

_UNITS = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(us|ms|s|m|h)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,19}")
_KINDS = {
    bool: "a boolean",
    int: "an integer",
    float: "a float",
    str: "a text",
    list: "a list",
    dict: "a table",
}


class WrongError(Exception):
    """A value that cannot stand: what is wrong with it, and what to write instead."""

    def __init__(self, wrong: str, instead: str, at: str = "") -> None:
        super().__init__(f"{wrong}; {instead}")
        self.wrong = wrong
        self.instead = instead
        self.at = at
        """Where inside the value, such as [1]."""


def kind(value: Any) -> str:
    return _KINDS.get(type(value), f"a {type(value).__name__}")


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongError(f"{kind(value)}, not a text", f'write it in quotes: "{value}"')
    return value


def path(value: Any) -> str:
    """Of a file; a relative one is some directory's business."""
    if not text(value):
        raise WrongError("empty", "name a file, or leave the key out")
    return str(value)


def nh_reach_safi(value: Any) -> int:
    """0, or one for private use (RFC 4760 8)."""
    found = integer(0, 254)(value)
    if 0 < found < 241:
        raise WrongError(f"{found} is not for private use", "write 241 to 254, or 0 to do without")
    return int(found)


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongError(f"{kind(value)}, not a boolean", "write true or false, without quotes")
    return value


def integer(low: int, high: int) -> Parse:
    """An integer in [low, high]."""

    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise WrongError(
                f"{kind(value)}, not an integer", f"write a number from {low} to {high}, without quotes"
            )
        if not low <= value <= high:
            raise WrongError(f"{value} is out of range", f"write a number from {low} to {high}")
        return value

    return parse


def duration(low_us: int, high_us: int, *, unit: str, example: str) -> Parse:
    """A time in microseconds, from text with a unit or from a number of unit ("us", "ms" or "s")."""

    def parse(value: Any) -> int:
        found = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if found is not None:
            exact = float(found[1]) * _UNITS[found[2]]
            result = round(exact)
            if abs(result - exact) > 1e-6:
                raise WrongError(
                    f'"{value}" is not a whole number of microseconds', f'write "{example}", for one'
                )
        elif isinstance(value, int) and not isinstance(value, bool):
            result = value * _UNITS[unit]
        else:
            shown = f'"{value}"' if isinstance(value, str) else kind(value)
            what = {"us": "microseconds", "ms": "milliseconds", "s": "seconds"}[unit]
            raise WrongError(
                f"{shown} is not a time", f'write a number of {what}, or a text such as "{example}"'
            )
        if not low_us <= result <= high_us:
            limits = f"from {spell(low_us)} to {spell(high_us)}"
            raise WrongError(f"{value} is out of range", f"write a time {limits}")
        return result

    return parse


def spell(microseconds: int) -> str:
    """A time as a person writes it: the largest unit that leaves a whole number."""
    for unit in ("h", "m", "s", "ms"):
        if microseconds and microseconds % _UNITS[unit] == 0:
            return f"{microseconds // _UNITS[unit]}{unit}"
    return f"{microseconds}us"


def whole_seconds(low: int, high: int, *, example: str) -> Parse:
    """A time in seconds."""
    in_us = duration(low * 1_000_000, high * 1_000_000, unit="s", example=example)

    def parse(value: Any) -> int:
        result = in_us(value)
        if result % 1_000_000:
            raise WrongError(f"{value} is not a whole number of seconds", f'write "{example}", for one')
        return int(result) // 1_000_000

    return parse


def hold_time(value: Any) -> int:
    """RFC 4271 4.2: 0 or at least 3 seconds."""
    seconds: int = whole_seconds(0, 65535, example="90s")(value)
    if seconds in (1, 2):
        raise WrongError(
            f"a hold time of {seconds} s is forbidden (RFC 4271 4.2)", "write 0 or at least 3 seconds"
        )
    return seconds


def choice(enum: type[E]) -> Parse:
    """One of the texts of an enumeration."""
    allowed = ", ".join(f'"{one.value}"' for one in enum)

    def parse(value: Any) -> E:
        try:
            return enum(value)
        except ValueError:
            shown = f'"{value}"' if isinstance(value, str) else kind(value)
            raise WrongError(f"{shown} is not one of the choices", f"write one of {allowed}") from None

    return parse


def one_of(*allowed: str) -> Parse:
    """One of some texts."""

    def parse(value: Any) -> str:
        if value not in allowed:
            shown = f'"{value}"' if isinstance(value, str) else kind(value)
            choices = ", ".join(f'"{one}"' for one in allowed)
            raise WrongError(f"{shown} is not one of the choices", f"write one of {choices}")
        return str(value)

    return parse


def address(value: Any) -> Address:
    try:
        result = ip_address(text(value))
    except ValueError:
        raise WrongError(f'"{value}" is not an IP address', 'write "198.51.100.2" or "2001:db8::2"') from None
    if isinstance(result, IPv6Address) and result.scope_id is not None:
        raise WrongError(f'"{value}" names a zone', 'leave out the part from "%"; the interface key says it')
    if result.is_multicast or result.is_unspecified:
        raise WrongError(f"{value} is not the address of one host", "write a unicast address")
    return result


def address_of(version: int) -> Parse:
    """One of that IP version."""

    def parse(value: Any) -> Address:
        result = address(value)
        if result.version != version:
            raise WrongError(f"{value} is no IPv{version} address", f"write an IPv{version} address")
        return result

    return parse


def router_id(value: Any) -> IPv4Address:
    """RFC 6286 2.1: any nonzero four octets."""
    try:
        result = IPv4Address(text(value))
    except ValueError:
        raise WrongError(
            f'"{value}" is not a BGP identifier', 'write four octets such as "192.0.2.1"'
        ) from None
    if int(result) == 0:
        raise WrongError("0.0.0.0 is not a BGP identifier", "write any other four octets (RFC 6286 2.1)")
    return result


def discriminator(value: Any) -> int:
    """RFC 5880 4.1: any 32 bits but 0; as a number or, as S-BFD likes them, an IPv4 address."""
    if isinstance(value, str):
        try:
            value = int(IPv4Address(value))
        except ValueError:
            raise WrongError(
                f'"{value}" is not a discriminator', "write a number, or an IPv4 address in quotes"
            ) from None
    return int(integer(1, 2**32 - 1)(value))


def prefix(value: Any) -> Network:
    try:
        return ip_network(text(value))
    except ValueError:
        try:
            meant = f'write "{ip_interface(value).network}"'
        except ValueError:
            meant = 'write "192.0.2.0/24" or "2001:db8::/64"'
        raise WrongError(f'"{value}" is not a prefix', meant) from None


def name(value: Any) -> str:
    if not _NAME.fullmatch(text(value)):
        raise WrongError(
            f'"{value}" is not a name',
            "write 1 to 20 letters, digits, '_', '.' or '-', a letter or digit first",
        )
    return str(value)


def ascii_text(value: Any) -> str:
    """TLV 1026 holds 1 to 255 ASCII octets."""
    if not text(value).isascii() or not 1 <= len(value) <= 255:
        raise WrongError(f'"{value}" is not 1 to 255 ASCII characters', "write a plain name")
    return str(value)


def file_mode(value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"0?[0-7]{3}", value):
        raise WrongError(
            f"{value} is not a file mode", 'write three or four octal digits in quotes, such as "0660"'
        )
    return int(value, 8)


def list_of(parse: Parse) -> Parse:
    """A list of the same; a fault says at which index."""

    def parse_list(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise WrongError(f"{kind(value)}, not a list", "write it in square brackets")
        result = []
        for index, item in enumerate(value):
            try:
                result.append(parse(item))
            except WrongError as fault:
                raise WrongError(fault.wrong, fault.instead, f"[{index}]{fault.at}") from None
        return tuple(result)

    return parse_list
