# SPDX-License-Identifier: Apache-2.0
"""What the evidence says of an outage. Rules over one outage, tried in order, each honest about what it rests
on; what other sessions add is together.py's.

In the rules X is the end that noticed first, Y its peer. A diagnostic is what an end says of itself (RFC 5880
4.1); whether Y's hellos went on is what the capture shows.
"""

from collections.abc import Iterable

from pydp.replay.grouping import REACTION_NS
from pydp.replay.outages import Code, Outage, Reaction, Verdict
from pydp.replay.telling import Scene, duration
from pydp.replay.verdict_silence import (
    SAID,
    length_of,
    restarted,
    silence_of,
    silent_text,
    stopped,
    unanswered,
)
from pydp.states import Diagnostic, State


def judge(outage: Outage, scene: Scene) -> Verdict:
    """The verdict on one outage of a session, from that session's own packets."""
    code, sentence = _find(outage, scene)
    return Verdict(code, sentence, tuple(_evidence(outage, scene)))


def _evidence(outage: Outage, scene: Scene) -> Iterable[str]:
    lefts = [reaction for reaction in outage.reactions if reaction.left is not None]
    for reaction in sorted(lefts, key=lambda one: one.left.packet if one.left else 0):
        yield scene.left(reaction)
    for end, reaction in enumerate(outage.reactions):
        if reaction.silence is not None:
            yield scene.silence(end, outage)
        if (icmp := scene.unreachable(end, outage)) is not None:
            yield icmp
        if (waited := reaction.answered_waiting) is not None and waited.other_gap_ns is not None:
            yield (
                f"{scene.said(waited)}, which answers a packet sent {duration(waited.other_gap_ns)} before."
            )
        if (restart := reaction.restart) is not None:
            yield (
                f"{scene.name(end)} uses discriminator {restart.discriminator:#010x} instead of "
                f"{restart.former:#010x} from {scene.packet(restart.packet, restart.time_ns)} on."
            )
    if (ended := scene.up_again(outage)) is not None:
        yield ended


def _find(outage: Outage, scene: Scene) -> tuple[Code, str]:
    lefts = [reaction.left for reaction in outage.reactions if reaction.left is not None]
    if not lefts:
        return _nobody_left(outage, scene)
    first = min(lefts, key=lambda one: one.packet)
    name = scene.name(first.end)
    if first.diagnostic in SAID:
        code, why = SAID[first.diagnostic]
        return code, f"{name} took the session down and says why: {why}."
    if first.state is State.ADMIN_DOWN or first.diagnostic is Diagnostic.ADMIN_DOWN:
        return Code.ADMINISTRATIVE, f"The session was taken down by hand or configuration at {name}."
    restart = outage.reactions[first.end].restart
    if restart is not None and restart.packet == first.packet:
        return restarted(outage, first.end, scene)
    if scene.one_way:
        return _one_way(outage.reactions[first.end], scene)
    if first.diagnostic is Diagnostic.NEIGHBOR_DOWN:
        told = (
            f"{name} says that {scene.name(1 - first.end)} told it Down, but no such packet is in the capture"
        )
        return Code.UNKNOWN, f"{told}."
    return _expired(outage, first.end, scene)


