# SPDX-License-Identifier: Apache-2.0
"""What every client ought to have, by hand; and the verdict about what it has."""

from dataclasses import replace

import numpy
import pytest

from bfd_fastpath.lab.exchange.cast import draw, prefix_of
from bfd_fastpath.lab.exchange.truth import NONE, Truth
from bfd_fastpath.lab.exchange.wanted import Pattern, Wanted


@pytest.fixture
def cast():
    """Four members; 3 has no BFD. Prefix 0 is announced by 0 and, worse, by 1; prefix 1 by 3."""
    made = draw(Wanted(clients=4, prefixes=2, patterns=(Pattern.LINK,), without_bfd=0))
    players = (*made.players[:3], replace(made.players[3], bfd=False))
    return replace(made, players=players, announcers={prefix_of(0): (0, 1), prefix_of(1): (3,)})


def broken(*pairs):
    matrix = numpy.zeros((5, 5), dtype=bool)
    for one, other in pairs:
        matrix[one, other] = matrix[other, one] = True
    return matrix


def wanted(cast, *pairs):
    return Truth(cast, broken(*pairs)).next_hops().tolist()


def test_everybody_gets_the_best_path_and_nobody_its_own(cast):
    assert wanted(cast) == [[1, 3], [0, 3], [0, 3], [0, NONE]]


def test_who_cannot_reach_the_best_gets_the_next(cast):
    assert wanted(cast, (2, 0)) == [[1, 3], [0, 3], [1, 3], [0, NONE]]


def test_a_next_hop_without_bfd_stays(cast):
    assert wanted(cast, (2, 3)) == wanted(cast)


def test_who_lost_the_route_server_has_nothing_and_gives_nothing(cast):
    assert wanted(cast, (0, 4), (0, 1), (0, 2), (0, 3)) == [[NONE, NONE], [NONE, 3], [1, 3], [1, NONE]]


def test_the_verdict_tells_the_kinds_apart(cast):
    truth = Truth(cast, broken((2, 0), (2, 3)))
    held = truth.next_hops()
    assert (truth.judge(held).wrong, truth.judge(held).unprotected_kept) == (0, 1)
    held[2, 0] = 0
    held[1, 1] = NONE
    verdict = truth.judge(held)
    assert (verdict.wrong_kept, verdict.wrong_withdrawn, verdict.unprotected_kept) == (1, 1, 1)
    held[2, 0] = NONE
    assert truth.judge(held).wrong_withdrawn == 2
