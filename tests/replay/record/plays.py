# SPDX-License-Identifier: Apache-2.0
"""What is done to the two ends in each recorded case, and what that is called; nothing of how it is written down."""

import signal

from tests.replay.record.case import case
from tests.replay.record.scene import Scene


@case("frr", "frr", 4, "bfdd and bfdd come up.")
@case("bird", "bird", 6, "BIRD and BIRD come up.", form="pcap", compressed=False)
@case("frr", "bird", 6, "bfdd and BIRD come up.", form="pcapng-us")
def coming_up(scene: Scene) -> None:
    scene.record()
    scene.speak()
    scene.both_up()
    scene.hold(1.5)


@case("frr", "bird", 4, "Nothing happens.", form="pcap-ns")
@case("bird", "bird", 4, "Nothing happens.")
@case("frr", "frr", 6, "Nothing happens.", form="pcap")
def running(scene: Scene) -> None:
    scene.settled()
    scene.hold(2)


@case("frr", "bird", 4, "Nothing happens; captured at one end on all of its interfaces.")
def running_cooked(scene: Scene) -> None:
    scene.settled("a", "any", "LINUX_SLL2")
    scene.hold(1)


@case("bird", "frr", 6, "Nothing happens; captured at one end on all of its interfaces.", form="pcap")
def running_cooked_v1(scene: Scene) -> None:
    scene.settled("a", "any", "LINUX_SLL")
    scene.hold(1)


@case("bird", "frr", 4, "Cut one way behind the capture point, and restored.", verdict="path-cut-one-way")
@case("frr", "bird", 4, "Cut one way behind the capture point, and restored.", verdict="path-cut-one-way")
@case("frr", "frr", 6, "Cut one way behind the capture point, and restored.", verdict="path-cut-one-way")
def one_way(scene: Scene) -> None:
    scene.settled()
    scene.cut("a")
    scene.down("a", "b")
    scene.hold(1)
    scene.restore()
    scene.both_up()
    scene.hold(0.5)


@case("frr", "bird", 6, "Cut one way before the capture point.", verdict="far-end-silent", gone=("a",))
def one_way_before(scene: Scene) -> None:
    scene.settled()
    scene.cut_before("a")
    scene.down("a", "b")
    scene.hold(1)


def _cut_before_an_end(scene: Scene, only: str = "") -> None:
    """What b sends does not reach a, where the tap is; then it does again."""
    scene.settled("a", only=only)
    scene.cut("b")
    scene.hide("b")
    scene.down("a", "b")
    scene.hold(1)
    scene.show("b")
    scene.restore()
    scene.both_up()
    scene.hold(0.5)


@case("frr", "bird", 4, "Cut one way, captured at the end that hears nothing.", verdict="far-end-silent")
def one_way_at_the_end(scene: Scene) -> None:
    _cut_before_an_end(scene)


@case(
    "frr",
    "bird",
    4,
    "Cut one way, captured at the end that hears nothing, without what it sends itself.",
    verdict="far-end-silent",
    unheard=("a",),
    more={"sessions": [{"endpoints": {"length": 1}}]},
)
def arriving_only_of_a_cut(scene: Scene) -> None:
    _cut_before_an_end(scene, "inbound")


@case("frr", "frr", 4, "Cut both ways behind the capture point, and restored.", verdict="path-cut-both-ways")
@case("bird", "frr", 6, "Cut both ways behind the capture point, and restored.", verdict="path-cut-both-ways")
def both_ways(scene: Scene) -> None:
    scene.settled()
    scene.cut("a")
    scene.cut("b")
    scene.down("a", "b")
    scene.hold(1)
    scene.restore()
    scene.both_up()
    scene.hold(0.5)


@case(
    "bird", "bird", 4, "Cut both ways before the capture point, and restored.", verdict="path-cut-both-ways"
)
def both_ways_before(scene: Scene) -> None:
    scene.settled()
    scene.cut_before("a")
    scene.cut_before("b")
    scene.down("a", "b")
    scene.hold(1)
    scene.restore()
    scene.both_up()
    scene.hold(0.5)


@case("frr", "bird", 4, "One end's interface goes down.", verdict="far-end-silent", gone=("b",))
@case("frr", "frr", 6, "One end's interface goes down.", verdict="far-end-silent", gone=("b",))
def interface_down(scene: Scene) -> None:
    scene.settled()
    scene.note(f"{scene.addresses['b']}'s interface goes down")
    scene.hide("b")
    scene.space("b").run("ip", "link", "set", "eth0", "down")
    scene.down("a")
    scene.hold(1.5)


@case("frr", "bird", 4, "BIRD is killed.", verdict="far-end-stopped", gone=("b",))
@case("bird", "frr", 6, "bfdd is killed.", verdict="far-end-stopped", gone=("b",))
def killed(scene: Scene) -> None:
    scene.settled()
    scene.note(f"{scene.addresses['b']}'s daemon is killed")
    scene.ends["b"].kill()
    scene.down("a")
    scene.hold(1.5)


@case("frr", "bird", 4, "BIRD is killed and starts again.", verdict="far-end-restarted")
@case("bird", "frr", 6, "bfdd is killed and starts again.", verdict="far-end-restarted")
def restarted(scene: Scene) -> None:
    scene.settled(interval=300)
    scene.note(f"{scene.addresses['b']}'s daemon is killed")
    scene.ends["b"].kill()
    scene.hold(0.05)
    scene.note(f"{scene.addresses['b']}'s daemon starts again")
    scene.ends["b"].restart()
    scene.down("a")
    scene.both_up()
    scene.hold(1)


