# SPDX-License-Identifier: Apache-2.0
"""The route server's role and Only to Customer (RFC 9234), and repetitions between marks, ours and a client's (RFC 7313)."""

from dataclasses import replace

import pytest

from bfd_fastpath.routeserver.service import RouteService
from bfd_fastpath.wire.bgp import (
    IPV4_UNICAST,
    AsPath,
    Attributes,
    NotificationReceived,
    NotificationSent,
    Origin,
    RefreshBegun,
    RefreshEnded,
    Role,
    Update,
    UpdateReceived,
)
from bfd_fastpath.wire.bgp.attributes import AttributeType, only_to_customer
from bfd_fastpath.wire.bgp.refresh import RefreshKind
from tests.routeserver.test_service import PREFIX, SETTINGS, A, B, Lab, route

ROLES = replace(SETTINGS, roles=True)


def lab(settings=ROLES):
    made = Lab()
    made.service = RouteService(settings, made.events.append)
    return made


def marks(update):
    """The ASes that Only to Customer names."""
    raws = [raw for raw in update.attributes.unknown if raw.type == AttributeType.ONLY_TO_CUSTOMER]
    return [int.from_bytes(raw.value, "big") for raw in raws]


def leak():
    attributes = Attributes(Origin.IGP, AsPath.sequence(64501), B, unknown=(only_to_customer(64777),))
    return Update(attributes=attributes, announced=(PREFIX,))


def test_what_is_passed_on_is_marked_with_the_route_servers_as():
    here = lab()
    a, b = here.connect("a", role=Role.RS_CLIENT, strict_role=True), here.connect("b")
    assert a.client.peer.capabilities.role == Role.RS
    b.say(route())
    a.settle()
    (told,) = [one for one in a.updates() if one.announced]
    assert marks(told) == [SETTINGS.asn]


def test_without_roles_nothing_is_said_and_nothing_touched():
    here = lab(SETTINGS)
    a, b = here.connect("a"), here.connect("b")
    assert a.client.peer.capabilities.role is None
    b.say(leak())
    a.settle()
    (told,) = [one for one in a.updates() if one.announced]
    assert marks(told) == [64777]


def test_a_leak_is_not_taken_counted_and_takes_the_route_before_it_away():
    here = lab()
    a, b = here.connect("a"), here.connect("b")
    b.say(route())
    a.settle()
    a.updates()
    b.say(leak())
    a.settle()
    assert a.updates() == [Update(withdrawn=(PREFIX,))]
    (session,) = here.service.server.clients["b"].sessions.values()
    assert session.reach.counters.leaks == 1


@pytest.mark.parametrize("role", [Role.PEER, Role.CUSTOMER, Role.RS])
def test_another_role_is_refused(role):
    a = lab().connect("a", role=role)
    said = [e.notification for e in a.heard if isinstance(e, (NotificationReceived, NotificationSent))]
    assert said
    assert (said[0].code, said[0].subcode) == (2, 11)
    assert a.client.closed


def test_strict_means_no_session_without_a_role():
    first = replace(ROLES.clients[0], strict_role=True)
    here = lab(replace(ROLES, clients=(first, *ROLES.clients[1:])))
    a = here.connect("a")
    (said,) = [e.notification for e in a.heard if isinstance(e, NotificationReceived)]
    assert (said.code, said.subcode) == (2, 11)


@pytest.mark.parametrize("enhanced", [True, False])
def test_what_a_client_asks_for_again_comes_between_marks_where_it_knows_them(enhanced):
    here = lab(SETTINGS)
    a, b = here.connect("a", enhanced_refresh=enhanced), here.connect("b")
    b.say(route())
    a.settle()
    a.heard.clear()
    a.client.send_refresh(IPV4_UNICAST)
    a.settle()
    kinds = [type(event) for event in a.heard]
    if enhanced:
        assert (kinds[0], kinds[-1]) == (RefreshBegun, RefreshEnded)
    else:
        assert not {RefreshBegun, RefreshEnded} & set(kinds)
    assert [e.update.announced for e in a.heard if isinstance(e, UpdateReceived)] == [(PREFIX,)]


@pytest.mark.parametrize("repeated", [True, False])
def test_what_a_client_does_not_repeat_goes_at_the_end_mark(repeated):
    here = lab(SETTINGS)
    a, b = here.connect("a"), here.connect("b", enhanced_refresh=True)
    b.say(route())
    a.settle()
    a.updates()
    b.client.send_refresh(IPV4_UNICAST, RefreshKind.BEGIN)
    if repeated:
        b.say(route())
    b.settle()
    a.settle()
    assert not any(update.withdrawn for update in a.updates())
    b.client.send_refresh(IPV4_UNICAST, RefreshKind.END)
    b.settle()
    a.settle()
    gone = [update.withdrawn for update in a.updates() if update.withdrawn]
    assert gone == ([] if repeated else [(PREFIX,)])


def test_what_another_client_says_meanwhile_is_no_repetition():
    here = lab(SETTINGS)
    a, b = here.connect("a"), here.connect("b", enhanced_refresh=True)
    b.say(route())
    b.settle()
    b.client.send_refresh(IPV4_UNICAST, RefreshKind.BEGIN)
    b.settle()
    a.say(route(A, 64500))
    a.say(Update(withdrawn=(PREFIX,)))
    a.updates()
    b.client.send_refresh(IPV4_UNICAST, RefreshKind.END)
    b.settle()
    a.settle()
    assert [update.withdrawn for update in a.updates() if update.withdrawn] == [(PREFIX,)]
