# SPDX-License-Identifier: Apache-2.0
"""The story that pydp.replay tells of a capture, its packets as numpy columns, and the recorded cases' verdicts."""

import gzip
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy
import pytest

import pydp.replay as replay
from pydp import State
from pydp.ffi import ffi
from pydp.replay import gather
from pydp.replay.columns import EVENT_DTYPE
from tests.replay import capfile_damage
from tests.replay.crafting import DOWN, INIT, MS, UP, A, B, Capture, bfd

CASES = Path(__file__).parent / "cases"


def up_and_running(hellos: int = 20, my: int = 1, your: int = 2, a: str = A, b: str = B) -> Capture:
    capture = Capture()
    capture.say(a, b, bfd(my, 0, DOWN), after_us=10 * MS)
    capture.say(b, a, bfd(your, my, INIT), after_us=10 * MS)
    for _ in range(hellos):
        capture.say(a, b, bfd(my, your, UP), after_us=20 * MS)
        capture.say(b, a, bfd(your, my, UP), after_us=20 * MS)
    return capture


def written(directory: Path, content: bytes) -> Path:
    path = directory / "capture"
    path.write_bytes(content)
    return path


def test_a_session_is_told_with_its_ends_and_changes(tmp_path: Path) -> None:
    story = replay.watch(written(tmp_path, up_and_running().pcap()))
    (session,) = story.sessions
    assert (story.packets, story.fault, story.compressed) == (42, None, False)
    assert (session.index, session.path_type, session.interface, session.vlan) == (1, "path-ip-sh", "0", 0)
    assert [str(end.address) for end in session.ends] == [A, B]
    assert [(c.packet, c.end, c.old, c.state) for c in session.state_changes] == [
        (3, 0, State.DOWN, State.UP),
        (4, 1, State.INIT, State.UP),
    ]
    a = session.ends[0]
    assert (a.discriminator, a.packets, a.interval_us, a.detection_us) == (1, 21, 50_000, 150_000)
    assert (a.first_state, a.state, a.timers.local_multiplier) == (State.DOWN, State.UP, 3)
    assert a.up.count == 19
    assert a.up.max_ns == 40_000_000
    assert story.end_ns - story.start_ns == (10 + 40 * 20) * 1_000_000


def test_stored_as_gzip_it_is_the_same_story(tmp_path: Path) -> None:
    content = up_and_running().pcap()
    plain = replay.watch(written(tmp_path, content))
    packed = replay.watch(written(tmp_path, gzip.compress(content)))
    assert packed.compressed
    assert packed.sessions == plain.sessions
    assert packed.totals == plain.totals


def test_a_truncated_capture_is_told_up_to_the_fault(tmp_path: Path) -> None:
    content = up_and_running().pcap()
    story = replay.watch(written(tmp_path, content[:-5]))
    assert story.fault is not None
    assert (story.packets, story.fault.packet, story.fault.reason) == (41, 41, "truncated")
    assert story.fault.offset == len(content) - (16 + 66)
    assert f"file offset {story.fault.offset}, after packet 41" in str(story.fault)


@pytest.mark.parametrize("case", [name for name, (_, offset, *_) in capfile_damage.CASES.items() if offset])
def test_a_damaged_file_is_told_with_the_reader_s_own_reason(case: str, tmp_path: Path) -> None:
    octets, offset, reason, words = capfile_damage.CASES[case]
    path = written(tmp_path, octets)
    fault = replay.watch(path).fault
    assert fault is not None
    assert (fault.offset, fault.reason) == (offset, reason)
    assert words in fault.text


def test_a_truncated_gzip_stream_is_told_in_octets_of_the_stored_file(tmp_path: Path) -> None:
    packed = gzip.compress(up_and_running(2000).pcap())[:-900]
    story = replay.watch(written(tmp_path, packed))
    assert story.fault is not None
    assert (story.fault.reason, story.fault.offset, story.fault.stored) == (
        "gzip-truncated",
        len(packed),
        True,
    )
    assert story.fault.packet == story.packets > 100


@pytest.mark.parametrize(
    "content", [b"no capture at all, but a letter", gzip.compress(b"neither is this one here")]
)
def test_what_is_no_capture_raises_one_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(replay.ReplayError, match="text"):
        replay.watch(written(tmp_path, content))


def test_lists_are_capped_and_counts_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "MOST_FAULTS", 3)
    monkeypatch.setattr(gather, "MOST_STATE_CHANGES", 2)
    capture = Capture()
    for number in range(10):
        capture.say(A, B, bfd(0), after_us=MS)
        capture.say(A, B, bfd(1, 9, DOWN if number % 2 else INIT), after_us=MS)
    story = replay.watch(written(tmp_path, capture.pcap()))
    assert [fault.packet for fault in story.faults] == [1, 3, 5]
    assert story.totals.malformed == len(story.faults) + story.omitted.faults == 10
    changes = sum(len(session.state_changes) for session in story.sessions)
    assert changes + story.omitted.state_changes == 9
    assert changes == 2