# BIRD comes back with Init and no diagnostic, as it does after a cut: the capture cannot tell.
@case("frr", "bird", 4, "BIRD is stopped for a while.", verdict="far-end-silent")
@case("bird", "frr", 4, "bfdd is stopped for a while.", verdict="far-end-stalled")
@case("frr", "frr", 6, "bfdd is stopped for a while.", verdict="far-end-stalled")
def stopped(scene: Scene) -> None:
    scene.settled()
    scene.note(f"{scene.addresses['b']}'s daemon is stopped")
    scene.ends["b"].signal(signal.SIGSTOP)
    scene.down("a")
    scene.hold(0.7)
    scene.note(f"{scene.addresses['b']}'s daemon goes on")
    scene.ends["b"].signal(signal.SIGCONT)
    scene.hold(0.5)
    scene.both_up()
    scene.hold(1)


@case("frr", "bird", 4, "bfdd is told to shut the session down, and up again.", verdict="administrative")
@case("frr", "frr", 6, "bfdd is told to shut the session down, and up again.", verdict="administrative")
def admin_down(scene: Scene) -> None:
    scene.settled()
    scene.note(f"{scene.addresses['a']}'s session is shut down")
    scene.frr("a").configure("shutdown")
    scene.down("a", "b")
    scene.hold(1)
    scene.note(f"{scene.addresses['a']}'s session is no longer shut down")
    scene.frr("a").configure("no shutdown")
    scene.both_up()
    scene.hold(1)


@case(
    "frr",
    "bird",
    4,
    "BIRD's BFD is disabled; it says nothing and is gone.",
    verdict="far-end-stopped",
    gone=("b",),
)
def disabled(scene: Scene) -> None:
    scene.settled()
    scene.note(f"{scene.addresses['b']}'s protocol is disabled")
    scene.bird("b").disable()
    scene.down("a")
    scene.hold(1)


TIMERS = {
    "sessions": [
        {
            "timer-changes": [
                {
                    "endpoint": {"one-of": ["192.0.2.1", "2001:db8::1"]},
                    "local-multiplier": 4,
                    "desired-min-tx-interval": 300_000,
                    "required-min-rx-interval": 200_000,
                }
            ],
            "endpoints": {"any-order": [{"polls": {"at-least": 1}}, {"finals": {"at-least": 1}}]},
        }
    ]
}


@case("frr", "bird", 4, "bfdd's intervals and multiplier change while the session is Up.", more=TIMERS)
@case("frr", "frr", 6, "bfdd's intervals and multiplier change while the session is Up.", more=TIMERS)
def timer_change(scene: Scene) -> None:
    scene.settled()
    scene.note(f"{scene.addresses['a']}'s timers change")
    scene.frr("a").configure("transmit-interval 300", "receive-interval 200", "detect-multiplier 4")
    scene.hold(3)


@case("frr", "bird", 4, "Several hops; cut one way and restored.", routed=True, verdict="path-cut-one-way")
@case("bird", "frr", 6, "Several hops; cut one way and restored.", routed=True, verdict="path-cut-one-way")
def multihop(scene: Scene) -> None:
    # At the end itself: the bridge carries both sides of the router.
    scene.settled("a", multihop=True)
    scene.cut("a")
    scene.down("a", "b")
    scene.hold(1)
    scene.restore()
    scene.both_up()
    scene.hold(0.5)


ECHO = {"bfd": {"echo": {"at-least": 20}}, "echo": [{"packets": {"at-least": 10}}]}


@case(
    "frr",
    "frr",
    4,
    "Echo at both ends; then the path is cut both ways.",
    verdict="echo-failed",
    more=ECHO,
)
def echo(scene: Scene) -> None:
    scene.loop_echoes()
    scene.settled(text="echo-mode\necho transmit-interval 100\necho receive-interval 100")
    scene.hold(1)
    scene.cut("a")
    scene.cut("b")
    scene.down("a", "b")
    scene.hold(1)


@case("frr", "frr", 4, "Both bfdd chose the same discriminator, since they started in the same second.")
def same_discriminator(scene: Scene) -> None:
    scene.record()
    scene.speak()
    scene.both_up()
    scene.hold(1)
    one, other = (scene.frr(name).words()["id"] for name in ("a", "b"))
    assert one == other, "they chose different discriminators this time"


@case(
    "frr",
    "bird",
    4,
    "Captured at the end whose own packets are dropped on their way out: only one direction is seen.",
    verdict="far-end-silent",
    unheard=("b",),
    more={"sessions": [{"endpoints": {"length": 1}}]},
)
def arriving_only(scene: Scene) -> None:
    scene.settled("b", only="inbound")
    space = scene.space("b")
    scene.note(f"what {scene.addresses['b']} sends is dropped at that end")
    space.run("nft", "add", "table", "inet", "out")
    space.run("nft", "add", "chain", "inet", "out", "out", "{ type filter hook output priority 0; }")
    space.run("nft", "add", "rule", "inet", "out", "out", "udp", "dport", "3784", "drop")
    scene.down("a", "b")
    scene.hold(1.5)
