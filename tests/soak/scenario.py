# SPDX-License-Identifier: Apache-2.0
"""The script of a run: two ends, and what the link and the operators do to them, phase by phase. Times are microseconds of true
time; the text form is TOML, and reading what was written gives the same script."""

import tomllib
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

SIDES = ("left", "right")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A whole wanted session."""

    desired_us: int = 50_000
    required_us: int = 50_000
    multiplier: int = 3
    passive: bool = False
    admin_down: bool = False
    path_down: bool = False
    demand: bool = False
    demand_poll_us: int = 0
    keys: tuple[int, ...] = ()
    """Numbers of at most three keys (section.h) in order of use; none: no authentication."""
    meticulous: bool = False
    concatenated: int = 0
    """The diagnostic of a path beyond that is down: 6, or 8 on its way back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """An end and its machine: a clock that is off and drifts, a worker that looks every poll_us (0: whenever there is something
    to do), a receive queue, and a control plane that reads a small ring of events every drain_every turns."""

    wanted: Wanted = field(default_factory=Wanted)
    begin_us: int = 1_000_000
    drift_ppm: int = 0
    poll_us: int = 0
    queue: int = 1024
    events: int = 64
    drain_every: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One direction of the link. Shares are parts in a million; burst is the mean length of a loss."""

    delay_us: int = 200
    jitter_us: int = 0
    loss_ppm: int = 0
    burst: int = 1
    duplicate_ppm: int = 0
    change_ppm: int = 0
    routed_ppm: int = 0
    replay_ppm: int = 0
    """With each packet, an old one again."""
    forge_ppm: int = 0
    """With each signed packet, one of somebody who has no key."""
    cut: bool = False
    in_order: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What an operator or a scheduler does to one end: configure, remove, remove-now, clear, hold,
    release, poll, reset, restart, pause, flood; rekey: other keys, and the rest as it is wanted."""

    side: str = "left"
    what: str = "configure"
    wanted: Wanted | None = None
    keys: tuple[int, ...] = ()
    us: int = 0
    """Of a pause."""
    count: int = 0
    """Of the packets of a flood."""

    def makes_of(self, wanted: Wanted) -> Wanted:
        """What is wanted behind it."""
        if self.what == "rekey":
            return replace(wanted, keys=self.keys)
        return self.wanted or wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """The actions first, then so much time."""

    us: int = 1_000_000
    to_left: Condition = field(default_factory=Condition)
    to_right: Condition = field(default_factory=Condition)
    do: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    seed: int = 1
    family: int = 4
    multihop: bool = False
    least_ttl: int = 0
    """That both ends take, of a session over several hops."""
    left: End = field(default_factory=End)
    right: End = field(default_factory=End)
    phase: tuple[Phase, ...] = ()

    def end(self, side: int) -> End:
        return (self.left, self.right)[side]

    def last_wanted(self, side: int) -> Wanted:
        """What the operators of an end wanted last."""
        wanted = self.end(side).wanted
        for phase in self.phase:
            for action in phase.do:
                if SIDES.index(action.side) == side:
                    wanted = action.makes_of(wanted)
        return wanted


def _default(one: Any) -> Any:
    return one.default_factory() if one.default is MISSING else one.default


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(_inline(one) for one in value) + "]"
    inside = ", ".join(f"{key} = {_inline(one)}" for key, one in _said(value))
    return f"{{{inside}}}"


def _said(thing: Any) -> list[tuple[str, Any]]:
    """What is not as it is by default."""
    pairs = [(one.name, getattr(thing, one.name), _default(one)) for one in fields(thing)]
    return [(name.replace("_", "-"), value) for name, value, usual in pairs if value != usual]


def write(scenario: Scenario) -> str:
    """The script as TOML; what is as by default is left out."""
    lines = [f"seed = {scenario.seed}", f"family = {scenario.family}"]
    if scenario.multihop:
        lines += ["multihop = true", f"least-ttl = {scenario.least_ttl}"]
    for name in SIDES:
        said = [f"{key} = {_inline(value)}" for key, value in _said(getattr(scenario, name))]
        lines += ["", f"[{name}]", *said]
    for phase in scenario.phase:
        lines += ["", "[[phase]]", f"us = {phase.us}"]
        lines += [f"{key} = {_inline(value)}" for key, value in _said(phase) if key not in ("us", "do")]
        if phase.do:
            lines += ["do = [", *(f"    {_inline(action)}," for action in phase.do), "]"]
    return "\n".join(lines) + "\n"


_PARTS: dict[str, type] = {
    "left": End,
    "right": End,
    "wanted": Wanted,
    "to_left": Condition,
    "to_right": Condition,
    "phase": Phase,
    "do": Action,
}


def _made(kind: type, given: dict[str, Any]) -> Any:
    known = {one.name for one in fields(kind)}
    made: dict[str, Any] = {}
    for key, value in given.items():
        name = key.replace("-", "_")
        if name not in known:
            raise ValueError(
                f"{kind.__name__.lower()} has no {key}: it has {', '.join(sorted(known)).replace('_', '-')}"
            )
        part = _PARTS.get(name)
        if part is not None and is_dataclass(part):
            made[name] = (
                tuple(_made(part, one) for one in value) if isinstance(value, list) else _made(part, value)
            )
        else:
            made[name] = tuple(value) if isinstance(value, list) else value
    return kind(**made)


def read(text: str) -> Scenario:
    """The script in the text. Raises ValueError with the key that is wrong."""
    scenario: Scenario = _made(Scenario, tomllib.loads(text))
    return scenario


def load(path: Path) -> Scenario:
    return read(path.read_text())