def _nobody_left(outage: Outage, scene: Scene) -> tuple[Code, str]:
    """Hellos are missing from the capture, and nobody said Down."""
    silent = [end for end, one in enumerate(outage.reactions) if one.silence is not None]
    names = " and ".join(scene.name(end) for end in silent)
    gone = [end for end in silent if not silence_of(outage, end).returned]
    if not gone:
        longest = max(length_of(silence_of(outage, end), outage) for end in silent)
        return (
            Code.CAPTURE_HOLES,
            f"The capture misses hellos of {names} for {duration(longest)}, longer than the detection time, "
            "but nobody went Down: they were received, or nobody watched in time.",
        )
    if scene.one_way:
        return (
            Code.FAR_END_SILENT,
            f"The hellos of {names} stop before the capture ends: it stopped, or its way to the capture "
            "point is cut; the other end's packets are not in the capture.",
        )
    if len(gone) == len(outage.reactions):
        return (
            Code.CAPTURE_HOLES,
            "The hellos of both ends stop before the capture ends, and neither said Down: the capture point "
            "lost sight of the session, or both were stopped.",
        )
    y = gone[0]
    if outage.seen_until_ns - silence_of(outage, y).since_ns > 2 * outage.reactions[1 - y].detection_ns:
        return (
            Code.CAPTURE_HOLES,
            f"The hellos of {scene.name(y)} stop in the capture, but {scene.name(1 - y)} stays Up: "
            "it receives them, the capture point does not.",
        )
    return Code.FAR_END_SILENT, silent_text(scene.name(y))


def _one_way(x: Reaction, scene: Scene) -> tuple[Code, str]:
    assert x.left is not None
    missing = f"one-way capture: the packets of {scene.name(1 - x.left.end)} are not in it"
    name = scene.name(x.left.end)
    if x.silence is not None and x.silence.packet == x.left.packet:
        lasted = duration(x.left.gap_ns)
        return (
            Code.FAR_END_SILENT,
            f"{name} was not heard for {lasted} and came back with {x.left.state}: it stopped or stalled, or "
            f"the path was cut ({missing}).",
        )
    if x.left.diagnostic is Diagnostic.NEIGHBOR_DOWN:
        return Code.UNKNOWN, f"{name} went Down because it was told to ({missing})."
    if x.left.diagnostic is Diagnostic.CONTROL_EXPIRY:
        return (
            Code.FAR_END_SILENT,
            f"{name} heard nothing of {scene.name(1 - x.left.end)}, which stopped or whose way to it is cut "
            f"({missing}).",
        )
    return Code.UNKNOWN, f"{name} went Down with diagnostic {x.left.diagnostic} ({missing})."


def _expired(outage: Outage, x: int, scene: Scene) -> tuple[Code, str]:
    """X waited for Y in vain."""
    here, there = outage.reactions[x], outage.reactions[1 - x]
    left = here.left
    assert left is not None
    near, far = scene.name(x), scene.name(1 - x)
    if left.other_gap_ns is None or not here.detection_ns:
        return Code.UNKNOWN, f"{near} went Down before anything of {far} was in the capture."
    if (change := _timer_change(here, there)) is not None:
        before, after = change
        return (
            Code.TIMER_CHANGE,
            f"{near} went Down because its detection time went from {duration(before)} to {duration(after)}, "
            f"and the hellos of {far} did not keep to it: they went on, at a pace that fits the other.",
        )
    if there.silence is not None:
        return unanswered(outage, x, scene) if scene.reflector else stopped(outage, x, scene)
    if here.silence is not None and here.silence.packet == left.packet:
        return (
            Code.FAR_END_SILENT,
            f"{near} went Down after a silence of its own of {duration(left.gap_ns)}, while the hellos of "
            f"{far} went on: it stalled, or its link was cut both ways for that long.",
        )
    if scene.reflector:
        return (
            Code.PATH_CUT_ONE_WAY,
            f"The path from {far} to {near} was cut, beyond the capture point: {near} got no answer for its "
            f"detection time, while {far} went on answering in the capture.",
        )
    return _path_cut(outage, x, scene)


def _timer_change(x: Reaction, y: Reaction) -> tuple[int, int] | None:
    """Whether Y's hellos went on, at a pace that one of two detection times of X allows and the other not."""
    if x.timers_changed is None or x.left is None:
        return None
    _, before, after = x.timers_changed
    age = x.left.other_gap_ns
    if age is None:
        return None
    low, high = min(before, after), max(before, after)
    if not 0.9 * low <= age <= high:
        return None
    if y.silence is not None:
        until = y.silence.until_ns
        if until is None or until - y.silence.since_ns > high:
            return None
    return before, after


