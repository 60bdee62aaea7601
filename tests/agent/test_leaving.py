# SPDX-License-Identifier: Apache-2.0
"""An agent that is told to begin again and to end at once: the end counts, and the filters are empty."""

import asyncio
import os
import signal

import pytest

from bfd_fastpath.agent.load import load
from bfd_fastpath.agent.process import OK, Process
from bfd_fastpath.net.control_protocol import CommandError
from tests.agent.scene import A, B, Scene, lost
from tests.interop.bgp.ourselves import eventually

pytestmark = pytest.mark.interop("bird")


@pytest.fixture
def scene(tmp_path):
    scene = Scene(tmp_path)
    with scene.run_bird():
        yield scene
        scene.close()


def run(process, told):
    """The code it ends with, when `told` was done to it after its first reload."""

    async def story():
        ends = asyncio.create_task(process.run())
        await eventually(lambda: process._agent.enforcer.applied)
        await told()
        return await asyncio.wait_for(ends, 30)

    return asyncio.run(story())


def test_sigterm_while_it_leaves_to_begin_again_ends_it_with_empty_filters(scene, monkeypatch):
    process = Process(scene.config, load(scene.config))
    leave = process._agent.leave

    async def leave_while_ended():
        await leave()
        text = scene.filters_file.read_text()
        scene.filters_file.write_text(text.replace("return false", f"return {lost(B)}", 1))
        os.kill(os.getpid(), signal.SIGTERM)
        await eventually(lambda: not process.begins_again)

    monkeypatch.setattr(process._agent, "leave", leave_while_ended)
    assert run(process, lambda: process._answer("restart", {})) == OK
    assert not process.begins_again
    assert (scene.function(A), scene.function(B)) == ("false", "false")


def test_restart_is_refused_by_one_that_empties_its_filters(scene, monkeypatch):
    process = Process(scene.config, load(scene.config))
    stop, refused = process._agent.stop, []

    async def stop_while_told_to_restart():
        try:
            await process._answer("restart", {})
        except CommandError as error:
            refused.append(error.code)
        return await stop()

    async def end():
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(process._agent, "stop", stop_while_told_to_restart)
    assert run(process, end) == OK
    assert refused == ["ending"]
    assert not process.begins_again