def test_progress_ends_at_the_whole_file(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(up_and_running().pcap()))
    told: list[tuple[int, int]] = []
    replay.watch(path, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


@pytest.mark.parametrize(
    ("dtype", "struct"),
    [(replay.PACKET_DTYPE, "struct pydp_replay_packet"), (EVENT_DTYPE, "struct pydp_replay_event")],
)
def test_columns_lie_where_the_struct_has_them(dtype: Any, struct: str) -> None:
    fields = dict(ffi.typeof(struct).fields)
    assert list(dtype.names) == list(fields)
    for name, field in fields.items():
        assert dtype.fields[name][1] == field.offset, name
        if name != "reserved":
            assert dtype.fields[name][0].itemsize == ffi.sizeof(field.type), name


def test_packets_point_at_their_octets(tmp_path: Path) -> None:
    capture = up_and_running()
    capture.say(A, B, bfd(0), after_us=MS)
    seen = 0
    for chunk in replay.packets(written(tmp_path, capture.pcap())):
        for one in chunk.columns:
            number = int(one["number"])
            assert chunk.data[one["at"] : one["at"] + one["captured"]] == capture.records[number - 1][2]
            assert bool(one["fault"]) == (number == len(capture.records))
            seen += 1
    assert seen == len(capture.records)


def test_hellos_of_one_session_are_its_accepted_packets(tmp_path: Path) -> None:
    capture = up_and_running()
    capture.say("192.0.2.7", "192.0.2.8", bfd(3), after_us=MS)
    capture.say(A, B, bfd(0), after_us=MS)
    path = written(tmp_path, capture.pcap())
    first, every = replay.hellos(path, session=1), replay.hellos(path)
    assert first.dtype == replay.PACKET_DTYPE
    assert list(first["number"]) == list(range(1, 43))
    assert list(every["number"]) == list(range(1, 44))
    assert numpy.all(first["gap_ns"][first["end"] == 0][2:] == 40_000_000)
    with pytest.raises(replay.ReplayError, match="has no session 3"):
        replay.hellos(path, session=3)


def test_hellos_of_sessions_that_had_mixed_up_their_ends_are_told_apart(tmp_path: Path) -> None:
    """Two multihop sessions between the same addresses: who belongs to whom shows when both name each other."""
    capture = Capture()

    def say(a: str, b: str, payload: bytes) -> int:
        return capture.say(a, b, payload, dport=4784, after_us=10 * MS)

    for my in (1, 2):
        say(A, B, bfd(my))
    for my in (12, 11):
        say(B, A, bfd(my))
    for my, your in ((1, 11), (2, 12)):
        say(A, B, bfd(my, your, INIT))
        say(B, A, bfd(your, my, INIT))
    path = written(tmp_path, capture.pcap())
    story = replay.watch(path)
    for session in story.sessions:
        known = {end.discriminator for end in session.ends}
        found = replay.hellos(path, session=session.index)
        assert known == set(found["my_discriminator"].tolist())
        assert len(found) == 4
        firsts = {int(found["number"][found["end"] == end][0]) for end in (0, 1)}
        assert {it.packet for it in session.happenings if isinstance(it, replay.First)} == firsts


def notebook() -> str:
    """The program in the package's docstring."""
    _, _, indented = (replay.__doc__ or "").partition("For a notebook:\n\n")
    return textwrap.dedent(indented)


def test_ten_lines_of_python_give_what_a_notebook_draws(tmp_path: Path) -> None:
    path = CASES / "frr_bird_v4_stopped" / "capture.pcapng.gz"
    program = notebook()
    assert len(program.splitlines()) <= 10
    done = subprocess.run(
        [sys.executable, "-c", program.replace("capture.pcapng", str(path))],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "far-end-silent" in done.stdout
    assert "up -> down, control-expiry" in done.stdout


def recorded() -> list[Any]:
    """Cases whose expectation names a verdict for each session."""
    found = []
    for expect in sorted(CASES.glob("*/expect.json")):
        sessions = json.loads(expect.read_text()).get("sessions")
        if isinstance(sessions, list) and all("verdict" in one for one in sessions):
            found.append(
                pytest.param(expect.parent, [one["verdict"] for one in sessions], id=expect.parent.name)
            )
    return found


@pytest.mark.parametrize(("folder", "verdicts"), recorded())
def test_a_recorded_failure_of_real_daemons_is_told_by_its_name(
    folder: Path, verdicts: list[str | None]
) -> None:
    (capture,) = folder.glob("capture.p*")
    story = replay.watch(capture)
    assert [str(one.verdict.code) if one.verdict else None for one in story.sessions] == verdicts
