# SPDX-License-Identifier: Apache-2.0
"""Our engine on real interfaces against FRR's bfdd and BIRD: Up, Down by a cut, Up again, AdminDown, timers without a flap."""

from collections.abc import Iterator

import pytest

from tests.interop.bfd.scene import BFD_OF, DRIVERS, Scene, configuration
from tests.interop.support.lan import Lan
from tests.interop.support.poll import stays, until

pytestmark = [pytest.mark.root, pytest.mark.interop("frr", "bird")]
families = pytest.mark.parametrize("family", ["v4", "v6"])
OTHER = {"v4": "v6", "v6": "v4"}


@pytest.fixture(
    scope="module",
    params=[(driver, daemon) for driver in DRIVERS for daemon in ("frr", "bird")],
    ids="-".join,
)
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    driver, daemon = request.param
    with Lan() as lan:
        yield Scene(driver, daemon, lan)


@families
def test_both_ends_come_up_at_the_negotiated_interval(scene: Scene, family: str) -> None:
    scene.both_up(family)
    running = scene.running(family)
    assert running["negotiated-tx-interval"] == running["negotiated-rx-interval"] == 100_000
    assert running["detection-time"] == 300_000
    until(lambda: scene.far.detection_time(family), lambda seconds: seconds == pytest.approx(0.3))


@families
def test_a_cut_is_down_by_expiry_and_restored_is_up_again(scene: Scene, family: str) -> None:
    scene.both_up(family)
    before, other_before = scene.flaps(family), scene.flaps(OTHER[family])
    scene.lan.cut(only=BFD_OF[family])
    try:
        until(lambda: scene.running(family)["local-state"], lambda state: state == "down", bound=3)
        assert scene.running(family)["local-diagnostic"] == "control-expiry"
        assert scene.nexthop(family)["state"] == "down"
        until(lambda: scene.far.up(family), lambda up: not up, bound=3)
    finally:
        scene.lan.restore()
    scene.both_up(family)
    assert scene.nexthop(family)["state"] == "up"
    assert scene.flaps(family) == (before[0] + 1, before[1] + 1)
    assert scene.flaps(OTHER[family]) == other_before


@families
def test_our_admin_down_is_heard_as_such_and_ends(scene: Scene, family: str) -> None:
    scene.both_up(family)
    address = scene.session(family)["dest-addr"]
    scene.near.ask("session-admin", address=address, down=True)
    until(lambda: scene.far.heard_admin_down(family), bound=3)
    assert scene.running(family)["local-state"] == "admin-down"
    assert scene.nexthop(family)["state"] == "unknown"
    scene.near.ask("session-admin", address=address, down=False)
    scene.both_up(family)


@families
def test_a_shutdown_at_the_far_end_is_told_from_a_failure(scene: Scene, family: str) -> None:
    scene.both_up(family)
    scene.far.shutdown(family)
    until(lambda: scene.running(family)["local-state"], lambda state: state == "down", bound=3)
    if scene.far.says_admin_down:
        assert scene.running(family)["remote-state"] == "admin-down"
        assert scene.nexthop(family)["state"] == "unknown"
    else:
        assert scene.nexthop(family)["state"] == "down"
    scene.far.no_shutdown(family)
    scene.both_up(family)


@families
def test_our_new_timer_is_negotiated_without_a_flap(scene: Scene, family: str) -> None:
    for each in OTHER:
        scene.both_up(each)
    before, untouched = scene.flaps(family), scene.session(OTHER[family])
    scene.near.write(configuration(scene.driver, {family: 200}))
    scene.near.reload()
    try:
        until(
            lambda: scene.far.detection_time(family), lambda seconds: seconds == pytest.approx(0.6), bound=5
        )
        until(lambda: scene.running(family)["negotiated-tx-interval"], lambda us: us == 200_000)
        stays(
            lambda: (scene.flaps(family), scene.far.up(family)),
            lambda seen: seen == (before, True),
            seconds=0.7,
        )
        after = scene.session(OTHER[family])
        assert after["local-discriminator"] == untouched["local-discriminator"]
        assert scene.flaps(OTHER[family])[1] == untouched["session-statistics"]["down-count"]
    finally:
        scene.near.write(configuration(scene.driver))
        scene.near.reload()
    until(lambda: scene.running(family)["negotiated-tx-interval"], lambda us: us == 100_000)
    assert scene.flaps(family) == before


@families
def test_their_new_timer_is_negotiated_without_a_flap(scene: Scene, family: str) -> None:
    scene.both_up(family)
    before = scene.flaps(family)
    scene.far.set_interval(family, 200)
    try:
        until(lambda: scene.running(family)["negotiated-rx-interval"], lambda us: us == 200_000, bound=5)
        until(lambda: scene.running(family)["detection-time"], lambda us: us == 600_000)
        stays(
            lambda: (scene.flaps(family), scene.far.up(family)),
            lambda seen: seen == (before, True),
            seconds=0.7,
        )
    finally:
        scene.far.set_interval(family, 100)
    until(lambda: scene.running(family)["detection-time"], lambda us: us == 300_000, bound=5)
    assert scene.flaps(family) == before


@pytest.mark.parametrize("daemon", ["frr", "bird"])
def test_leaving_says_admin_down_to_every_peer(daemon: str) -> None:
    with Lan() as lan:
        scene = Scene("af_packet", daemon, lan)
        for family in OTHER:
            scene.both_up(family)
        assert scene.near.terminate() == 0
        for family in OTHER:
            assert scene.far.heard_admin_down(family)
