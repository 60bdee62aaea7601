# SPDX-License-Identifier: Apache-2.0
"""The demo as a command: from options to an exit code. What happens on the way is the director's, where the
stage's."""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path

from bfd_fastpath.lab.director import Director
from bfd_fastpath.lab.hush import quiet_logs
from bfd_fastpath.lab.options import DEFAULT_PREFIX, DemoOptions, Prefix
from bfd_fastpath.lab.result import OK, WRONG, Result
from bfd_fastpath.lab.screen import Screen
from bfd_fastpath.lab.stage import Stage
from bfd_fastpath.lab.story import Remark, Step


def run(
    *,
    interval_us: int = 50_000,
    multiplier: int = 3,
    prefix: Prefix = DEFAULT_PREFIX,
    cut: str = "both",
    pcap: Path | None = None,
    as_json: bool = False,
    kernel: bool = False,
) -> int:
    """The whole demo on standard output. Returns the exit code; bad options are one sentence on standard
    error and 2."""
    try:
        options = DemoOptions(interval_us, multiplier, prefix, cut, pcap, as_json)
    except ValueError as error:
        print(f"bfd-fastpath demo: {error}", file=sys.stderr)
        return 2
    quiet_logs()
    if kernel:
        from bfd_fastpath.lab.kernel import KernelStage, unavailable

        reason = unavailable()
        if reason is not None:
            print(f"bfd-fastpath demo --kernel: {reason.text}", file=sys.stderr)
            return OK if reason.skip else WRONG
        return _perform(KernelStage(options), options, "Between network namespaces, FRR as B")
    from bfd_fastpath.lab.eal import start_eal
    from bfd_fastpath.lab.memory import MemoryStage

    problem = start_eal()
    if problem is not None:
        print(f"bfd-fastpath demo: {problem}", file=sys.stderr)
        return WRONG
    return _perform(MemoryStage(options), options, "In one process, BGP over loopback")


async def run_demo(stage: Stage, options: DemoOptions, screen: Screen | None = None) -> Result:
    """Play the story on a stage that is not open yet, and close it whatever happens; `screen` None:
    silently."""

    def step(step: Step) -> None:
        if screen is not None:
            screen.step(step)

    def remark(remark: Remark) -> None:
        if screen is not None:
            screen.remark(remark)

    director = Director(stage, options, step, remark)
    try:
        await stage.open()
        return await director.play()
    finally:
        await _to_the_end(stage.close())


async def _to_the_end(closing: Coroutine[None, None, None]) -> None:
    """Whoever loses patience meanwhile waits all the same: half a clean-up would leave namespaces behind."""
    task = asyncio.ensure_future(closing)
    while not task.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({task})
    task.result()


def _perform(stage: Stage, options: DemoOptions, where: str) -> int:
    screen = None if options.json else Screen()
    if screen is not None:
        interval = f"{options.interval_us / 1000:g} ms x {options.multiplier}"
        screen.headline(f"Two routers, a route server, a cable; BFD at {interval}", where)
    try:
        result = asyncio.run(_cancellable(run_demo(stage, options, screen)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("bfd-fastpath demo: interrupted", file=sys.stderr)
        return 130
    except ModuleNotFoundError as error:
        text = f"--pcap writes its files with {error.name}, which is not installed: pip install {error.name}"
        print(f"bfd-fastpath demo: {text}", file=sys.stderr)
        return WRONG
    except Exception as error:
        print(f"bfd-fastpath demo: {error}", file=sys.stderr)
        return WRONG
    if options.json:
        print(json.dumps(result.as_json(), indent=2))
    elif screen is not None:
        screen.result(result)
    return result.exit_code()


async def _cancellable(performance: Coroutine[None, None, Result]) -> Result:
    """SIGTERM and Ctrl-C end the demo in order, however often they come: asyncio's own handler would break
    off the clean-up at the second one."""
    task = asyncio.ensure_future(performance)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await task
