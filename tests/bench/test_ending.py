# SPDX-License-Identifier: Apache-2.0
"""A run that is ended before it is done leaves nothing behind, however often it is told."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.ending import in_order

ENDINGS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])


@pytest.fixture(autouse=True)
def nothing_is_ignored():
    """Here and in children, whoever began the tests: nohup ignores hang-ups, a shell's background job Ctrl-C."""
    before = {
        number: signal.signal(
            number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL
        )
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@ENDINGS
def test_the_first_signal_interrupts_and_a_second_does_not_break_what_ends(number):
    steps = []

    @in_order()
    def run():
        try:
            os.kill(os.getpid(), number)
            signal.pause()
        finally:
            os.kill(os.getpid(), number)
            steps.append("ended in order")

    with pytest.raises(KeyboardInterrupt):
        run()
    assert steps == ["ended in order"]


def test_the_handlers_from_before_are_back():
    before = signal.getsignal(signal.SIGTERM)
    with in_order():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_nohup_ignores_is_still_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with in_order():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_call_alone_returns_and_raises_from_another_process():
    assert alone(os.getpid) != os.getpid()
    with pytest.raises(ZeroDivisionError):
        alone(divmod, 1, 0)


def test_a_process_that_ends_without_a_word_is_told():
    with pytest.raises(BrokenProcessPool, match="with 3"):
        alone(os._exit, 3)


def runs(pid):
    """Who has ended has no words any more, even where nobody has asked how it ended."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except (FileNotFoundError, ProcessLookupError):
        return False


ALONE = """
import os, time
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.ending import in_order

def stay():
    print(os.getpid(), flush=True)
    time.sleep(60)

if __name__ == "__main__":
    with in_order():
        alone(stay)
"""


@ENDINGS
def test_a_call_alone_ends_with_who_asked(tmp_path, number):
    script = tmp_path / "asks.py"
    script.write_text(ALONE)
    # Its standard output goes to standard error.
    with subprocess.Popen([sys.executable, script], stderr=subprocess.PIPE, text=True) as asked:
        child = int(asked.stderr.readline())
        asked.send_signal(number)
        said = asked.stderr.read()
    assert said.count("Traceback") == 1
    assert said.rstrip().endswith("KeyboardInterrupt")
    assert not runs(child)


LAN = """
import sys, time
from pathlib import Path
from bfd_fastpath.bench.ending import in_order
from bfd_fastpath.bench.suites.withdrawal.lan import cabled

with in_order(), cabled(sys.argv[1], 1) as lan:
    lan.start(lan.server, ["sh", "-c", "setsid sleep 60 & exec sleep 60"], Path(sys.argv[2]))
    print("stands", flush=True)
    time.sleep(60)
"""

PIDS = ["ip", "netns", "pids"]


@pytest.mark.root
def test_nothing_is_left_of_a_lan(tmp_path):
    name = f"end{os.getpid()}"
    words = [sys.executable, "-c", LAN, name, tmp_path / "log"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as lan:
        assert lan.stdout.readline() == "stands\n"
        # Started it is; in its namespace it is a little later.
        limit = time.monotonic() + 10
        while not (inside := subprocess.check_output([*PIDS, f"{name}-server"], text=True).split()):
            assert time.monotonic() < limit
        lan.terminate()
    assert name not in subprocess.check_output(["ip", "netns"], text=True)
    assert not [one for one in inside if runs(int(one))]
