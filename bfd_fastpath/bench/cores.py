# SPDX-License-Identifier: Apache-2.0
"""The two cores of a bench: the one that is measured, and that of the far end and of who drives."""

import argparse
import os


def add_options(parser: argparse.ArgumentParser) -> None:
    """--cpu and --other-cpu."""
    add = parser.add_argument
    add("--cpu", type=int, help="the core that is measured (default: the first that this process may run on)")
    add("--other-cpu", type=int, help="that of the far end and of who drives (default: the next one)")


def fault(options: argparse.Namespace) -> str:
    """Which of those asked for this process may not run on; "" where there is none."""
    usable = os.sched_getaffinity(0)
    for name, cpu in (("--cpu", options.cpu), ("--other-cpu", options.other_cpu)):
        if cpu is not None and cpu not in usable:
            return f"{name} {cpu}: this process may run on {', '.join(map(str, sorted(usable)))}"
    return ""


def chosen(options: argparse.Namespace) -> tuple[int, int]:
    """(the core that is measured, the other one): those asked for, or the first that there are."""
    usable = sorted(os.sched_getaffinity(0))
    cpu = (
        options.cpu
        if options.cpu is not None
        else next((c for c in usable if c != options.other_cpu), usable[0])
    )
    if options.other_cpu is not None:
        return cpu, options.other_cpu
    return cpu, next((one for one in usable if one != cpu), cpu)


def checked(parser: argparse.ArgumentParser, options: argparse.Namespace) -> tuple[int, int]:
    """The same; a fault is the parser's."""
    if why := fault(options):
        parser.error(why)
    return chosen(options)
