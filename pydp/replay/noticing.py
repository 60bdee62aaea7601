# SPDX-License-Identifier: Apache-2.0
"""Who noticed first that a session had lost its peer, from how each end left Up. Pure."""

from collections.abc import Sequence

from pydp.replay.happenings import Restart, StateChange
from pydp.states import Diagnostic, State

#: Diagnostics of an end that did not go Down by itself.
_TOLD = (Diagnostic.ADMIN_DOWN, Diagnostic.NEIGHBOR_DOWN)


def noticed_first(lefts: Sequence[StateChange | None], restarts: Sequence[Restart | None]) -> int | None:
    """The end that left Up first because it lost the other: not by starting anew. None where the first that
    left Up was told to, by its operator or by the other end (which also Init shows).
    """
    said = [
        (left.time_ns, left.packet, end)
        for end, (left, restart) in enumerate(zip(lefts, restarts, strict=True))
        if left is not None and (restart is None or restart.packet != left.packet)
    ]
    if not said:
        return None
    first = min(said)[2]
    left = lefts[first]
    assert left is not None
    told = left.state in (State.ADMIN_DOWN, State.INIT) or left.diagnostic in _TOLD
    return None if told else first