def _path_cut(outage: Outage, x: int, scene: Scene) -> tuple[Code, str]:
    """Y's hellos went on in the capture, and X did not hear them."""
    near, far = scene.name(x), scene.name(1 - x)
    y = outage.reactions[1 - x]
    if outage.up_again_ns is None and scene.authentication[0] != scene.authentication[1]:
        mine, theirs = scene.authentication[x], scene.authentication[1 - x]
        return (
            Code.AUTHENTICATION,
            f"{near} and {far} do not authenticate alike: {near} sends {mine}, {far} {theirs}. {near} "
            f"refused the hellos of {far}, which went on in the capture.",
        )
    cut = f"{near} heard nothing for its detection time while the hellos of {far} went on in the capture"
    if _hears_in_vain(outage, x):
        return (
            Code.PATH_CUT_ONE_WAY,
            f"The path from {far} to {near} was cut, beyond the capture point: {cut}; {far} {_went_down(y)} "
            f"and answered the Down of {near} with {_rose(y)}, so the other way worked.",
        )
    if _heard_to_the_end(outage.reactions[x], y):
        return (
            Code.PATH_CUT_ONE_WAY,
            f"The path from {far} to {near} was cut, beyond the capture point: {cut}; {far} waited its own "
            f"detection time from the last Up of {near} on, so it had heard {near} all the while.",
        )
    if (
        y.left is not None
        and y.left.diagnostic is Diagnostic.CONTROL_EXPIRY
        and y.left.other_gap_ns is not None
    ):
        if scene.authenticated:
            return (
                Code.UNKNOWN,
                f"{near} and {far} lost each other while the hellos of both went on in the capture: the "
                "path was cut both ways beyond the capture point, or they refuse each other's "
                "authentication. A key that changed at one end looks the same.",
            )
        return (
            Code.PATH_CUT_BOTH_WAYS,
            f"The path was cut both ways between the capture point and {near}: {cut}, and {far} lost {near} "
            f"by itself, though the packets of {near} went on too.",
        )
    works = (
        f"the packets of {near} still reached {far}, which answered with {y.left.state}"
        if y.left is not None
        else f"{far} did not react before the capture ended"
        if outage.up_again_ns is None
        else f"{far} never left Up"
    )
    return (
        Code.PATH_CUT_ONE_WAY,
        f"The path from {far} to {near} was cut, beyond the capture point: {cut}; {works}.",
    )


def _hears_in_vain(outage: Outage, x: int) -> bool:
    """Whether Y left Down because it heard X, while X went on being Down: some implementations ignore the
    first Down, which names no discriminator of theirs, and expire by themselves.
    """
    here, there = outage.reactions[x].rose, outage.reactions[1 - x].rose
    if there is None:
        return False
    return here is None or here.time_ns - there.time_ns > REACTION_NS


def _heard_to_the_end(x: Reaction, y: Reaction) -> bool:
    """Whether Y, by the time at which it expired, had heard X until X said Down, when X had heard nothing of
    Y for most of a detection time.
    """
    if x.left is None or y.left is None or y.left.diagnostic is not Diagnostic.CONTROL_EXPIRY:
        return False
    y_heard = y.left.time_ns - y.detection_ns
    x_heard = x.left.time_ns - x.detection_ns
    last_up = x.left.time_ns - x.left.gap_ns
    return y_heard > last_up - y.detection_ns // 10 and y_heard - x_heard > x.detection_ns // 2


def _went_down(y: Reaction) -> str:
    if y.left is None:
        return "was not Up"
    return "heard of it" if y.left.diagnostic is Diagnostic.NEIGHBOR_DOWN else "gave up by itself"


def _rose(y: Reaction) -> str:
    return str(y.rose.state) if y.rose is not None else ""
