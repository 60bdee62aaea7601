# SPDX-License-Identifier: Apache-2.0
"""Real FRR and BIRD captures judged with their own timers: each Down by expiry in the daemons' logs comes out, at the time
that the log says, and no other.
"""

from pathlib import Path

import pytest

from bfd_fastpath.replay.whatif import Outcome, judge
from bfd_fastpath.replay.whatif_wanted import Wanted, needed_permille
from pydp import replay
from tests.replay.journal import changes

CASES = Path(__file__).with_name("cases")
RECORDED = sorted(path.parent for path in CASES.glob("*/daemon.log"))
MS = 1_000_000
#: A daemon's own delay, and its log's, beside the hello's jitter.
SLACK_NS = 10 * MS


def expiries(folder: Path) -> list[tuple[int, str]]:
    """When an end that was Up gave the other one up, and which: of ends that did so together, the first."""
    told = [
        (change.time_us * 1000, change.address)
        for change in changes((folder / "daemon.log").read_text().splitlines())
        if (change.old, change.new, change.diagnostic) == ("up", "down", "control-expiry")
    ]
    return [one for i, one in enumerate(told) if not i or one[0] - told[i - 1][0] > 1000 * MS]


@pytest.mark.parametrize("folder", RECORDED, ids=lambda path: path.name)
def test_the_recorded_timers_give_back_the_downs_of_the_logs_and_no_other(folder: Path) -> None:
    (capture,) = folder.glob("capture.pcap*")
    wish = Wanted()
    answer = judge(replay.watch(capture, long_gap_permille=needed_permille(wish)), wish)
    told = expiries(folder)
    if not answer.rows:
        assert len(answer.unjudged) == len(told)
        return
    (recorded,) = [row.result for row in answer.rows if row.recorded]
    assert recorded.false_downs == 0
    assert [one.outcome for one in recorded.judged] == [Outcome.CAUGHT] * len(told)
    for one, (time_ns, _) in zip(recorded.judged, told, strict=True):
        assert one.down is not None
        assert abs(one.down.most_ns - time_ns) <= one.loss.pace.interval_ns // 4 + SLACK_NS


def test_some_recordings_have_outages() -> None:
    assert sum(bool(expiries(folder)) for folder in RECORDED) > 10
