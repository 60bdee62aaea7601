# SPDX-License-Identifier: Apache-2.0
"""The Echo function (RFC 5880 6.4, 6.8.3, 6.8.5, 6.8.8, 6.8.9): the target's own Echo packets, which the far
end sends back, keeps, or replaces by others.
"""

from bfd_fastpath.lab.conformance.far_end import ECHO_PORT, Heard
from bfd_fastpath.lab.conformance.scene import Scene, StuckError, milliseconds
from bfd_fastpath.lab.conformance.script import Scripts
from bfd_fastpath.lab.conformance.subject import Wish
from bfd_fastpath.wire.bfd import State

scripts = Scripts()


def _every_us(s: Scene) -> int:
    """Shorter where nothing can keep the far end from sending back in time."""
    return 50_000 if s.simulated else 250_000


def _echoing(s: Scene) -> list[Heard]:
    """Up, with Echo packets that come back."""
    every_us = _every_us(s)
    s.begin(Wish(echo_us=every_us))
    far = s.far
    far.echo_us = every_us
    s.come_up()
    far.run(2)
    if len(far.echoes) < 3:
        raise StuckError(
            f"it sent {len(far.echoes)} Echo packets in 2 s, our Required Min Echo RX being {every_us} us"
        )
    return far.echoes


@scripts.scene(131, 132)
def no_echo_yet(s: Scene) -> None:
    every_us = _every_us(s)
    s.begin(Wish(echo_us=every_us))
    far = s.far
    far.echo_us = every_us
    far.echoes.clear()
    s.await_("a packet", lambda h: True, 5)
    far.hellos = True
    far.run(3)
    early = list(far.echoes)
    s.show(131, not early, f"{len(early)} Echo packets in Down and Init", far.heard[-1], *early[:2])
    far.echo_us = 0
    s.come_up()
    far.run(2)
    none = list(far.echoes)
    s.show(
        132,
        not none,
        f"Required Min Echo RX 0: {len(none)} Echo packets in 2 s of Up",
        far.heard[-1],
        *none[:2],
    )
    far.echo_us = every_us
    far.say("Required Min Echo RX above 0")
    far.run(2)
    s.show(132, bool(far.echoes), f"{every_us} us: {len(far.echoes)} in 2 s", *far.echoes[:2])
    s.show(131, bool(far.echoes), f"in Up: {len(far.echoes)} in 2 s", *far.echoes[:2])


@scripts.scene(89, 133)
def echo_pace(s: Scene) -> None:
    echoes = _echoing(s)
    far = s.far
    rows = [h for h in far.heard if h.packet and h.time_ns > echoes[-1].time_ns - 1_000_000_000]
    low = min((h.said.required_min_rx_us for h in rows), default=0)
    s.show(89, low >= 1_000_000, f"Required Min RX while it echoes: {low} us at least", *rows[-2:])
    for every_us in (_every_us(s), 400_000):
        far.echo_us = every_us
        far.say("another Required Min Echo RX", poll=True)
        far.run(0.5)
        far.echoes.clear()
        far.run(4)
        gaps = [b.time_ns - a.time_ns for a, b in zip(far.echoes, far.echoes[1:], strict=False)]
        least = every_us * 750 - s.line.slack_ns
        # A packet more is allowed at a time (6.8.9).
        early = sum(gap < least for gap in gaps)
        s.show(
            133,
            bool(gaps) and early <= 1,
            f"Required Min Echo RX {every_us} us: {len(gaps)} gaps, the shortest "
            f"{milliseconds(min(gaps, default=0))}",
            *far.echoes[:3],
        )


@scripts.scene(110)
def echo_stops(s: Scene) -> None:
    _echoing(s)
    far = s.far
    far.echo_us = 0
    stop = far.say("Required Min Echo RX 0")
    far.run(s.soon_s)
    far.echoes.clear()
    far.run(3)
    s.show(
        110,
        not far.echoes,
        f"Required Min Echo RX 0: {len(far.echoes)} Echo packets in 3 s",
        stop,
        *far.echoes[:2],
    )
    last = far.last
    up = last is not None and last.state is State.UP
    s.expect(110, up, "and it stays Up", far.heard[-1])


@scripts.scene(94, 129, 130)
def echo_lost(s: Scene) -> None:
    _echoing(s)
    far = s.far
    steady = [h for h in far.run(3) if h.packet]
    stays = all(h.said.state is State.UP for h in steady)
    s.show(
        129,
        stays,
        f"Up for 3 s while {len(far.echoes)} Echo packets came back",
        *far.echoes[-2:],
        *steady[-1:],
    )
    far.reflects = False
    last = far.echoes[-1]
    began = s.line.now_ns
    down = far.wait_for(lambda h: h.said.state is State.DOWN, 4)
    words = "Echo packets do not come back, our hellos do"
    code = down.said.diagnostic if down else "none"
    after = milliseconds(down.time_ns - began) if down else "never"
    shown = [last, down or far.heard[-1]]
    s.show(94, down is not None and code == 2, f"{words}: Down after {after} with diagnostic {code}", *shown)
    s.show(130, down is not None, f"{words}: Down after {after}", *shown)


@scripts.scene(129)
def echo_of_others(s: Scene) -> None:
    """What comes back is not what was sent."""
    _echoing(s)
    far = s.far
    far.reflects = False
    end_ns = s.line.now_ns + 3_000_000_000
    down: list[Heard] = []
    while s.line.now_ns < end_ns and not down:
        far.put(bytes(range(32)), "no Echo packet of its", port=ECHO_PORT)
        down = [h for h in far.run(0.04) if h.packet and h.said.state is State.DOWN]
    s.expect(
        129,
        bool(down),
        "other octets to its Echo port are not taken for its Echo packets",
        far.sent[-1],
        *down[:1],
    )
