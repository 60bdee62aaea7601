# SPDX-License-Identifier: Apache-2.0
"""The document of who reaches whom: signs of the matrix, times, what was lost, and how well members are protected."""

import json

import pytest

from bfd_fastpath.routeserver.history import History
from bfd_fastpath.routeserver.identity import name_order
from bfd_fastpath.routeserver.matrix import LEGEND, ROWS, exchange_view
from bfd_fastpath.routeserver.service import Joined, Left
from bfd_fastpath.routeserver.settings import ClientSettings
from bfd_fastpath.wire.bgpls import Flag
from tests.routeserver.lan import IDS, LAN4, LAN6, Lan

SECOND = 10**9


class Scene:
    """A LAN whose events go into a history, a second apart."""

    def __init__(self, **lan):
        self.lan, self.history, self.now = Lan(**lan), History(), 1_000 * SECOND

    def take(self, outcome):
        self.now += SECOND
        for change in outcome.changes:
            self.history.observe(change, self.now)

    def view(self):
        return json.loads(json.dumps(self.made()[0]))

    def made(self):
        """The document, and in how many steps."""
        work = exchange_view(self.lan.server.exchange, self.history, self.now)
        steps = 0
        while True:
            try:
                next(work)
            except StopIteration as done:
                return done.value, steps
            steps += 1

    def states(self, family, name):
        (row,) = (row for row in self.view()["matrix"] if (row["family"], row["from"]) == (family, name))
        return row["states"]


@pytest.fixture
def scene():
    scene = Scene(clients={"d": {"flag": Flag.NO_BFD}})
    for name in "ab":
        scene.take(scene.lan.join(name))
    return scene


def test_the_matrix_tells_reached_lost_unanswered_without_bfd_and_silent_apart(scene):
    scene.take(scene.lan.up("a", "b"))
    assert scene.states("ipv4", "a") == "-U.n"
    assert scene.states("ipv6", "a") == "-..n"
    assert scene.states("ipv4", "b") == ".-.n"
    # c has no session, d has neither that nor BFD.
    assert scene.states("ipv4", "c") == "xx-x"
    scene.take(scene.lan.down("a", "b"))
    assert scene.states("ipv4", "a") == "-D.n"


def test_told_unknown_is_not_unanswered():
    scene = Scene()
    scene.take(scene.lan.join("a", nh_reach=(4,)))
    scene.take(scene.lan.tells("a", (LAN4["b"], "unknown")))
    assert scene.states("ipv4", "a") == "-?.."


def test_every_sign_has_its_legend(scene):
    scene.take(scene.lan.up("a", "b"))
    scene.take(scene.lan.down("a", "b"))
    document = scene.view()
    assert document["legend"] == LEGEND
    assert {sign for row in document["matrix"] for sign in row["states"]} <= set(LEGEND)


def test_of_several_addresses_of_a_member_the_worst_counts():
    scene = Scene()
    scene.take(scene.lan.join("a"))
    scene.take(scene.lan.up("a", "b"))
    assert scene.states("ipv4", "a")[1] == "U"
    scene.lan.server.exchange.members.claim(scene.lan.server.clients["b"].member, [LAN4["b"] + 100])
    scene.take(scene.lan.says("a", []))
    assert scene.states("ipv4", "a")[1] == "."


def test_since_when_is_the_time_of_the_last_change(scene):
    scene.take(scene.lan.up("a", "b"))
    up = scene.now
    scene.now += 60 * SECOND
    (row,) = (r for r in scene.view()["matrix"] if (r["family"], r["from"]) == ("ipv4", "a"))
    assert row["since"] == [None, "1970-01-01T00:16:43.000000Z", None, None]
    assert up == 1_003 * SECOND
    scene.take(scene.lan.down("a", "b"))
    (lost,) = scene.view()["lost"]
    assert lost == {"from": "a", "to": "b", "address": str(LAN4["b"]), "since": "1970-01-01T00:17:44.000000Z"}


def test_both_directions_stand_apart(scene):
    for one, other in ("ab", "ba"):
        scene.take(scene.lan.up(one, other, LAN6))
    scene.take(scene.lan.down("b", "a", LAN6))
    assert scene.states("ipv6", "a")[1] == "U"
    assert scene.states("ipv6", "b")[0] == "D"


def test_changes_are_told_with_whom_they_are_about_and_sessions_with_why_they_ended(scene):
    scene.take(scene.lan.up("a", "b"))
    scene.history.observe(Joined(1, "a", LAN4["a"]), scene.now)
    scene.history.observe(Left(1, "a", "hold time over"), scene.now + SECOND)
    changes = scene.view()["changes"]
    assert [{k: v for k, v in one.items() if k != "time"} for one in changes] == [
        {"member": "a", "about": "b", "address": str(LAN4["b"]), "old": "unknown", "new": "up"},
        {"member": "a", "session": "up"},
        {"member": "a", "session": "down", "text": "hold time over"},
    ]


def test_history_is_bounded_and_says_what_it_forgot(scene):
    scene.history = History(limit=3)
    for _ in range(4):
        scene.take(scene.lan.up("a", "b"))
        scene.take(scene.lan.down("a", "b"))
    document = scene.view()
    assert len(document["changes"]) == 3
    assert document["changes-forgotten"] == 5
    # What is now does not depend on what is kept.
    assert len(document["lost"]) == 1


