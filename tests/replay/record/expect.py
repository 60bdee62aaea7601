# SPDX-License-Identifier: Apache-2.0
"""What somebody who was there knows to be true of a recording: from what was done and what the daemons logged and say.

Nothing here looks at the capture through our own code."""

from typing import Any

from tests.replay.journal import Change, changes, told_of
from tests.replay.record.scene import Scene

STATES = {"up": "up", "down": "down", "init": "init", "shutdown": "admin-down"}
#: Two ends that noticed within this time of each other: who was first is not to be told.
CLOSE_US = 50_000
NOTICED = ("control-expiry", "echo-failed")


def seen(scene: Scene, found: list[Change]) -> list[Change]:
    """The changes that packets in the capture have to show."""
    assert scene.recording is not None
    packets = scene.recording.packets
    begin, end = packets[0].time_ns // 1000, packets[-1].time_ns // 1000
    return [
        change
        for change in told_of(found)
        if begin < change.time_us < end
        and not any(
            one.address == change.address and one.from_us <= change.time_us <= one.to_us
            for one in scene.hidden
        )
    ]


def noticed_first(found: list[Change]) -> str | None:
    """Who went Down of its own accord before the other did; None where that cannot be told."""
    times: dict[str, int] = {}
    for change in found:
        if change.new == "down" and change.diagnostic in NOTICED:
            times.setdefault(change.address, change.time_us)
    order = sorted(times, key=lambda address: times[address])
    if len(order) == 2 and times[order[1]] - times[order[0]] < CLOSE_US:
        return None
    return order[0] if order else None


def _endpoint(address: str, words: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """From what the end itself says, and of its discriminator what the other says when this one does not."""
    known: dict[str, Any] = {"address": address}
    if "status" in words:  # bfdd
        known["discriminator"] = words["id"]
        known["last-state"] = STATES[words["status"]]
    elif words:
        state = words["state"].lower()
        # BIRD says Init with its next hello only.
        known["last-state"] = {"one-of": ["down", "init"]} if state == "init" else state
        if other.get("status") == "up":
            known["discriminator"] = other["remote-id"]
    if known.get("last-state") == "up" and "id" in words:
        known["local-multiplier"] = words["detect-multiplier"]
        known["desired-min-tx-interval"] = words["transmit-interval"] * 1000
        known["required-min-rx-interval"] = words["receive-interval"] * 1000
    return known


def expectation(
    scene: Scene, words: dict[str, dict[str, Any]], verdict: str | None, unheard: tuple[str, ...] = ()
) -> dict[str, Any]:
    """words: what each end said when the play was over; {} for one that was gone or could not be seen."""
    all_changes = changes(scene.journal)
    shown = seen(scene, all_changes)
    one, other = (words.get(name, {}) for name in ("a", "b"))
    endpoints = [
        _endpoint(scene.addresses[name], said, others)
        for name, said, others in (("a", one, other), ("b", other, one))
        if name not in unheard
    ]
    session: dict[str, Any] = {
        "ip-version": f"ipv{scene.family}",
        "path-type": "path-ip-mh" if scene.routed else "path-ip-sh",
        "endpoints": {"any-order": endpoints},
        "state-changes": {
            "any-order": [
                {"endpoint": change.address, "to": change.new}
                | ({"diagnostic": change.diagnostic} if change.diagnostic else {})
                for change in shown
            ]
        },
        "verdict": verdict,
    }
    if verdict is not None:
        outage: dict[str, Any] = {"verdict": verdict}
        first = noticed_first(all_changes)
        if first and first in {change.address for change in shown if change.new == "down"}:
            outage["noticed-first"] = first
        session["outages"] = [outage]
    else:
        session["outages"] = {"length": 0}
    return {"bfd": {"malformed": 0, "snapped": 0, "control": {"at-least": 10}}, "sessions": [session]}
