# SPDX-License-Identifier: Apache-2.0
"""One script run from its beginning to a calm end, and the verdict. The ends are engines unless somebody else is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from tests.soak.binding import ffi, lib
from tests.soak.scenario import SIDES, Action, Condition, Scenario, Wanted

UP = 3
US = 1_000
#: The engine's timers are late by up to two ticks of its agenda (native/core/agenda.h).
ENGINE_SLACK_NS = 2 << 14
FRAMES = 20_000
ORDERS = {
    "configure": 1,
    "remove": 2,
    "remove-now": 3,
    "clear": 4,
    "hold": 5,
    "release": 6,
    "poll": 7,
    "reset": 8,
}
#: Two parts of one name are two engines of one process.
_NAMES = ("soak-left", "soak-right")


class Shadow(Protocol):
    """Who watches each step of one end (same_inputs.py). complaint: "" while all is well."""

    complaint: str

    def step(self, step: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as the end saw it, at its own time."""

    time_ns: int
    side: int
    sent: bool
    octets: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """rule is None where nothing was wrong. counts: how often each check was made."""

    rule: str | None
    side: int
    text: str
    time_ns: int
    digest: int
    turns: int
    frames: int
    true_ns: int
    counts: dict[str, int] = field(default_factory=dict)
    recorded: tuple[Frame, ...] = ()

    @property
    def right(self) -> bool:
        return self.rule is None

    def __str__(self) -> str:
        if self.rule is None:
            return f"nothing wrong in {self.turns} turns"
        return f"{self.rule}: {SIDES[self.side]} at {self.time_ns} ns of its clock: {self.text}"


#: Makes an end in Python: (side, seed) -> an object with the methods that ends.py calls, or None for an engine.
Maker = Callable[[int, int], Any]
COUNTS = (
    "checked_gaps",
    "checked_finals",
    "checked_polls",
    "checked_events",
    "checked_rereads",
    "expiries",
    "deferrals",
    "checked_demands",
    "checked_asks",
    "unanswered",
    "checked_sections",
    "checked_refusals",
    "checked_key_changes",
)


def _wanted(wanted: Wanted) -> dict[str, Any]:
    return {
        "desired_us": wanted.desired_us,
        "required_us": wanted.required_us,
        "multiplier": wanted.multiplier,
        "passive": wanted.passive,
        "demand": wanted.demand,
        "demand_poll_us": wanted.demand_poll_us,
        "concatenated": wanted.concatenated,
        "keys": wanted.keys,
        "meticulous": wanted.meticulous,
        "admin_down": 5 if wanted.path_down else 7 if wanted.admin_down else 0,
    }


def _condition(condition: Condition) -> Any:
    return ffi.new(
        "struct condition *",
        {
            "delay_ns": condition.delay_us * US,
            "jitter_ns": condition.jitter_us * US,
            "loss_ppm": condition.loss_ppm,
            "burst": condition.burst,
            "duplicate_ppm": condition.duplicate_ppm,
            "change_ppm": condition.change_ppm,
            "routed_ppm": condition.routed_ppm,
            "replay_ppm": condition.replay_ppm,
            "forge_ppm": condition.forge_ppm,
            "cut": condition.cut,
            "in_order": condition.in_order,
        },
    )


def place(side: int, scenario: Scenario) -> Any:
    """192.0.2.1 or 2001:db8::1 on the left, .2 or ::2 on the right."""
    host, family = side + 1, scenario.family
    address = [192, 0, 2, host, *[0] * 12] if family == 4 else [0x20, 0x01, 0x0D, 0xB8, *[0] * 11, host]
    return ffi.new(
        "struct place *",
        {
            "family": family,
            "address": address,
            "mac": [2, 0, 0, 0, 0, host],
            "port": 4784 if scenario.multihop else 3784,
            "least_ttl": scenario.least_ttl if scenario.multihop else 255,
        },
    )


