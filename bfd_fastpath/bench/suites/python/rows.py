# SPDX-License-Identifier: Apache-2.0
"""The rows of the suite python: bursts received and sent, with header fields as columns and without, and
events taken.
"""

from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from subprocess import CalledProcessError

import pydp
from bfd_fastpath.bench import micro
from bfd_fastpath.bench.alone import alone
from bfd_fastpath.bench.asked import Asked
from bfd_fastpath.bench.document import Better, Goal, Row, Skipped
from bfd_fastpath.bench.figure import Figure
from bfd_fastpath.bench.method import judged
from bfd_fastpath.bench.sources import NoSourcesError
from bfd_fastpath.bench.suites.python.loops import Looped, measure

_SHARE = 0.8


def rows(asked: Asked) -> Iterator[Row | Skipped]:
    """As they are done."""
    yield from asked.without_ports(
        "python", "the loops take several times what a far end offers, so their packets come from memory"
    )
    asked.say("bursts of 256 from memory, in Python and in C")
    try:
        window_s = 0.05 if asked.quick else 0.25
        yield from told(alone(measure, asked.pick(2, 9, 15), window_s, asked.cpu))
    except (NoSourcesError, CalledProcessError, pydp.PydpError, BrokenProcessPool) as error:
        yield Skipped("python", "bursts", str(error), "")
    yield from micro.rows("python", asked)


def told(looped: Looped) -> Iterator[Row]:
    """Each Python loop beside the same one in C."""
    for name, what in (
        ("python", "burst of 256 received and sent"),
        ("python, header fields", "burst of 256 received, header fields as columns, sent"),
    ):
        peer = name.replace("python", "C")
        look = name != "python"
        yield judged(
            Row(
                name=what,
                parameters={"burst": 256, "columns": look, "ports": "net_pcap, packets from memory"},
                unit="Mpps",
                better=Better.HIGHER,
                ours=Figure.of([rate / 1e6 for rate in looped.rates[name]]),
                peers={"C loop": Figure.of([rate / 1e6 for rate in looped.rates[peer]])},
                goal=Goal("80 % of the same loop in C", _SHARE, "C loop") if look else None,
                detail={"own": ["C loop"]},
            )
        )
