# SPDX-License-Identifier: Apache-2.0
"""What an engine's sessions take of memory: how much this process grew while they were made. Tables are
mapped before they are needed and are had page by page, so that what nobody used is not counted.
"""

from pathlib import Path
from typing import Final

import pydp
from bfd_fastpath.bench.suites.envelope.process import prepare
from bfd_fastpath.bench.suites.envelope.rig import FIRST_PEER, OURS

_STATUS: Final = Path("/proc/self/status")


def grown(sessions: int) -> int:
    """Octets, for the engine and so many sessions with a neighbour each; in a process of its own, since EAL
    starts once.
    """
    prepare()
    near, far = pydp.link("memory")
    with near, far:
        before = _resident()
        with pydp.Engine("memory", max_sessions=sessions, max_neighbours=sessions) as engine:
            engine.attach(near)
            engine.address_add(0, f"{OURS}/8")
            for number in range(sessions):
                engine.sessions.upsert(pydp.SessionConfig(source_addr=OURS, dest_addr=FIRST_PEER + number))
            return _resident() - before


def _resident() -> int:
    """Octets of this process, those in hugepages with them."""
    fields = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
    return sum(int(fields[name].split()[0]) for name in ("VmRSS", "HugetlbPages")) << 10
