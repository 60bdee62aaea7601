# SPDX-License-Identifier: Apache-2.0
"""What the evidence says of an end whose hellos stopped in the capture: rules like those of verdict.py, of
the same X and Y.
"""

from pydp.replay.outages import Code, Outage, Silence
from pydp.replay.telling import Scene, duration
from pydp.states import Diagnostic, State

#: Diagnostics that name the reason themselves.
SAID = {
    Diagnostic.ECHO_FAILED: (Code.ECHO_FAILED, "its echo packets did not come back"),
    Diagnostic.FORWARDING_RESET: (Code.FORWARDING_RESET, "its forwarding plane was reset"),
    Diagnostic.PATH_DOWN: (Code.PATH_DOWN, "it knows the path to be down"),
    Diagnostic.CONCATENATED_PATH_DOWN: (Code.PATH_DOWN, "a path that it joins to this one is down"),
    Diagnostic.REVERSE_CONCATENATED_PATH_DOWN: (
        Code.PATH_DOWN,
        "a path that it joins to this one is down in the reverse direction",
    ),
}


def unanswered(outage: Outage, x: int, scene: Scene) -> tuple[Code, str]:
    """Y, an S-BFD reflector, was silent. It says Up to whatever reaches it (RFC 7880 7.2.3), also right after
    a stall or a cut.
    """
    near, far = scene.name(x), scene.name(1 - x)
    y = outage.reactions[1 - x]
    silence = silence_of(outage, 1 - x)
    if y.restart is not None or (y.unreachable is not None and y.unreachable.port):
        return stopped(outage, x, scene)
    if silence.state is State.ADMIN_DOWN:
        return Code.ADMINISTRATIVE, f"The session was taken down by hand or configuration at {far}."
    return (
        Code.FAR_END_SILENT,
        f"{far} answered nothing of {near} for {duration(length_of(silence, outage))}: it stalled, or its "
        "way to the capture point or the way of the requests beyond it was cut; a reflector keeps no state "
        "that would tell which.",
    )


def stopped(outage: Outage, x: int, scene: Scene) -> tuple[Code, str]:
    """Y's hellos stopped in the capture, and X declared Down for it."""
    near, far = scene.name(x), scene.name(1 - x)
    y = outage.reactions[1 - x]
    silence = silence_of(outage, 1 - x)
    length = length_of(silence, outage)
    icmp = y.unreachable is not None and y.unreachable.port
    if y.restart is not None:
        return restarted(outage, 1 - x, scene)
    if not silence.returned:
        if icmp:
            return (
                Code.FAR_END_STOPPED,
                f"{far} stopped running BFD: its host answers that nobody listens on the port.",
            )
        return Code.FAR_END_SILENT, silent_text(far)
    mine = outage.reactions[x].silence
    if mine is not None and mine.state is State.UP and _overlap(mine, silence, outage):
        return _both_silent(outage, x, scene)
    waited = y.answered_waiting
    if silence.state is State.UP or (waited is not None and waited.packet != silence.packet):
        return _stalled(outage, x, scene)
    if silence.state is State.ADMIN_DOWN:
        return Code.ADMINISTRATIVE, f"The session was taken down by hand or configuration at {far}."
    if silence.diagnostic in SAID:
        code, why = SAID[silence.diagnostic]
        return code, f"{far} fell silent, and says why since it is back: {why}."
    if silence.state is State.INIT and waited is None and not icmp:
        return (
            Code.PATH_CUT_BOTH_WAYS,
            f"The path was cut both ways between {far} and the capture point for {duration(length)}: {far} "
            f"was Down already when a packet of {near} reached it again, so it had lost {near} by itself.",
        )
    # An end that ran and heard Down mostly keeps the diagnostic of that until it is Up, but not BIRD.
    if waited is not None and silence.diagnostic is Diagnostic.NONE and not icmp:
        return (
            Code.FAR_END_SILENT,
            f"{far} was not heard for {duration(length)}: it stalled, or its way to the capture point was "
            f"cut. It came back with {silence.state}, an answer to what {near} had sent a while before, "
            "which may have waited for it, or have been answered unheard before.",
        )
    # It may say a new state with its next hello only, as bfdd does of Init.
    if waited is not None and silence.diagnostic is Diagnostic.CONTROL_EXPIRY and not icmp:
        age_ns, hello_ns = waited.other_gap_ns or 0, 1000 * waited.timers.desired_min_tx_us
        if age_ns <= hello_ns:
            return (
                Code.FAR_END_SILENT,
                f"{far} was not heard for {duration(length)}, for its way to the capture point was cut. "
                f"It had lost {near} by itself, and came back with {silence.state}: whether packets of "
                f"{near} reached it meanwhile the capture cannot tell.",
            )
    if waited is not None and not icmp:
        return (
            Code.PATH_CUT_ONE_WAY,
            f"The path from {far} to the capture point was cut for {duration(length)}: {far} was not heard, "
            f"but had answered the Down of {near} with {silence.state} meanwhile.",
        )
    if silence.diagnostic is Diagnostic.CONTROL_EXPIRY:
        return (
            Code.PATH_CUT_BOTH_WAYS,
            f"The path was cut both ways between {far} and the capture point for {duration(length)}: "
            f"{far} came back saying that it had lost {near} too.",
        )
    if icmp or silence.diagnostic is Diagnostic.NONE:
        return (
            Code.FAR_END_RESTARTED,
            f"{far} stopped running BFD and started anew after {duration(length)}, with the same "
            "discriminator.",
        )
    if silence.diagnostic is Diagnostic.NEIGHBOR_DOWN:
        return (
            Code.PATH_CUT_ONE_WAY,
            f"The path from {far} to the capture point was cut for {duration(length)}: {far} was not heard, "
            f"but heard the Down of {near} meanwhile.",
        )
    return Code.UNKNOWN, f"{far} was silent for {duration(length)}, and came back with {silence.diagnostic}."


