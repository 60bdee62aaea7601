# SPDX-License-Identifier: Apache-2.0
"""The story that the demo tells, step by step in order, and what counts as having told it. It watches and
prints nothing."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

BGP_UP: Final = "bgp-up"
ROUTE_LEARNED: Final = "route-learned"
BFD_UP: Final = "bfd-up"
LINK_ANNOUNCED: Final = "link-announced"
LINK_CUT: Final = "link-cut"
BFD_DOWN: Final = "bfd-down"
LINK_WITHDRAWN: Final = "link-withdrawn"
ROUTE_WITHDRAWN: Final = "route-withdrawn"
LINK_RESTORED: Final = "link-restored"
BFD_UP_AGAIN: Final = "bfd-up-again"
LINK_ANNOUNCED_AGAIN: Final = "link-announced-again"
ROUTE_LEARNED_AGAIN: Final = "route-learned-again"

STEPS: Final = (
    BGP_UP,
    ROUTE_LEARNED,
    BFD_UP,
    LINK_ANNOUNCED,
    LINK_CUT,
    BFD_DOWN,
    LINK_WITHDRAWN,
    ROUTE_WITHDRAWN,
    LINK_RESTORED,
    BFD_UP_AGAIN,
    LINK_ANNOUNCED_AGAIN,
    ROUTE_LEARNED_AGAIN,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step, when it was complete (microseconds since the demo began), and a sentence about it."""

    name: str
    t_us: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something worth saying between the steps."""

    t_us: int
    text: str


def misplaced(steps: list[Step]) -> list[str]:
    """What is wrong with the order and the set of these steps, one sentence each; empty when the story was
    told."""
    faults = []
    names = [step.name for step in steps]
    for position, name in enumerate(STEPS):
        if name not in names:
            faults.append(f"step {name} is missing")
        elif position < len(names) and names[position] != name and names.index(name) != position:
            faults.append(f"step {name} came as number {names.index(name) + 1}, not {position + 1}")
    faults += [f"step {name} came {names.count(name)} times" for name in STEPS if names.count(name) > 1]
    faults += [f"step {name} is not part of the story" for name in names if name not in STEPS]
    for earlier, later in pairwise(steps):
        if later.t_us < earlier.t_us:
            faults.append(
                f"step {later.name} happened before {earlier.name}, {earlier.t_us - later.t_us} us earlier"
            )
    return faults
