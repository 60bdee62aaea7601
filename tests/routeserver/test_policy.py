# SPDX-License-Identifier: Apache-2.0
"""Communities by which clients steer their routes, and those that are passed on."""

import pytest

from bfd_fastpath.routeserver.policy import audience, leaves_soon, without_instructions
from bfd_fastpath.wire.bgp.attributes import Attributes
from bfd_fastpath.wire.bgp.community import LargeCommunity

RS, RS4, A, B, FAR = 64510, 4200000010, 64500, 64501, 4200000001
NO_EXPORT, NO_ADVERTISE, NO_PEER, BLACKHOLE = 0xFFFFFF01, 0xFFFFFF02, 0xFFFFFF04, 0xFFFF029A


def plain(high, low):
    return high << 16 | low


def attributes(*communities, large=()):
    return Attributes(
        communities=communities, large_communities=tuple(LargeCommunity(*each) for each in large)
    )


@pytest.mark.parametrize(
    ("asn", "carried", "gets", "does_not"),
    [
        (RS, attributes(plain(0, A)), {B, FAR}, {A}),
        (RS, attributes(plain(0, RS)), set(), {A, B, FAR}),
        (RS, attributes(plain(0, RS), plain(RS, A)), {A}, {B, FAR}),
        (RS, attributes(plain(0, A), plain(RS, A)), {B}, {A}),
        (RS, attributes(plain(RS, A)), {A, B}, set()),
        (RS, attributes(large=[(RS, 0, FAR)]), {A, B}, {FAR}),
        (RS, attributes(large=[(RS, 0, 0), (RS, 1, FAR)]), {FAR}, {A, B}),
        (RS4, attributes(large=[(RS4, 0, 0), (RS4, 1, A)]), {A}, {B, FAR}),
        (RS4, attributes(plain(0, A), large=[(RS4, 0, FAR)]), {B}, {A, FAR}),
        (RS, attributes(plain(RS + 1, A), large=[(RS + 1, 0, A), (RS, 2, A)]), {A, B}, set()),
        (RS, attributes(NO_EXPORT, NO_ADVERTISE), {A, B}, set()),
    ],
)
def test_who_gets_the_route(asn, carried, gets, does_not):
    to = audience(carried, asn)
    assert {each for each in gets | does_not if to is None or to.admits(each)} == gets


def test_instructions_are_removed_and_everything_else_is_passed_on():
    kept = (NO_EXPORT, NO_ADVERTISE, NO_PEER, BLACKHOLE, 0xFFFF0000, plain(A, 7))
    carried = attributes(
        *kept, plain(0, A), plain(RS, B), large=[(RS, 0, A), (RS, 1, B), (RS, 100, 1), (A, 0, 1)]
    )
    passed = without_instructions(carried, RS)
    assert passed.communities == kept
    assert passed.large_communities == (LargeCommunity(RS, 100, 1), LargeCommunity(A, 0, 1))
    assert without_instructions(passed, RS) is passed


def test_graceful_shutdown_is_seen():
    assert leaves_soon(attributes(0xFFFF0000))
    assert not leaves_soon(attributes(0xFFFF0001))
