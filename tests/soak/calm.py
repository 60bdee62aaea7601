# SPDX-License-Identifier: Apache-2.0
"""How a run ends: a link that does nothing, two ends that both want to be Up with sane timers, and as much time as RFC 5880
grants. Both have to come Up, agree on the timers, have no Poll open, and stay Up."""

from dataclasses import replace
from typing import Any

from tests.soak.binding import lib
from tests.soak.run import ENGINE_SLACK_NS, UP, US, Run
from tests.soak.scenario import Condition, Wanted

#: Nothing that the adversary sent before is on its way after so much time.
FLIGHT_US = 2_500_000
CALM = Condition(delay_us=100, in_order=True)
CUT = Condition(cut=True)
SLOW_US = 1_000_000


def wanted_in_calm(run: Run) -> tuple[Wanted, Wanted]:
    """What was wanted last, but enabled, taking packets, and with somebody who speaks first."""

    def sane(side: int) -> Wanted:
        wanted = run.scenario.last_wanted(side)
        # Two ends that both demand, and never ask, would not miss each other.
        return replace(
            wanted,
            admin_down=False,
            path_down=False,
            required_us=wanted.required_us or SLOW_US,
            demand=wanted.demand and not run.without_demand,
            demand_poll_us=wanted.demand_poll_us or SLOW_US,
        )

    left, right = sane(0), sane(1)
    # One that demands may have been told to send nothing, and misses nobody.
    if left.passive and (right.passive or right.demand):
        left = replace(left, passive=False)
    if right.passive and left.demand:
        right = replace(right, passive=False)
    return left, replace(right, keys=left.keys, meticulous=left.meticulous)


def forgetting_us(run: Run, wanted: tuple[Wanted, Wanted]) -> int:
    """A sequence number that has run away is forgotten after twice the detection time of silence (6.8.1)."""
    if not wanted[0].keys:
        return 0

    def one(side: int) -> int:
        referee = run.world.sides[side].referee
        hearing = max(wanted[side].required_us, int(referee.rx_in_force_us), int(referee.remote_desired_us))
        answer = max(wanted[side].desired_us, int(referee.tx_in_force_us), int(referee.remote_required_us))
        return max(int(referee.remote_multiplier) * hearing, wanted[side].multiplier * max(answer, SLOW_US))

    return 2 * max(one(0), one(1))


def patience_us(run: Run, looks: list[Any], wanted: tuple[Wanted, Wanted]) -> int:
    """Each end may wait a detection time of what it was last told until it forgets that; then two slow handshakes."""
    detection = sum(int(look.detection_us) for look in looks)
    longest = max(
        SLOW_US,
        *(one.desired_us for one in wanted),
        *(one.required_us for one in wanted),
        *(int(look.tx_us) for look in looks),
    )
    return detection + 8 * longest + SLOW_US + 2 * longest_asking_us(wanted) + forgetting_us(run, wanted)


def longest_asking_us(wanted: tuple[Wanted, Wanted]) -> int:
    return max(one.demand_poll_us if one.demand else 0 for one in wanted)


def margin_us(run: Run, wanted: tuple[Wanted, Wanted], receiver: int) -> int:
    """How much is left of a detection time when a hello comes as late as it may."""
    sender = 1 - receiver
    interval = max(wanted[sender].desired_us, wanted[receiver].required_us)
    multiplier = wanted[sender].multiplier
    gap = interval * 9 // 10 if multiplier == 1 else interval
    drift = sum(abs(run.scenario.end(side).drift_ppm) for side in (0, 1))
    polls = sum(run.scenario.end(side).poll_us for side in (0, 1))
    margin = (
        multiplier * interval
        - gap
        - 2 * interval * drift // 1_000_000
        - 2 * polls
        - 4 * ENGINE_SLACK_NS // US
    )
    if not wanted[receiver].demand:
        return margin
    own = wanted[receiver].multiplier * max(wanted[receiver].desired_us, wanted[sender].required_us)
    answer = 2 * CALM.delay_us + 2 * own * drift // 1_000_000 + 2 * polls + 4 * ENGINE_SLACK_NS // US
    return min(margin, own - answer)


def _both_up(run: Run) -> bool:
    return all(not look.gone and look.state == UP for look in map(run.look, (0, 1)))


def _come_up(run: Run, wanted: tuple[Wanted, Wanted]) -> bool:
    looks = [run.look(side) for side in (0, 1)]
    patience = patience_us(run, looks, wanted)
    chunk = min(max(min(one.desired_us for one in wanted), 10_000), SLOW_US) * 2
    waited = 0
    while waited < patience:
        if _both_up(run):
            return True
        if not run.go(chunk) or run.spent:
            return False
        waited += chunk
        chunk = min(chunk + chunk // 8, patience)
    looks = [run.look(side) for side in (0, 1)]
    states = [int(look.state) for look in looks]
    return _both_up(run) or run.complain(
        "not-up", 0 if states[0] != UP else 1, f"states {states} after {patience} us of a calm link"
    )


def _agree(run: Run, wanted: tuple[Wanted, Wanted]) -> bool:
    looks = [run.look(side) for side in (0, 1)]
    for side in (0, 1):
        own, peer = looks[side], looks[1 - side]
        if own.state != UP or (own.polling and not wanted[side].demand):
            return run.complain("not-settled", side, f"state {own.state}, polling {own.polling}")
        silent = own.tx_us == 0 and wanted[1 - side].demand
        if (own.tx_us != peer.rx_us and not silent) or own.remote != peer.local:
            return run.complain(
                "not-settled", side, f"sends every {own.tx_us} us, heard every {peer.rx_us} us"
            )
    return True


def settle(run: Run) -> bool:
    wanted = wanted_in_calm(run)
    if wanted[0].keys:
        # An old packet that is believed late would say again how long sequence numbers are known.
        run.condition(CUT, CUT)
        if not run.go(FLIGHT_US):
            return False
    run.condition(CALM, CALM)
    run.grant(max(2_000, 2 * run.frames))
    for side in (0, 1):
        if not run.command(side, "configure", wanted[side]):
            return False
    if not _come_up(run, wanted):
        return False
    if min(margin_us(run, wanted, side) for side in (0, 1)) <= 0:
        return bool(lib.world_drain(run.world, 0) and lib.world_drain(run.world, 1))
    # Up may be a leftover of what an end heard before, and timers change at the edge to Up, each change with its Poll.
    looks = [run.look(side) for side in (0, 1)]
    leftover = max(int(look.detection_us) for look in looks) + 6 * max(
        SLOW_US, *(int(look.tx_us) for look in looks)
    )
    leftover += 2 * longest_asking_us(wanted) + forgetting_us(run, wanted)
    if not run.go(leftover) or not _come_up(run, wanted):
        return False
    intervals = [int(run.look(side).tx_us) for side in (0, 1)]
    if not run.go(6 * max(*intervals, SLOW_US)):
        return False
    before = [int(run.look(side).downs) for side in (0, 1)]
    if not run.go(20 * max(*intervals, longest_asking_us(wanted))):
        return False
    if run.spent:
        return True
    after = [int(run.look(side).downs) for side in (0, 1)]
    if before != after:
        return run.complain("down-in-calm", 0, f"Downs {before} became {after} on a calm link")
    return _agree(run, wanted) and bool(lib.world_drain(run.world, 0) and lib.world_drain(run.world, 1))
