# SPDX-License-Identifier: Apache-2.0
"""The life of the agent's process beside BIRD: what a member says is enforced, refusals are told, nothing stays behind."""

import asyncio
import os
import signal
from typing import Any

import pytest

from bfd_fastpath.agent.filter_file import Lock
from bfd_fastpath.agent.guard import watch
from bfd_fastpath.agent.load import load
from bfd_fastpath.bench.daemons.daemon import DaemonError
from bfd_fastpath.cli.client import ask
from bfd_fastpath.wire.bgp import BGP_LS
from tests.agent.scene import ASN, A, B, C, Scene, say_lost, say_lost_again, say_reached
from tests.interop.bgp.ourselves import connected

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


def test_what_a_member_says_is_enforced_until_its_session_ends(scene):
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
        await scene.until_lost(A)  # its session has ended

    asyncio.run(story())
    scene.send(signal.SIGTERM)
    assert scene.wait() == 0


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
