# SPDX-License-Identifier: Apache-2.0
"""The S-BFD initiator (RFC 7880 7.3): what it asks, and what answers, AdminDown and silence do; with our own reflector too."""

from collections.abc import Iterator
from ipaddress import ip_address
from itertools import pairwise
from typing import Any

import pytest
from scapy.contrib.bfd import BFD
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6

import pydp
from pydp import Diagnostic, NextHopState, PathType, State
from tests.pydp.sbfd import (
    ASKERS,
    MS,
    REFLECTING,
    REFLECTOR,
    REFLECTORS,
    End,
    asking,
    question,
    reply,
    session_of,
)

pytestmark = pytest.mark.eal
families = pytest.mark.parametrize("family", [4, 6])


@pytest.fixture
def initiating(eal: None, pool: pydp.Mempool, name: str) -> Iterator[End]:
    made = End(name, pool, ASKERS)
    for address in REFLECTORS.values():
        made.engine.neighbour_set(0, address, "02:00:00:00:00:02")
    yield made
    made.close()


def up(initiating: End, family: int = 4, **changes: Any) -> int:
    session = initiating.engine.sessions.upsert(asking(family, **changes))
    initiating.run(1)
    initiating.send(reply(initiating.sent()[-1]))
    assert session_of(initiating.engine, session).local_state is State.UP, initiating.drops()
    return session


def answer_all(initiating: End, milliseconds: int, **changes: Any) -> list[Any]:
    """A reflector by scapy; the questions it heard."""
    heard = []
    for _ in range(milliseconds):
        initiating.run(1)
        for asked in initiating.sent():
            heard.append((initiating.now_ns, asked))
            initiating.send(reply(asked, **changes))
    return heard


@families
def test_what_is_asked_has_d_no_required_min_rx_and_one_port_for_life(initiating, family):
    session = up(initiating, family)
    heard = [asked for _, asked in answer_all(initiating, 500)]
    assert len(heard) >= 10
    state = session_of(initiating.engine, session)
    for asked in heard:
        assert asked[BFD].flags == 0x02
        assert (asked[BFD].min_rx_interval, asked[BFD].echo_rx_interval) == (0, 0)
        assert (asked[BFD].your_discriminator, asked[BFD].my_discriminator) == (
            REFLECTOR,
            state.local_discriminator,
        )
        assert (asked[UDP].sport, asked[UDP].dport) == (state.source_port, 7784)
        assert (asked[IP].ttl if family == 4 else asked[IPv6].hlim) == 255
    assert state.source_port != 7784
    assert (state.dest_port, state.config) == (7784, asking(family))
    assert state.detection_time_us == 150_000


def test_it_is_up_with_the_first_answer_and_down_when_none_comes(initiating):
    session = up(initiating)
    assert session_of(initiating.engine, session).nexthop_state is NextHopState.LIVE
    answer_all(initiating, 300)
    last = session_of(initiating.engine, session).last_rx_time_ns
    initiating.run(152)
    state = session_of(initiating.engine, session)
    assert (state.local_state, state.local_diagnostic) == (State.DOWN, Diagnostic.CONTROL_EXPIRY)
    assert state.nexthop_state is NextHopState.DEAD
    assert state.last_down_time_ns - last >= 150 * MS
    # It asks on, for the same reflector, once a second (RFC 5880 6.8.3).
    initiating.sent()
    initiating.run(2500)
    asked = initiating.sent()
    assert 2 <= len(asked) <= 4
    assert {one[BFD].your_discriminator for one in asked} == {REFLECTOR}
    initiating.send(reply(asked[-1]))
    assert session_of(initiating.engine, session).local_state is State.UP


def test_admin_down_of_the_reflector_is_no_failure_and_slows_the_questions(initiating):
    session = up(initiating)
    answer_all(initiating, 200, sta=0, diag=7)
    state = session_of(initiating.engine, session)
    assert (state.local_state, state.remote_state) == (State.DOWN, State.ADMIN_DOWN)
    assert state.nexthop_state is NextHopState.UNKNOWN
    initiating.sent()
    heard = answer_all(initiating, 5000, sta=0, diag=7)
    assert all(later - before >= 750 * MS for (before, _), (later, _) in pairwise(heard))
    assert len(heard) >= 4
    assert session_of(initiating.engine, session).nexthop_state is NextHopState.UNKNOWN


def test_the_reflector_s_required_min_rx_is_kept_and_detection_waits_for_it(initiating):
    session = up(initiating)
    heard = answer_all(initiating, 2000, min_rx_interval=200_000)[5:]
    assert all(later - before >= 150 * MS for (before, _), (later, _) in pairwise(heard))
    assert session_of(initiating.engine, session).detection_time_us == 600_000
    # 0 would mean silence for ever; a second is as slow as it gets.
    answer_all(initiating, 2000, min_rx_interval=0)
    assert session_of(initiating.engine, session).negotiated_tx_interval_us == 1_000_000


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"flags": "D"}, "drop-bfd-s-bfd-demand"),
        ({"sta": 1}, "drop-bfd-s-bfd-state"),
        ({"sta": 2}, "drop-bfd-s-bfd-state"),
        ({"my_discriminator": 8}, "drop-bfd-s-bfd-reflector"),
        ({"detect_mult": 0}, "drop-bfd-detect-mult"),
        ({"flags": "A", "len": 33}, "drop-bfd-auth"),
    ],
    ids=str,
)
def test_a_wrong_answer_changes_nothing_and_is_counted_by_session(initiating, changes, reason):
    session = up(initiating)
    before = session_of(initiating.engine, session)
    initiating.run(20)
    (asked,) = initiating.sent()[-1:]
    wrong = reply(asked, **changes)
    if changes.get("flags") == "A":
        wrong = wrong / bytes.fromhex("010901736563726574")
    initiating.send(wrong)
    after = session_of(initiating.engine, session)
    assert (after.last_rx_time_ns, after.local_state) == (before.last_rx_time_ns, State.UP)
    assert initiating.engine.sessions.refused(session) == {reason: 1}


