# SPDX-License-Identifier: Apache-2.0
"""What BFD daemons wrote into their logs, as changes of state with times: FRR's bfdd 8.4 and BIRD 2.0.12.

A journal line is `ADDRESS DAEMON LINE`, LINE as the daemon wrote it with the time in UTC. It says nothing of captures."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

FRR = re.compile(
    r"^(\S+ \S+) BFD: \[\S+\] state-change: \[.*?peer:(\S+) .*?\] (\S+) -> (\S+)(?: reason:(\S+))?$"
)
BIRD = re.compile(
    r"^(\S+ \S+) <TRACE> \S+: Session to (\S+) (?:changed state from (\w+) to (\w+)|(expired))$"
)
FORMS = {"frr": "%Y/%m/%d %H:%M:%S.%f", "bird": "%Y-%m-%d %H:%M:%S.%f"}
#: What bfdd calls the reason of a change, as RFC 9314 names the diagnostic.
REASONS = {
    "control-expired": "control-expiry",
    "echo-failed": "echo-failed",
    "forwarding-reset": "forwarding-reset",
    "path-down": "path-down",
    "neighbor-down": "neighbor-down",
    "administratively-down": "admin-down",
}
STATES = {"AdminDown": "admin-down", "Down": "down", "Init": "init", "Up": "up", "adm-down": "admin-down"}


#: A change that another of the same end follows so soon never is in a packet.
OVERTAKEN_US = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """The end at `address` went from one state to another; `diagnostic` is None where its log does not say why."""

    time_us: int
    address: str
    peer: str
    old: str
    new: str
    diagnostic: str | None


def _time_us(text: str, daemon: str) -> int:
    moment = datetime.strptime(text, FORMS[daemon]).replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def changes(lines: Iterable[str]) -> list[Change]:
    """In the order of time. BIRD says `expired` on a line of its own, of the same time."""
    found: list[Change] = []
    expired: set[tuple[str, str, str]] = set()
    for line in lines:
        address, daemon, text = line.rstrip("\n").split(" ", 2)
        if match := (FRR if daemon == "frr" else BIRD).match(text):
            time, peer, old, new, last = match.groups()
            if daemon == "bird" and last:
                expired.add((address, peer, time))
                continue
            diagnostic = REASONS[last] if last else None
            if daemon == "bird":
                diagnostic = "control-expiry" if (address, peer, time) in expired and new == "Down" else None
            found.append(
                Change(
                    _time_us(time, daemon),
                    address,
                    peer,
                    STATES.get(old, old),
                    STATES.get(new, new),
                    diagnostic,
                )
            )
    return sorted(found, key=lambda change: change.time_us)


def told_of(found: list[Change]) -> list[Change]:
    """Those that an end told its peer: a daemon that had stood still goes through several at once and tells the last."""
    return [
        change
        for number, change in enumerate(found)
        if not any(
            later.address == change.address and later.time_us - change.time_us < OVERTAKEN_US
            for later in found[number + 1 :]
        )
    ]


def of_bfd(address: str, daemon: str, text: str) -> list[str]:
    """The lines of a daemon's log that are about BFD sessions, as journal lines."""
    wanted = re.compile(
        r"BFD: \[\S+\] (state-change|session-)" if daemon == "frr" else r"<TRACE> .*Session to"
    )
    return [f"{address} {daemon} {line}" for line in text.splitlines() if wanted.search(line)]
