# SPDX-License-Identifier: Apache-2.0
"""What the suites control, fib, reload and workers make of measurements that are given."""

import pytest

from bfd_fastpath.agent.settings import Kind, Method
from bfd_fastpath.bench.asked import Asked, Scale
from bfd_fastpath.bench.document import Verdict
from bfd_fastpath.bench.prediction import predict
from bfd_fastpath.bench.suites.control import rows as control
from bfd_fastpath.bench.suites.fib import rows as fib
from bfd_fastpath.bench.suites.reload import rows as reload
from bfd_fastpath.bench.suites.reload.change import Reloaded
from bfd_fastpath.bench.suites.withdrawal import rows as withdrawal
from bfd_fastpath.bench.suites.withdrawal.rows import Changes
from bfd_fastpath.bench.suites.workers import rows as workers


def changes(ms, *doubts):
    return Changes([ms] * 5, [2 * ms] * 5, list(doubts))


def test_a_withdrawn_link_is_held_against_openbgpd_s_own_time():
    found = {"ours": changes(40.0), "OpenBGPD": changes(46.0), "BIRD": changes(174.0)}
    (row,) = withdrawal.told(found, 100_000, 1, False)
    assert row.name == "link withdrawn to the last UPDATE, 100,000 routes, 1 client"
    assert row.met is True
    assert row.detail["back-ms"]["BIRD"] == [348.0] * 5
    (row,) = withdrawal.told({**found, "ours": changes(50.0)}, 100_000, 1, False)
    assert row.met is False
    (many,) = withdrawal.told(found, 10_000, 20, False)
    assert (many.name.endswith("20 clients"), many.goal) == (True, None)


def test_the_agent_s_rows_stand_beside_the_same_route_server_alone():
    found = {"ours": changes(40.0), "OpenBGPD": changes(46.0), "rs-agent and OpenBGPD": changes(60.0)}
    _, row = withdrawal.told(found, 100_000, 1, False)
    assert (row.ours.median, list(row.peers), row.peers["OpenBGPD"].median) == (60.0, ["OpenBGPD"], 46.0)


def test_a_client_that_was_not_sent_all_takes_the_verdict():
    found = {"ours": changes(40.0), "OpenBGPD": changes(46.0, "of 100,000 routes a client had 3 withdrawn")}
    (row,) = withdrawal.told(found, 100_000, 1, False)
    assert (row.verdict, row.met) == (Verdict.NO_VERDICT, None)
    assert row.detail["doubt"].startswith("OpenBGPD: of 100,000")


def test_gobgp_is_waited_for_where_its_table_is_small_or_all_is_asked_for():
    assert "GoBGP" in control.beside(100_000, 2, Asked())
    assert "GoBGP" not in control.beside(1_000_000, 0, Asked())
    full = Asked(scale=Scale.FULL)
    assert "GoBGP" in control.beside(1_000_000, 0, full)
    assert "GoBGP" not in control.beside(1_000_000, 1, full)


def test_two_workers_stand_beside_one_and_are_predicted_from_it():
    row = workers.told(1, {1: [20e6] * 7, 2: [38e6] * 7})
    assert row.name == "IPv4, 64 B, 1 route, 2 workers"
    assert (row.ours.median, row.peers["1 worker"].median) == (38.0, 20.0)
    assert row.detail["times-one-worker"] == 1.9
    assert predict("workers", row, {}) == pytest.approx(38.0, rel=0.01)


def looked_up(ns):
    kind = {"windows": [ns] * 7, "cycles": ns * 2.6}
    return {"random": kind, "hot": kind, "memory-mib": 64.0, "load-s": 0.1, "flap-us": 0.0}


def test_look_ups_are_told_by_kind_of_destinations_with_who_refused():
    found = {
        "ours for IPv6": looked_up(20.0),
        "rte_lpm6": looked_up(50.0),
        "rte_fib6, 2 octets": {"refused": "no room"},
    }
    random, hot = fib.told(6, 1_000_000, found, huge=False)
    assert "at random" in random.name
    assert "256" in hot.name
    assert (random.ours.median, random.peers["rte_lpm6"].median) == (50.0, 20.0)
    assert list(random.peers) == ["rte_lpm6"]
    assert random.detail["refused"] == {"rte_fib6, 2 octets": "no room"}


def test_a_reload_is_told_by_route_server_and_way():
    def found(kind, method):
        return Reloaded(
            kind=kind,
            method=method,
            clients=1000,
            prefixes=200_000,
            configuration=6_300_000,
            filters=100,
            up_s=3.0,
            resident=1 << 28,
            took_s=(0.8, 0.9, 1.0),
            cpu_s=(0.7, 0.7, 0.7),
        )

    row = reload.told(found(Kind.OPENBGPD, Method.RELOAD))
    assert row.name == "OpenBGPD, reload: a change with 1,000 clients"
    assert row.ours.median == 0.9
    assert "rtr" in reload.told(found(Kind.BIRD, Method.RTR)).name
