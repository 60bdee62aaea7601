# SPDX-License-Identifier: Apache-2.0
"""The passive role (RFC 5880 6.1) at our end, at FRR's or BIRD's, and at both, where nobody begins."""

from collections.abc import Iterator

import pytest

from tests.interop.bfd.far_ends import FAR_ENDS, OURS, THEIRS, FarEnd
from tests.interop.bfd.scene import configuration
from tests.interop.support.lan import Lan
from tests.interop.support.poll import stays, until
from tests.interop.support.product import Product

pytestmark = [pytest.mark.root, pytest.mark.interop("frr", "bird")]

ACTIVE = configuration("af_packet")
PASSIVE = ACTIVE.replace("[[session]]\n", '[[session]]\nrole = "passive"\n')


@pytest.fixture
def lan() -> Iterator[Lan]:
    with Lan() as made:
        yield made


def ours(lan: Lan, text: str) -> Product:
    return Product(lan.member("near", kernel=False), text)


def theirs(daemon: str, lan: Lan, *, passive: bool) -> FarEnd:
    return FAR_ENDS[daemon](lan.member("far", f"{THEIRS['v4']}/24", f"{THEIRS['v6']}/64"), passive=passive)


def counts(near: Product) -> list[tuple[int, int]]:
    """Packets sent and received, of each session."""
    statistics = [near.sessions()[address]["session-statistics"] for address in THEIRS.values()]
    return [(one["send-packet-count"], one["receive-packet-count"]) for one in statistics]


def states(near: Product) -> set[str]:
    return {near.sessions()[address]["session-running"]["local-state"] for address in THEIRS.values()}


def come_up(near: Product, far: FarEnd) -> None:
    until(
        lambda: (states(near), [far.up(family) for family in OURS]),
        lambda seen: seen == ({"up"}, [True, True]),
        bound=20,
        what="Up at both ends",
    )


@pytest.mark.parametrize("daemon", FAR_ENDS)
def test_nobody_begins_where_both_are_passive_until_we_turn_active(lan: Lan, daemon: str) -> None:
    near = ours(lan, PASSIVE)
    far = theirs(daemon, lan, passive=True)
    # Three times the interval at which an active end begins.
    stays(lambda: counts(near), lambda seen: seen == [(0, 0), (0, 0)], seconds=3)
    near.write(ACTIVE)
    near.reload()
    come_up(near, far)


def test_a_passive_end_of_ours_answers_and_falls_silent_with_its_peer(lan: Lan) -> None:
    near = ours(lan, PASSIVE)
    far = theirs("bird", lan, passive=False)
    come_up(near, far)
    for family in OURS:
        far.shutdown(family)
    until(lambda: states(near), lambda seen: seen == {"down"}, bound=15)
    # A detection time after the last packet the peer's discriminator is forgotten, and with it whom to talk to.
    sent = until(lambda: settled(near), lambda seen: seen is not None, bound=15)
    for family in OURS:
        far.no_shutdown(family)
    come_up(near, far)
    assert sent is not None
    assert all(now[0] > then[0] for now, then in zip(counts(near), sent, strict=True))


def settled(near: Product) -> list[tuple[int, int]] | None:
    """The counts, when nothing was sent for three times the interval at which a session that is Down sends."""
    before = counts(near)
    try:
        return stays(lambda: counts(near), lambda seen: seen == before, seconds=3)
    except AssertionError:
        return None
