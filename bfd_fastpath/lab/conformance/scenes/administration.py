# SPDX-License-Identifier: Apache-2.0
"""What an operator or the box itself does to a session (RFC 5880 6.8.15, 6.8.16)."""

from dataclasses import replace

from bfd_fastpath.lab.conformance.row import Need
from bfd_fastpath.lab.conformance.scene import Scene, milliseconds
from bfd_fastpath.lab.conformance.script import Scripts
from bfd_fastpath.lab.conformance.subject import Wish
from bfd_fastpath.wire.bfd import State

scripts = Scripts()


@scripts.scene(137, 138)
def admin_down(s: Scene) -> None:
    echo = s.offers(Need.ECHO)
    s.begin(Wish(echo_us=250_000) if echo else None)
    far = s.far
    far.echo_us = 250_000 if echo else 0
    s.come_up()
    far.run(0.5)
    before_ns = s.line.now_ns
    s.change(replace(s.wish, admin_down=True))
    far.run(6)
    heard = [h for h in far.heard if h.packet and h.time_ns >= before_ns]
    told = [h for h in heard if h.said.state is State.ADMIN_DOWN]
    if not told:
        s.show(137, False, "disabled, it did not say AdminDown in 6 s", *heard[:3])
        s.show(138, False, "disabled, it did not say AdminDown in 6 s", *heard[:3])
    else:
        first, last = told[0], told[-1]
        diagnostics = {h.said.diagnostic for h in told}
        s.show(
            137, diagnostics <= {5, 7}, f"disabled: AdminDown with diagnostic {_listed(diagnostics)}", first
        )
        # Ours: its Detect Mult times the larger of its Desired Min TX and our Required Min RX.
        ours_ns = first.said.multiplier * max(first.said.desired_min_tx_us, far.required_us) * 1000
        span = last.time_ns - first.time_ns
        every = max(first.said.desired_min_tx_us, far.required_us) * 1000
        s.show(
            138,
            len(told) > 2 and span >= ours_ns - every - s.line.slack_ns,
            f"{len(told)} packets said AdminDown over {milliseconds(span)}; our Detection Time is "
            f"{milliseconds(ours_ns)}",
            first,
            last,
        )
        if echo:
            late = [one for one in far.echoes if one.time_ns > first.time_ns + 300_000_000 + s.line.slack_ns]
            s.expect(137, not late, "and no Echo packet after it", first, *late[:2])
    far.hellos = False
    after_ns = s.line.now_ns
    s.change(replace(s.wish, admin_down=False))
    far.run(3)
    later = [h for h in far.heard if h.packet and h.time_ns >= after_ns]
    up = [h for h in later if h.said.state is not State.ADMIN_DOWN]
    s.expect(137, bool(up) and up[0].said.state is State.DOWN, "enabled again: Down", *up[:1])


@scripts.scene(135, 136)
def forwarding_reset(s: Scene) -> None:
    s.begin()
    s.come_up()
    s.far.run(0.5)
    before_ns = s.line.now_ns
    s.driver.reset_forwarding()
    heard = [h for h in s.far.run(1.5) if h.packet and h.time_ns >= before_ns]
    downs = [h for h in heard if h.said.state is State.DOWN]
    s.expect(136, bool(downs), "forwarding plane reset: it says Down", *(downs[:1] or heard[:2]))
    code = downs[0].said.diagnostic if downs else "none"
    s.show(
        135,
        bool(downs) and code == 4,
        f"forwarding plane reset: diagnostic {code}",
        *(downs[:1] or heard[:2]),
    )


def _listed(values: set[int]) -> str:
    return ", ".join(map(str, sorted(values)))
