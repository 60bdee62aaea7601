# SPDX-License-Identifier: Apache-2.0
"""The configuration of the router whose end is played, and short ways to play it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bfd_fastpath.config import Config, parse
from bfd_fastpath.replay import end
from bfd_fastpath.replay.end_report import Address, EndReport, EndSession

ROUTER = """
[router]
asn = 64500
router-id = "192.0.2.1"

[bfd]
min-interval = "{interval}"
local-multiplier = {multiplier}

[[port]]
name = "lan0"
devargs = "net_af_packet0,iface=eth1"
addresses = {addresses}
"""
BOTH = '["192.0.2.1/24", "2001:db8::1/64"]'
NEIGHBOR = """
[[neighbor]]
address = "192.0.2.254"
remote-as = 64999
"""


def router(*, interval: str = "50ms", multiplier: int = 3, addresses: str = BOTH) -> str:
    return ROUTER.format(interval=interval, multiplier=multiplier, addresses=addresses)


def config(text: str = "", **changes: Any) -> Config:
    """The router's, with more tables behind it."""
    parsed = parse(router(**changes) + text)
    assert parsed.faults == ()
    assert parsed.config is not None
    return parsed.config


def play(path: Path | str, address: Address, settings: Config | None = None, **options: Any) -> EndReport:
    return end.play(path, settings or config(), address, **options)


def play_one(path: Path, address: Address, settings: Config | None = None, **options: Any) -> EndSession:
    """The only session of the capture."""
    (session,) = play(path, address, settings, **options).sessions
    return session


def steps(session: EndSession) -> list[tuple[str, str]]:
    """Each change: to which state, and how the two compare."""
    return [(pair.new.name, pair.outcome.value) for pair in session.changes]