def test_paths_lost_over_time_are_counted_not_repeated(scene):
    for other in "bc":
        scene.take(scene.lan.up("a", other))
    for other in "bc":
        scene.take(scene.lan.down("a", other))
    scene.take(scene.lan.up("a", "b"))
    scene.take(scene.lan.leave(1))
    assert [one["pairs"] for one in scene.view()["lost-over-time"]] == [1, 2, 1, 0]


def test_members_are_ranked_by_what_their_routers_do():
    scene = Scene()
    for name in "ab":
        scene.take(scene.lan.join(name))
    for hops in (LAN4, LAN6):
        for one, other in ("ab", "ba"):
            scene.take(scene.lan.up(one, other, hops))
        scene.take(scene.lan.up("a", "c", hops))
        scene.take(scene.lan.up("a", "d", hops))
    ranking = scene.view()["ranking"]
    assert [(one["place"], one["member"], one["score"]) for one in ranking] == [
        (1, "a", 100.0),
        # It answered two of six asks.
        (2, "b", pytest.approx(25 * (1 + 1 + 1 / 3 + 1), abs=0.1)),
        # They report nothing, but half of those who were asked have BFD up with them.
        (3, "c", pytest.approx(25 * (0 + 1 + 0 + 1 / 2), abs=0.1)),
        (4, "d", pytest.approx(25 * (0 + 1 + 0 + 1 / 2), abs=0.1)),
    ]
    assert ranking[1]["bfd-families"] == ["ipv4", "ipv6"]


def test_bfd_in_one_of_the_lans_two_families_is_half_of_that_quarter():
    scene = Scene(clients={"b": {"lan_addresses": (LAN4["b"],)}})
    for name in "ab":
        scene.take(scene.lan.join(name))
    for one, other in ("ab", "ba"):
        scene.take(scene.lan.up(one, other))
    (first,) = (one for one in scene.view()["ranking"] if one["member"] == "b")
    assert (first["families"], first["bfd-families"]) == (["ipv4"], ["ipv4"])
    # It answered one of three asks; the three about IPv6 it cannot answer.
    assert first["score"] == pytest.approx(25 * (1 + 1 / 2 + 1 / 3 + 1), abs=0.1)


def test_names_are_in_the_order_of_their_numbers():
    names = ["netz-4", "netz-10", "netz-04", "Alpha", "9", "10", "netz", "as64500-r2", "as64500-r10"]
    assert sorted(names, key=name_order) == [
        *("9", "10", "Alpha", "as64500-r2", "as64500-r10", "netz"),
        *("netz-04", "netz-4", "netz-10"),
    ]
    scene = Scene()
    exchange = scene.lan.server.exchange
    for name in IDS:
        exchange.remove(name)
    for number in (10, 4, 2):
        exchange.add(ClientSettings(f"netz-{number}", 64500 + number, (LAN4["a"] + number,)))
    document = scene.view()
    assert [one["name"] for one in document["members"]] == ["netz-2", "netz-4", "netz-10"]
    assert [one["member"] for one in document["ranking"]] == ["netz-2", "netz-4", "netz-10"]


def test_a_broken_path_is_no_want_of_bfd(scene):
    scene.take(scene.lan.up("a", "b"))
    scene.take(scene.lan.up("b", "a"))
    before = {one["member"]: one["score"] for one in scene.view()["ranking"]}
    scene.take(scene.lan.down("a", "b"))
    assert {one["member"]: one["score"] for one in scene.view()["ranking"]} == before


def test_it_is_made_in_steps_that_grow_no_longer_with_the_members_and_what_happened(scene):
    exchange, history = scene.lan.server.exchange, scene.history
    before = scene.made()[1]
    for number in range(100):
        exchange.add(ClientSettings(f"m{number}", 64600 + number, (LAN4["a"] + 10 + number,)))
    more = scene.made()[1]
    assert more - before >= 3 * 100, "each member's row, its losses, its place in the ranking"
    for second in range(5000):
        history.observe(Joined(1, "a", LAN4["a"]), second * SECOND)
    document, steps = scene.made()
    assert len(document["changes"]) >= 5000
    assert steps - more >= 5000 // ROWS


def test_an_exchange_without_members_has_an_empty_matrix():
    scene = Scene()
    exchange = scene.lan.server.exchange
    for name in IDS:
        exchange.remove(name)
    document = scene.view()
    assert (document["members"], document["matrix"], document["ranking"]) == ([], [], [])


def test_who_is_asked_about_what_is_what_is_shown():
    """The quick question and the full answer agree, whatever there is: who is apart, third parties, no BFD."""
    lan = Lan(clients={"a": {"apart": ("c",), "ask": (LAN4["c"],)}, "d": {"flag": Flag.NO_BFD}})
    for name in "abc":
        lan.join(name)
    asking = lan.server.exchange.asking
    lan.server.exchange.next_hops("b", [LAN4["d"], LAN4["d"] + 50])
    for client in lan.server.clients.values():
        for address in asking.addresses():
            shown = asking.about(client, address)
            asked = shown is not None and shown.flag != Flag.NO_BFD
            owner = lan.server.exchange.members.owner(address)
            assert asking.asks(client, address, owner) is asked, (client.name, address)
            assert (address in lan.server.exchange.nhib(client.name)) is asked or not client.reports
