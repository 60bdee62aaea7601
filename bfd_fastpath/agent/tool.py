# SPDX-License-Identifier: Apache-2.0
"""Runs a route server's control tool to its end, within a time."""

import subprocess

from bfd_fastpath.agent.driver import DriverError, UnansweredError


def run(command: list[str], timeout_s: float) -> str:
    """What it printed. DriverError with its own words when it failed or is not there; UnansweredError when it
    took too long."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_s,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise UnansweredError(f"{command[0]} did not end within {timeout_s:g} s") from None
    except OSError as error:
        raise DriverError(f"{command[0]} cannot be run: {error.strerror}") from None
    if done.returncode:
        raise DriverError(words(done.stderr + done.stdout) or f"{command[0]} ended with {done.returncode}")
    return done.stdout


def words(text: str) -> str:
    """One line of what a program said."""
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())
