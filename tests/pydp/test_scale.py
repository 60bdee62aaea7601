# SPDX-License-Identifier: Apache-2.0
"""Many sessions: 100,000 come and go beside others that run, none of which flaps, and no event is lost or doubled; and a worker
that was away sends for all of them, however much waits for it."""

from collections import Counter
from ipaddress import ip_address

import pydp
from pydp.generate import Generator, Peers, PeersConfig

OURS = ip_address("10.0.0.1")
RUNNING, PASSING = 1_000, 100_000
FIRST, FIRST_PASSING = ip_address("10.1.0.0"), ip_address("10.16.0.0")
INTERVAL_US = 50_000
#: Commands between two turns, a millisecond apart.
AT_ONCE = 500


class Scene:
    """The engine, a far end for the sessions that run, and what was heard of each session, in order."""

    def __init__(self, running: int, passing: int = 0) -> None:
        self.running = running
        self.near, self.far = pydp.link("scale", capacity=8192)
        sizes = {"max_sessions": running + passing, "max_neighbours": running + passing}
        # Smaller than what comes in between two looks, so that its bounds are met too.
        self.engine = pydp.Engine("scale", **sizes, event_capacity=1024, seed=1)
        self.engine.attach(self.near)
        self.engine.address_add(0, f"{OURS}/8")
        self.generator = Generator("scale-far", max_peers=running, seed=2)
        self.generator.attach(self.far)
        self.now_ns = 10**9
        self.last_sequence: dict[int, int] = {}
        self.told: dict[int, pydp.State] = {}
        self.gaps = 0
        self.removed: Counter[int] = Counter()
        self.left_up: list[int] = []

    def turn(self) -> None:
        self.now_ns += 10**6
        self.engine.step(self.now_ns)
        self.generator.step(self.now_ns)
        while len(events := self.engine.events.drain()):
            for session, sequence, kind, flags, old, new in zip(
                *(
                    events[name].tolist()
                    for name in ("session", "sequence", "type", "flags", "old_state", "new_state")
                ),
                strict=True,
            ):
                self.hear(session, sequence, kind, flags, old, new)

    def hear(self, session: int, sequence: int, kind: int, flags: int, old: int, new: int) -> None:
        before = self.last_sequence.get(session, 0)
        assert sequence > before, f"session {session:#x}: event {sequence} came again, or late"
        # Only a re-read, which says the latest state, may stand for events that had no room.
        if sequence != before + 1:
            assert flags & 1, f"session {session:#x}: events {before + 1} to {sequence - 1} are lost"
            self.gaps += 1
        self.last_sequence[session] = sequence
        if kind == 5:
            self.removed[session] += 1
        elif kind == 1:
            assert old == self.told.get(session, pydp.State.DOWN), f"session {session:#x}: a step is lost"
            self.told[session] = pydp.State(new)
            if old == pydp.State.UP:
                self.left_up.append(session)

    def want(self, address: object, interval_us: int = INTERVAL_US) -> int:
        return self.engine.sessions.upsert(
            pydp.SessionConfig(
                source_addr=OURS,
                dest_addr=address,
                desired_min_tx_interval_us=interval_us,
                required_min_rx_interval_us=interval_us,
            )
        )

    def up(self) -> tuple[set[int], Peers]:
        """The sessions that run, and their far ends, when all are up and have settled."""
        sessions = {self.want(FIRST + i) for i in range(self.running)}
        peers = self.generator.peers(
            PeersConfig(
                address=FIRST,
                target=OURS,
                count=self.running,
                desired_min_tx_interval_us=INTERVAL_US,
                required_min_rx_interval_us=INTERVAL_US,
            )
        )
        for _ in range(4000):
            if peers.summary().up == self.running:
                break
            self.turn()
        assert peers.summary().up == self.running
        for _ in range(200):
            self.turn()
        return sessions, peers

    def close(self) -> None:
        for one in (self.generator, self.engine, self.near, self.far):
            one.close()


def test_sessions_that_come_and_go_by_the_hundred_thousand_leave_the_others_alone(eal):
    scene = Scene(RUNNING, PASSING)
    running, peers = scene.up()

    passing: list[int] = []
    for first in range(0, PASSING, AT_ONCE):
        passing += [scene.want(FIRST_PASSING + i) for i in range(first, first + AT_ONCE)]
        scene.turn()
    assert len(set(passing)) == PASSING
    assert len(scene.engine.sessions.list()) == RUNNING + PASSING
    for first in range(0, PASSING, AT_ONCE):
        for session in passing[first : first + AT_ONCE]:
            scene.engine.sessions.remove(session, now=True)
        scene.turn()
    for _ in range(200):
        scene.turn()

    assert scene.left_up == []
    assert peers.summary().downs == 0
    assert peers.summary().up == RUNNING
    assert set(scene.engine.sessions.list()) == running
    assert all(scene.told[session] is pydp.State.UP for session in running)
    # Each of them said goodbye once, and nobody else did.
    assert scene.removed == Counter(passing)
    scene.close()


def test_who_was_away_sends_for_every_session_in_the_turn_in_which_it_hears_them_all(eal):
    """Each of a few turns would otherwise take a full queue and send for a part: the peers hear too little, and stay down."""
    scene = Scene(4_000)
    scene.up()
    away_ns = 2 * INTERVAL_US * 1000
    for _ in range(away_ns // 10**6):
        scene.now_ns += 10**6
        scene.generator.step(scene.now_ns)
    sent = scene.near.stats().tx_packets
    scene.engine.step(scene.now_ns)
    assert scene.near.stats().tx_packets - sent >= scene.running
    scene.close()
