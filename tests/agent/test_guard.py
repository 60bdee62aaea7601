# SPDX-License-Identifier: Apache-2.0
"""The agent's end of the guard, without a route server."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from bfd_fastpath.agent.guard import BEFORE, Guard
from tests.agent.scene import Scene
from tests.interop.bgp.ourselves import eventually


def test_the_guards_of_agents_that_a_process_was_before_are_waited_for(tmp_path, monkeypatch):
    monkeypatch.setenv(BEFORE, "")
    config = Scene(tmp_path).config

    async def story():
        before = Guard(config, 60.0)
        before.start()
        pid = before.pid
        await before.stop(emptied=False)
        before.hand_over()
        after = Guard(config, 60.0)  # as in the agent that this process has become
        after.start()
        try:
            os.kill(pid, signal.SIGKILL)
            await eventually(lambda: not Path(f"/proc/{pid}").exists())
        finally:
            await after.stop(emptied=True)
        assert before.pid is None

    asyncio.run(story())


def test_a_configuration_with_faults_is_told_to_the_guard_s_operator_in_its_words(tmp_path):
    config = Scene(tmp_path).config
    config.write_text(f"{config.read_text()}[agnet]\n")
    words = [sys.executable, "-m", "bfd_fastpath.agent.guard", str(config), "60.0", "1"]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "agnet: there is no such section" in done.stderr
