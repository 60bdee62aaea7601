# SPDX-License-Identifier: Apache-2.0
"""watch(): a capture file in, its Story out. It runs the loop and hands happenings on; what they become is
for gather.py and report.py, what they mean for grouping.py and verdict.py.
"""

from pathlib import Path

from pydp.replay import together
from pydp.replay.columns import event_drain
from pydp.replay.feed import Feed, Progress
from pydp.replay.gather import Gatherer
from pydp.replay.records import Story
from pydp.replay.report import echoes, interfaces, sessions, totals

_EVENTS = 8192


def watch(
    path: str | Path,
    *,
    progress: Progress | None = None,
    long_gap_permille: int = 0,
    max_sessions: int = 0,
) -> Story:
    """What happened to BFD in a capture (pcap or pcapng, also gzipped; "-": standard input).

    long_gap_permille: note gaps longer than this many thousandths of the sender's negotiated interval, both
    ends Up; 0: none. max_sessions: followed at most; 0: 262,144. progress(done, total) is called now and then
    with octets of the file as stored. Memory does not grow with the file's length.

    Raises ReplayError when nothing could be read; a fault further in is `Story.fault`.
    """
    drain = event_drain(_EVENTS)
    gatherer = Gatherer()
    with Feed(
        path,
        progress=progress,
        long_gap_permille=long_gap_permille,
        max_sessions=max_sessions,
        event_capacity=_EVENTS,
    ) as feed:
        for _ in feed.run():
            while len(events := drain.take(feed.c)):
                gatherer.take(events)
        told = totals(feed.totals())
        known = interfaces(feed.c)
        found, omitted = sessions(feed.c, gatherer, known, told.first_ns, told.last_ns)
        judged = together.refine(found, known, told.first_ns)
        return Story(
            path=feed.path,
            compressed=feed.source.compressed,
            packets=told.packets,
            start_ns=told.first_ns,
            end_ns=told.last_ns,
            totals=told,
            interfaces=known,
            fault=feed.fault(),
            faults=tuple(gatherer.faults),
            sessions=judged,
            echoes=echoes(feed.c, judged, known),
            omitted=omitted,
        )