def _both_silent(outage: Outage, x: int, scene: Scene) -> tuple[Code, str]:
    """Neither was heard for most of the other's silence, and X came back still saying Up: it had not noticed.
    Nor had Y, if it did so too, or goes Down only when it is told to.
    """
    near = scene.name(x)
    mine, theirs = silence_of(outage, x), silence_of(outage, 1 - x)
    length = duration(max(length_of(mine, outage), length_of(theirs, outage)))
    recovered = " and recovered" if outage.up_again_ns is not None else ""
    if theirs.state is State.UP or theirs.diagnostic is Diagnostic.NEIGHBOR_DOWN:
        return (
            Code.FAR_END_STALLED,
            f"Both ends stalled{recovered}: neither sent anything for {length}, and neither had noticed when "
            "it came back.",
        )
    return (
        Code.FAR_END_SILENT,
        f"Neither end was heard for {length}: {near} stalled, as it came back still saying Up; "
        f"{scene.name(1 - x)} did too, or its way to the capture point was cut.",
    )


def _stalled(outage: Outage, x: int, scene: Scene) -> tuple[Code, str]:
    """Y came back and shows that it had not run, or may have been cut off too shortly to notice."""
    near, far = scene.name(x), scene.name(1 - x)
    y = outage.reactions[1 - x]
    silence = silence_of(outage, 1 - x)
    length = length_of(silence, outage)
    recovered = " and recovered" if outage.up_again_ns is not None else ""
    if y.answered_waiting is None and silence.until_ns is not None and length < y.detection_ns:
        return (
            Code.FAR_END_SILENT,
            f"{far} was silent for {duration(length)} and came back Up: it stalled, or its way to the "
            "capture point was cut, for too short a time to have noticed anything itself.",
        )
    how = (
        f"the first thing it said was an answer to packets that had waited for it, so {far} had received them"
        if y.answered_waiting is not None
        else f"it came back still saying Up, as if it had not noticed {duration(length)} of silence"
    )
    return (
        Code.FAR_END_STALLED,
        f"{far} stalled{recovered}: it sent nothing while the packets of {near} went on, and {how}.",
    )


def restarted(outage: Outage, end: int, scene: Scene) -> tuple[Code, str]:
    name = scene.name(end)
    silence = outage.reactions[end].silence
    icmp = outage.reactions[end].unreachable
    gap = f" after {duration(length_of(silence, outage))} of silence" if silence is not None else ""
    why = "; its host said meanwhile that nobody listened on the port" if icmp and icmp.port else ""
    return (
        Code.FAR_END_RESTARTED,
        f"{name} started BFD anew{gap}: it is back with another discriminator{why}.",
    )


def silent_text(name: str) -> str:
    return f"{name} fell silent: it stopped, or its way to the capture point is cut; it was not heard again."


def silence_of(outage: Outage, end: int) -> Silence:
    silence = outage.reactions[end].silence
    assert silence is not None
    return silence


def length_of(silence: Silence, outage: Outage) -> int:
    """How long it lasted, at most, in nanoseconds."""
    until = silence.until_ns if silence.until_ns is not None else outage.seen_until_ns
    return until - silence.since_ns


def _overlap(one: Silence, other: Silence, outage: Outage) -> bool:
    """Whether most of the shorter one lies within the longer one."""
    ends = [one.since_ns + length_of(one, outage), other.since_ns + length_of(other, outage)]
    common = min(ends) - max(one.since_ns, other.since_ns)
    return 2 * common > min(length_of(one, outage), length_of(other, outage))
