# SPDX-License-Identifier: Apache-2.0
"""The life of the agent's process beside BIRD: what a member says is enforced, refusals are told, nothing stays behind."""

import asyncio
import json
import os
import signal
from typing import Any

import pytest

from bfd_fastpath.agent.filter_file import Lock
from bfd_fastpath.agent.guard import watch
from bfd_fastpath.agent.load import load
from bfd_fastpath.bench.daemons.daemon import DaemonError
from bfd_fastpath.cli.client import ask
from bfd_fastpath.cli.main import invoke
from bfd_fastpath.net.control_protocol import CommandError
from bfd_fastpath.wire.bgp import BGP_LS
from bfd_fastpath.wire.bgpls import RawNlri
from bfd_fastpath.wire.bgpls.nlri import NlriType
from bfd_fastpath.wire.bgpls.profile_l5 import link
from tests.agent.scene import ASN, MEMBERS, A, B, C, Scene, lost, say_lost, say_lost_again, say_reached
from tests.interop.bgp.ourselves import connected, eventually

pytestmark = pytest.mark.interop("bird")


@pytest.fixture
def scene(tmp_path):
    scene = Scene(tmp_path)
    with scene.run_bird():
        scene.start()
        try:
            yield scene
        finally:
            scene.close()


def test_what_a_member_says_is_enforced_until_its_session_ends(scene, capsys):
    async def story():
        async with connected(scene.member()) as us:
            assert us.speaker.peer.families == {BGP_LS}
            say_lost(us)
            await scene.until_lost(A, B)
            assert scene.function(B) == "false"
            say_reached(us)
            await scene.until_lost(A)
            say_lost_again(us)
            await scene.until_lost(A, B)
            (row,) = scene.show("nhib")["entries"]
            assert (row["client"], row["next-hop"], row["state"]) == ("a", str(B), "down")
            rows = {row["name"]: row for row in scene.show("clients")["clients"]}
            assert rows["a"]["sessions"] == {str(A): "established"}
            assert (rows["a"]["next-hops-lost"], rows["b"]["next-hops-lost"]) == (1, 0)
            seen: Any = ask(str(scene.socket), "show-exchange")
            assert [(one["from"], one["to"], one["address"]) for one in seen["lost"]] == [("a", "b", str(B))]
            assert [(one["old"], one["new"]) for one in seen["changes"] if "new" in one] == [
                ("unknown", "down"),
                ("down", "up"),
                ("up", "down"),
            ]
            shown = ["show", "exchange", "--json", "--socket", str(scene.socket)]
            assert invoke([*shown, str(A)]) == 0
            pairs = json.loads(capsys.readouterr().out)["pairs"]
            (to_b,) = [one for one in pairs if (one["family"], one["member"]) == ("ipv4", "b")]
            assert (to_b["there"], to_b["there-since"]) == ("down", seen["lost"][0]["since"])
            assert invoke([*shown, "nobody"]) == 2
            assert "'nobody'" in capsys.readouterr().err
        await scene.until_lost(A)  # its session has ended

    asyncio.run(story())
    scene.send(signal.SIGTERM)
    assert scene.wait() == 0


def test_what_a_member_may_not_say_is_refused_counted_and_logged(scene):
    """A Link of another's address, one to nowhere near, and an NLRI that is malformed."""

    async def story():
        async with connected(scene.member()) as us:
            us.announce(link(B, A), RawNlri(NlriType.NODE, b"\5"))

            def row():
                return next(row for row in scene.show("clients")["clients"] if row["name"] == "a")

            await scene.until(lambda: row()["not-taken"] and row()["malformed"])
            assert row()["not-taken"] == {str(A): {"links-discarded": 1, "links-of-others": 1}}
            assert row()["malformed"] == {str(A): {"bgp-ls-descriptor": 1}}
            assert row()["next-hops-lost"] == 0
            lines = [json.loads(line) for line in scene.log.read_text().splitlines()]
            (claim,) = [line for line in lines if line["event"] == "claims another's links"]
            assert (claim["client"], claim["claimed"]) == ("a", str(B))
            (wrong,) = [line for line in lines if line["event"] == "malformed"]
            assert (wrong["peer"], wrong["counters"]) == (str(A), ["bgp-ls-descriptor"])

    asyncio.run(story())


def test_a_refused_reload_is_told_in_birds_words_and_tried_again(scene):
    async def story():
        async with connected(scene.member()) as us:
            say_lost(us)
            await scene.until_lost(A, B)
            scene.bird("nonsense;\n")
            say_reached(us)
            await scene.until(lambda: scene.show("driver")["failures-in-a-row"] >= 2)
            shown = scene.show("driver")
            assert shown["state"] == "failed"
            assert "bird.conf" in shown["error"]
            assert "syntax error" in shown["error"]
            assert scene.function(A) != "false", "BIRD has what it had, and so has the file"
            scene.bird()
            await scene.until_lost(A)
            assert scene.show("driver")["failures-in-a-row"] == 0

    asyncio.run(story())


