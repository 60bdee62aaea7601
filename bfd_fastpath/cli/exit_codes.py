# SPDX-License-Identifier: Apache-2.0
"""What the process's exit code means; scripts may rely on these numbers (docs/cli.md)."""

from typing import Final

OK: Final = 0
#: The work failed: a port did not open, the daemon refused a command, a step of the demo was wrong or
#: missing.
FAILED: Final = 1
#: The configuration or the command line is wrong; nothing was started or changed.
BAD_INPUT: Final = 2
#: The demo's story was right, and one of its time bounds was missed.
BOUND_MISSED: Final = 3
#: No daemon answers on the control socket, or this user may not talk to it.
NO_DAEMON: Final = 4