def test_an_answer_from_elsewhere_or_to_nobody_is_not_believed(initiating):
    session = up(initiating)
    asked = question(initiating)
    asked[BFD].my_discriminator = session_of(initiating.engine, session).local_discriminator
    stranger = reply(asked)
    stranger[IP].src, stranger.dst = "192.0.2.66", initiating.ours.info().mac
    initiating.send(stranger)
    nobody = reply(question(initiating))
    nobody.dst = initiating.ours.info().mac
    initiating.send(nobody)
    assert initiating.drops() == {"drop-source": 1, "drop-bfd-your-discriminator": 1}


def test_two_reflectors_at_one_address_are_two_sessions(initiating):
    first = initiating.engine.sessions.upsert(asking(4))
    second = initiating.engine.sessions.upsert(asking(4, remote_discriminator=7))
    assert first != second
    assert initiating.engine.sessions.upsert(asking(4)) == first


def test_another_interval_holds_at_once_since_nothing_is_negotiated(initiating):
    session = up(initiating)
    answer_all(initiating, 200)
    assert initiating.engine.sessions.upsert(asking(4, desired_min_tx_interval_us=100_000)) == session
    answer_all(initiating, 300)
    state = session_of(initiating.engine, session)
    assert (state.negotiated_tx_interval_us, state.detection_time_us) == (100_000, 300_000)
    assert (state.polling, state.poll_count, state.down_count) == (False, 0, 0)


def test_held_down_it_asks_nobody_and_removed_it_is_gone_without_a_word(initiating):
    session = up(initiating)
    initiating.engine.sessions.upsert(asking(4, admin_down=True))
    initiating.sent()
    initiating.run(3000)
    assert initiating.sent() == []
    assert session_of(initiating.engine, session).nexthop_state is NextHopState.UNKNOWN
    initiating.engine.sessions.upsert(asking(4))
    initiating.run(1)
    assert len(initiating.sent()) == 1
    initiating.engine.sessions.remove(session)
    initiating.run(1)
    assert (initiating.sent(), initiating.engine.sessions.list()) == ([], [])


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"remote_discriminator": 0}, "needs the reflector's"),
        ({"role": pydp.Role.PASSIVE}, "active"),
        ({"demand_enabled": True}, "Demand"),
        ({"path_type": PathType.IP_SH}, "S-BFD alone"),
        ({"dest_addr": ip_address("198.51.100.1")}, "give the gateway"),
    ],
    ids=str,
)
def test_a_wrong_wish_is_refused(initiating, wrong, why):
    with pytest.raises(pydp.InvalidArgumentError, match=why):
        initiating.engine.sessions.upsert(asking(4, **wrong))


def test_its_discriminator_alone_can_be_taken_over(initiating):
    given = {"local_discriminator": 5, "remote_discriminator": REFLECTOR}
    sessions = initiating.engine.sessions
    for wrong, why in (
        ({"local_state": State.UP}, "taken over Down"),
        ({"remote_multiplier": 3}, "knows nothing of its reflector"),
        ({"remote_discriminator": 6}, "remote_discriminator is 6"),
    ):
        with pytest.raises(pydp.InvalidArgumentError, match=why):
            sessions.adopt(asking(4), pydp.Takeover(**(given | wrong)))
    session = sessions.adopt(asking(4), pydp.Takeover(**given, source_port=51_000))
    initiating.run(1100)
    asked = initiating.sent()[-1]
    assert (asked[BFD].my_discriminator, asked[BFD].your_discriminator, asked.sport) == (5, REFLECTOR, 51_000)
    initiating.send(reply(asked))
    assert session_of(initiating.engine, session).local_state is State.UP


@families
def test_our_initiator_and_our_reflector_find_each_other_and_a_cut_is_seen(eal, name, family):
    ends = pydp.link(name)
    engines = [pydp.Engine(f"{name}-{i}", seed=i + 1) for i in range(2)]
    now_ns = 1_000_000_000

    def run(milliseconds: int) -> None:
        nonlocal now_ns
        for _ in range(milliseconds):
            now_ns += MS
            for engine in engines:
                engine.step(now_ns)

    try:
        for engine, end, addresses in zip(engines, ends, (ASKERS, REFLECTORS), strict=True):
            engine.attach(end)
            engine.address_add(0, f"{addresses[family]}/{24 if family == 4 else 64}")
        engines[1].reflector_set(REFLECTING)
        session = engines[0].sessions.upsert(asking(family))
        run(1500)
        assert session_of(engines[0], session).local_state is State.UP
        # It keeps no session of its own.
        assert engines[1].sessions.list() == []
        ends[1].cut()
        run(200)
        assert session_of(engines[0], session).local_state is State.DOWN
        ends[1].cut(False)
        run(1500)
        assert session_of(engines[0], session).local_state is State.UP
    finally:
        for engine in engines:
            engine.close()
        for end in ends:
            end.close()