class Run:
    """A world that plays one script. Use as a context manager: ports and engines end with it."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        makers: tuple[Maker | None, Maker | None] = (None, None),
        shadows: tuple[Shadow | None, Shadow | None] = (None, None),
        record: bool = False,
        frames: int = FRAMES,
    ) -> None:
        self.scenario = scenario
        self._kept: list[Any] = []
        self._handles: list[Any] = []
        self.shadows = shadows
        # Polls that Demand mode begins by itself are not a shadow's.
        self.without_demand = any(getattr(shadow, "session", 0) is None for shadow in shadows)
        ends = [self._end(side, makers[side]) for side in (0, 1)]
        manners = ffi.new("struct manner[2]", [self._manner(side, makers[side]) for side in (0, 1)])
        self.world = lib.world_create(ends[0], ends[1], manners, scenario.seed)
        self.wanted = [scenario.end(side).wanted for side in (0, 1)]
        self.frames = frames
        self.grant(frames)
        self._complaint: tuple[str, int, str] | None = None
        for side, shadow in enumerate(shadows):
            if shadow is not None:
                self.world.sides[side].shadow = self._handle(shadow)
        if record:
            lib.world_record(self.world)

    def _handle(self, thing: Any) -> Any:
        handle = ffi.new_handle(thing)
        self._kept.append(handle)
        return handle

    def _end(self, side: int, maker: Maker | None) -> Any:
        own, peer = place(side, self.scenario), place(1 - side, self.scenario)
        setup = self.scenario.end(side)
        seed = self.scenario.seed * 2 + side + 1
        if maker is not None:
            return lib.end_python_create(self._handle(maker(side, seed)), own, peer)
        options = ffi.new(
            "struct engine_options *", {"seed": seed, "event_capacity": setup.events, "queue": setup.queue}
        )
        made = lib.end_engine_create(_NAMES[side].encode(), own, peer, options)
        if made == ffi.NULL:
            raise RuntimeError(ffi.string(lib.pydp_last_error()).decode())
        return made

    def _manner(self, side: int, maker: Maker | None) -> dict[str, Any]:
        setup = self.scenario.end(side)
        return {
            "clock": {"begin_ns": setup.begin_us * US, "ppm": setup.drift_ppm},
            "poll_ns": setup.poll_us * US,
            "drain_every": setup.drain_every,
            "slack_ns": ENGINE_SLACK_NS if maker is None else 1,
            "tells": True,
        }

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *_: object) -> None:
        lib.world_destroy(self.world)

    # What happens.

    def condition(self, to_left: Condition, to_right: Condition) -> None:
        lib.world_condition(self.world, 0, _condition(to_left))
        lib.world_condition(self.world, 1, _condition(to_right))

    def command(self, side: int, what: str, wanted: Wanted | None = None) -> bool:
        self.wanted[side] = wanted or self.wanted[side]
        given = ffi.new("struct command *", {"order": ORDERS[what], "wanted": _wanted(wanted or Wanted())})
        return bool(lib.world_command(self.world, side, given))

    def act(self, action: Action) -> bool:
        side = SIDES.index(action.side)
        if action.what == "pause":
            lib.world_pause(self.world, side, action.us * US)
        elif action.what == "flood":
            lib.world_flood(self.world, side, action.count)
        elif action.what == "restart":
            self.wanted[side] = action.wanted or self.scenario.end(side).wanted
            return bool(
                lib.world_restart(self.world, side, ffi.new("struct wanted *", _wanted(self.wanted[side])))
            )
        elif action.what == "rekey":
            return self.command(side, "configure", replace(self.wanted[side], keys=action.keys))
        else:
            return self.command(side, action.what, action.wanted)
        return True

    def look(self, side: int) -> Any:
        snapshot = ffi.new("struct snapshot *")
        end = self.world.sides[side].end
        end.kind.look(end, snapshot)
        return snapshot

    def go(self, us: int) -> bool:
        return bool(lib.world_run(self.world, us * US))

    def grant(self, frames: int) -> None:
        """So many frames more; then time stands still."""
        self.world.budget = self.world.frames + frames

    @property
    def spent(self) -> bool:
        return bool(self.world.frames > self.world.budget)

    def complain(self, rule: str, side: int, text: str) -> bool:
        if self._complaint is None:
            self._complaint = (rule, side, text)
        return False

    # The script.

    def begin(self) -> bool:
        for side in (0, 1):
            wanted = ffi.new("struct wanted *", _wanted(self.scenario.end(side).wanted))
            if not lib.world_open(self.world, side, wanted):
                return False
        return True

    def phases(self, *, until: int | None = None) -> bool:
        """All of them, or the first ones."""
        for phase in self.scenario.phase[:until]:
            self.condition(phase.to_left, phase.to_right)
            for action in phase.do:
                if not self.act(action):
                    return False
            if not self.go(phase.us):
                return False
        return True

    def verdict(self) -> Verdict:
        world = self.world
        rule, text, side, time_ns = None, "", 0, 0
        if self._complaint is not None:
            rule, side, text = self._complaint
            time_ns = int(world.sides[side].step_local_ns)
        for number, shadow in enumerate(self.shadows):
            if shadow is not None and shadow.complaint:
                rule, side, text = "same-outputs", number, shadow.complaint
                time_ns = int(world.sides[side].step_local_ns)
        counts = dict.fromkeys(COUNTS, 0)
        for number in (0, 1):
            referee = world.sides[number].referee
            for name in COUNTS:
                counts[name] += int(getattr(referee, name))
            if referee.rule != ffi.NULL:
                rule, side = ffi.string(referee.rule).decode(), number
                text, time_ns = ffi.string(referee.complaint).decode(), int(referee.complaint_ns)
        if world.failed != ffi.NULL:
            rule, text = "soak", ffi.string(world.failed).decode()
        return Verdict(
            rule,
            side,
            text,
            time_ns,
            int(world.digest),
            int(world.turns),
            int(world.frames),
            int(world.now_ns),
            counts,
            self._recorded(),
        )

    def _recorded(self) -> tuple[Frame, ...]:
        records, octets = self.world.records, self.world.octets
        found: list[Frame] = []
        for i in range(self.world.record_count):
            one = records[i]
            data = bytes(ffi.buffer(octets + one.at, one.length))
            found.append(Frame(int(one.time_ns), int(one.side), bool(one.sent), data))
        return tuple(found)


def play(scenario: Scenario, **options: Any) -> Verdict:
    """Runs the script, and then a calm link until both ends have come Up and stayed there (calm.py)."""
    from tests.soak.calm import settle

    with Run(scenario, **options) as run:
        if run.begin() and run.phases():
            settle(run)
        return run.verdict()
