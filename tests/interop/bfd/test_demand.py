# SPDX-License-Identifier: Apache-2.0
"""Our Demand mode against FRR's bfdd and BIRD: BIRD falls silent as asked and answers Polls; FRR goes on sending, which RFC 5880
6.6 has no objection to on our side; both stay Up, and a cut is found by the next Poll."""

import time
from collections.abc import Iterator

import pytest

from tests.interop.bfd.scene import BFD_OF, Scene, configuration
from tests.interop.support.lan import Lan
from tests.interop.support.poll import stays, until

pytestmark = [pytest.mark.root, pytest.mark.interop("frr", "bird")]
families = pytest.mark.parametrize("family", ["v4", "v6"])


@pytest.fixture(scope="module", params=["frr", "bird"])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    with Lan() as lan:
        made = Scene("af_packet", request.param, lan)
        for family in ("v4", "v6"):
            made.both_up(family)
        text = configuration("af_packet")
        made.near.write(
            text.replace(
                "[[session]]\n", '[[session]]\ndemand-enabled = true\ndemand-poll-interval = "500ms"\n'
            )
        )
        made.near.reload()
        yield made


def received(scene: Scene, family: str) -> int:
    count: int = scene.session(family)["session-statistics"]["receive-packet-count"]
    return count


def polls(scene: Scene, family: str) -> int:
    count: int = scene.session(family)["session-statistics"]["poll-count"]
    return count


def demanding(scene: Scene, family: str) -> None:
    until(
        lambda: scene.running(family)["detection-mode"],
        lambda mode: mode == "demand-without-echo",
        what="Demand mode",
    )


@families
def test_the_session_stays_up_on_answered_polls(scene: Scene, family: str) -> None:
    demanding(scene, family)
    flaps, asked = scene.flaps(family), polls(scene, family)
    stays(
        lambda: (scene.flaps(family), scene.far.up(family)),
        lambda seen: seen == (flaps, True),
        seconds=3,
    )
    assert polls(scene, family) - asked >= 4
    assert scene.nexthop(family)["state"] == "up"


@families
def test_a_far_end_that_honours_demand_sends_little_more_than_answers(scene: Scene, family: str) -> None:
    demanding(scene, family)
    heard, asked, begun = received(scene, family), polls(scene, family), time.monotonic()
    until(lambda: polls(scene, family) - asked, lambda count: count >= 6, bound=10)
    passed = time.monotonic() - begun
    heard = received(scene, family) - heard
    if scene.daemon == "bird":
        # Each Poll is asked a few times until its answer has come; a hello every 100 ms would be far more.
        assert heard <= 2 * (polls(scene, family) - asked) + 4
    else:
        assert heard >= passed / 0.1 * 0.8


@families
def test_a_cut_is_found_by_the_next_poll(scene: Scene, family: str) -> None:
    demanding(scene, family)
    scene.lan.cut(only=BFD_OF[family])
    try:
        until(lambda: scene.running(family)["local-state"], lambda state: state == "down", bound=3)
        assert scene.running(family)["local-diagnostic"] == "control-expiry"
        assert scene.nexthop(family)["state"] == "down"
    finally:
        scene.lan.restore()
    scene.both_up(family)
    demanding(scene, family)