def test_members_come_and_go_at_a_reload_without_touching_the_others(scene):
    async def story():
        async with connected(scene.member()) as us:
            say_lost(us)
            await scene.until_lost(A, B)
            scene.write([("a", ASN, A), ("b", 65002, B), ("c", 65003, C)], 'timeout = "9s"\n')
            scene.send(signal.SIGHUP)
            await scene.until(lambda: "restart the agent" in scene.log.read_text())
            scene.write([("a", ASN, A), ("b", 65002, B), ("c", 65003, C)])
            scene.send(signal.SIGHUP)
            await scene.until_lost(C)
            assert [row["name"] for row in scene.show("clients")["clients"]] == ["a", "b", "c"]
            scene.write([("a", ASN, A), ("b", 65002, B)])
            scene.send(signal.SIGHUP)
            await scene.until(lambda: len(scene.show("clients")["clients"]) == 2)
            assert us.speaker.peer is not None
            await scene.until_lost(A, B)
            scene.config.write_text("[agent]\n")
            scene.send(signal.SIGHUP)
            await scene.until(lambda: "reload refused" in scene.log.read_text())

    asyncio.run(story())


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
def test_a_dead_agent_fails_open_and_says_so(scene, end):
    async def story():
        async with connected(scene.member()) as us:
            say_lost(us)
            await scene.until_lost(A, B)
            scene.send(end)
            await scene.until(lambda: "failed open" in scene.log.read_text())
            assert scene.function(A) == "false"
            assert scene.wait() == -signal.SIGKILL

    asyncio.run(story())


class Lasting:
    """A scene whose agent was killed when A had lost B. No guard does anything: each is ended."""

    def __init__(self, scene):
        self.scene = scene

    def __getattr__(self, name):
        return getattr(self.scene, name)

    def begin_again(self, hold):
        """`hold`: that of the agent which then starts."""
        self.send(signal.SIGTERM)
        assert self.wait() == 0
        self._start("60s")
        asyncio.run(self._lose())
        assert self.function(A) == lost(B)
        self._start(hold)

    def _start(self, hold):
        self.write(MEMBERS, agent=f'fail-open-after = "60s"\nrestart-hold = "{hold}"\n')
        self.start()

    def end_guard(self):
        """The agent starts another one a second later, if it lives."""
        os.kill(self.show("driver")["guard-pid"], signal.SIGKILL)

    async def _lose(self):
        async with connected(self.member()) as us:
            say_lost(us)
            await self.until_lost(A, B)
            self.end_guard()
            self.send(signal.SIGKILL)
            assert await asyncio.to_thread(self.wait) == -signal.SIGKILL


@pytest.fixture
def lasting(scene):
    """An agent whose guard waits, and whose member A has lost B."""
    lasting = Lasting(scene)
    yield lasting
    if scene.running():
        lasting.end_guard()
        scene.send(signal.SIGKILL)


def test_an_agent_that_starts_again_goes_on_with_the_filters_until_the_member_is_back(lasting):
    lasting.begin_again("60s")

    async def story():
        await lasting.until(lambda: lasting.show("driver")["state"] == "applied")
        assert (lasting.show("driver")["kept-pairs"], lasting.function(A)) == (1, lost(B))
        async with connected(lasting.member()) as us:
            await lasting.until(lambda: lasting.show("clients")["clients"][0]["sessions"])
            assert lasting.function(A) == lost(B), "it has not spoken of B yet"
            say_reached(us)
            await lasting.until_lost(A)
            say_lost_again(us)
            await lasting.until(lambda: lasting.show("driver")["kept-pairs"] == 0)
            us.speaker.send_end_of_rib(BGP_LS)
            say_lost(us)
            await lasting.until_lost(A, B)

    asyncio.run(story())


def test_a_member_that_says_nothing_any_more_gets_its_routes_when_it_is_back(lasting):
    lasting.begin_again("60s")

    async def story():
        async with connected(lasting.member()) as us:
            us.speaker.send_end_of_rib(BGP_LS)
            await lasting.until_lost(A)

    asyncio.run(story())


def test_who_does_not_come_back_gets_its_routes_and_the_log_says_so(lasting):
    lasting.begin_again("1s")
    asyncio.run(lasting.until_lost(A))
    assert "not back after restart-hold" in lasting.log.read_text()


def test_a_restart_by_command_keeps_the_filters_and_the_process(lasting):
    lasting.begin_again("60s")

    async def story():
        pid = lasting.show("driver")["guard-pid"]
        async with connected(lasting.member()) as us:
            say_lost(us)
            await lasting.until_lost(A, B)
            lasting.end_guard()
            assert lasting.tell("restart") == {"restarting": True}
            await lasting.until(lambda: lasting.restarted(pid))
            assert lasting.function(A) == lost(B)
            await lasting.until(lambda: not lasting.zombies())
            await eventually(lambda: us.speaker.peer)
            say_reached(us)
            await lasting.until_lost(A)

    asyncio.run(story())
    lasting.config.write_text("[agent]\n")
    with pytest.raises(CommandError, match=r"agent\.asn"):
        lasting.tell("restart")
    lasting.send(signal.SIGTERM)
    assert lasting.wait() == 0


def test_the_guard_leaves_to_another_agent_what_that_has_taken_over(tmp_path):
    scene = Scene(tmp_path)
    file = scene.filters_file
    file.write_text("as the other agent wants it\n")
    other = Lock(file)
    assert other.take()
    reading, writing = os.pipe()
    os.close(writing)
    assert watch(load(scene.config), 0, 0.05, reading) == 0
    assert file.read_text() == "as the other agent wants it\n"
    other.release()


def test_a_second_agent_for_the_same_file_does_not_start(scene):
    with pytest.raises(DaemonError, match="another rs-agent drives"):
        scene.command()
    with pytest.raises(DaemonError, match="the agent runs"):
        scene.command("fail-open")
