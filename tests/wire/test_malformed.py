# SPDX-License-Identifier: Apache-2.0
"""Each fault costs what wire/malformed.py says of it and no more, is counted once, and is on docs/malformed.md."""

from ipaddress import ip_network

import pytest

from bfd_fastpath.wire.bgp import FamilyDisabled, NotificationSent, UpdateReceived
from bfd_fastpath.wire.malformed import Malformed, Outcome
from tests.wire.malformed_cases import CASES, Case, cases

ROUTE = ip_network("203.0.113.0/24")
ALL = list(cases())


@pytest.mark.parametrize(
    ("kind", "case"),
    [(kind, case) for kind, _, case in ALL],
    ids=[f"{kind.counter}: {name}" for kind, name, _ in ALL],
)
def test_a_fault_costs_what_the_list_says_and_is_counted(kind: Malformed, case: Case) -> None:
    session = case.session()
    told = session.events()
    sent = [event for event in told if isinstance(event, NotificationSent)]
    disabled = [event.family for event in told if isinstance(event, FamilyDisabled)]
    updates = [event for event in told if isinstance(event, UpdateReceived)]
    assert dict(session.malformed) == dict.fromkeys((kind, *case.also), 1)
    assert [(one.notification.code, one.notification.subcode) for one in sent] == (
        [case.code] if case.code else []
    )
    assert session.closed == (case.code is not None)
    assert disabled == ([case.disabled] if case.disabled else [])
    if case.data is not None:
        assert sent[0].notification.data == case.data
    rule = kind.value
    if rule.outcome is Outcome.SESSION_RESET:
        assert case.code is not None
        assert (rule.code, case.code[1] if rule.subcode is None else rule.subcode) == case.code
        assert sent[0].octets
        assert not updates
    elif case.code is not None:
        assert rule.outcome is Outcome.FAMILY_DISABLE
        assert (rule.code, rule.subcode) == case.code
    elif rule.outcome is Outcome.FAMILY_DISABLE:
        assert case.disabled is not None
        assert all(update.octets for update in updates)
    elif rule.outcome is Outcome.MESSAGE_IGNORED:
        assert told == []
    else:
        (update,) = updates
        assert {fault.kind for fault in update.faults} == {kind}
        assert update.octets in case.octets
        announced = [nlri for _, _, nlris in update.update.announcements() for nlri in nlris]
        withdrawn = [nlri for _, nlris in update.update.withdrawals() for nlri in nlris]
        if rule.outcome is Outcome.TREAT_AS_WITHDRAW:
            assert not announced
            assert withdrawn
        else:
            assert announced
            assert not withdrawn


def test_every_fault_has_octets() -> None:
    assert set(CASES) == set(Malformed)
    assert all(CASES.values())


def test_no_two_counters_have_one_name() -> None:
    assert len({kind.counter for kind in Malformed}) == len(Malformed.__members__)
