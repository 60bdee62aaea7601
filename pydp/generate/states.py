# SPDX-License-Identifier: Apache-2.0
"""The numbers of a generator that cross the boundary, with their names: what peers are told to do, and how
they misbehave. No behaviour.
"""

from enum import IntEnum
from functools import cache

from pydp.ffi import lib, text


class Action(IntEnum):
    """What a peer does, told by `Peers.act` or by a failure pattern (pydp/generate.h)."""

    RESUME = 0
    #: Neither sends nor hears: the cable is cut.
    SILENT = 1
    #: Hears and sends nothing.
    MUTE = 2
    #: Sends and hears nothing, so its detection time expires.
    DEAF = 3
    #: Says AdminDown, diagnostic 7.
    ADMIN_DOWN = 4
    #: Says Down, diagnostic 5, whatever it hears.
    DOWN = 5

    def __str__(self) -> str:
        return self.name.lower().replace("_", "-")


@cache
def misbehaviours() -> dict[str, str]:
    """Every misbehaviour: its name ("ttl", "poll-storm"...) and one line for people. A name's number is its
    position, from 1 on.
    """
    return {
        text(lib.pydp_generate_misbehaviour_name(i)): text(lib.pydp_generate_misbehaviour_text(i))
        for i in range(1, lib.pydp_generate_misbehaviour_count())
    }


@cache
def faults() -> tuple[str, ...]:
    """Names of the reasons why a hello is refused; the number of one is its position, and 0 is none."""
    names = [""]
    while name := lib.pydp_generate_fault_name(len(names)):
        names.append(text(name))
    return tuple(names)


@cache
def counter_names() -> tuple[str, ...]:
    """Names of what a generator counts per port."""
    return tuple(text(lib.pydp_generate_counter_name(i)) for i in range(lib.pydp_generate_counter_count()))
